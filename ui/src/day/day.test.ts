import { expect, it } from 'vitest';
import type { BatchItem, DeskView, FeeRule, Person, QueueView, TicketView } from '../api';
import type { Stroke } from '../keys/stroke';
import { type AtDesk, mayIssue, nextStepFor, NO_CODE, requestFor } from './desk';
import { dayOf, fenOf, feeIsDue, lengthOf, minuteOf, numberOf, part, spanOf, templateOf, timeOfMinute, yuan } from './format';
import { deskCommandFor, pageFor, QUEUE_KEYS } from './keys';
import { allows, linesOf, moveMark, targetOf } from './queue';

const stroke = (key: string, change: Partial<Stroke> = {}): Stroke => ({
  code: '', key, shift: false, command: false, capsLock: false, repeat: false, composing: false, field: 'none', at: 0, ...change,
});
const ticket = (number: number, stage: TicketView['stage'], change: Partial<TicketView> = {}): TicketView => ({
  id: number, number, stage, priority: false, since: 0, issued_at: 0, recalls: 0, returns: 0, undoable: false,
  subject: null, masked_name: null, college: null, fingerprint: null, arrival: 'unknown', retake_reason: null, ...change,
});
const queue: QueueView = {
  at_booths: [ticket(3, { kind: 'called', booth: 'A' }), ticket(4, { kind: 'called', booth: 'B' })],
  waiting: [ticket(5, { kind: 'waiting' }), ticket(6, { kind: 'waiting' })],
  waiting_count: 2,
  passed: [ticket(1, { kind: 'passed' })],
  held: [ticket(2, { kind: 'held', reason: 'hair' })],
};
const prepaid: FeeRule = { kind: 'prepaid', amount_fen: 1700 };
const person = (fee: Person['fee']): Person => ({
  subject: 9, key: '2022110001', masked_name: null, college: null, class: null, fee, number: null, stage: null, late_entry: false,
});
const at = (view: Partial<DeskView>, change: Partial<AtDesk> = {}): AtDesk => ({
  shown: { code: 'x', seen: null, source: 'gun' }, payment: null, consent: true, idCard: true, priority: false, retakeReason: null,
  view: { fingerprint: null, person: null, ticket: null, retake: null, arrival: 'unknown', refusal: null, ...view }, ...change,
});
const refusal = (code: string) => ({ code, text: { zh: '', en: '' } });
const cash = { amount_fen: 2000, method: 'cash', cashier: null } as const;

it('money is read to the 分 or not at all', () => {
  expect(['17', '17.5', '０.05', '20元'].map(fenOf)).toEqual([1700, 1750, 5, 2000]);
  expect(['', '-1', '1.005', '1e3', 'x', '1 2 x'].map(fenOf)).toEqual([null, null, null, null, null, null]);
  expect([1700, 1750, 5].map(yuan)).toEqual(['17', '17.50', '0.05']);
});

it('numbers, minutes and days that do not exist are refused', () => {
  expect(['12', ' １２ ', '0', '012', '1.5', ''].map(numberOf)).toEqual([12, 12, null, null, null, null]);
  expect(['9:05', '0905', '09：05', '24:00', '24:01', '9:60', '9'].map(minuteOf)).toEqual([545, 545, 545, 1440, null, null, null]);
  expect(timeOfMinute(545)).toBe('09:05');
  expect(['2026-5-13', '20260513', '2026年5月13日', '2026-02-29', '5-13'].map(dayOf)).toEqual([
    '2026-05-13', '2026-05-13', '2026-05-13', null, null,
  ]);
});

it('lengths of time are read at a glance', () => {
  expect([9.4, 187, 3729, -3].map(lengthOf)).toEqual(['9', '3:07', '1:02:09', '0']);
  expect([9.74, 21, 412, 3570, 8280].map(spanOf).map(({ unit, n, m }) => `${n} ${unit} ${m}`.trim())).toEqual([
    '9.7 seconds', '21 seconds', '7 minutes', '1 hours 0', '2 hours 18',
  ]);
  expect([part(3, 4), part(5, 4), part(1, 0)]).toEqual([75, 100, 0]);
});

it('a new batch takes over the newest one and moves it to today', () => {
  const plan = { ...templateOf([], '2026-05-13', 's'), school: '某某大学', date: '2026-05-01' };
  const item = { batch: { plan } } as BatchItem;
  expect(templateOf([item], '2026-05-14', 'other')).toEqual({ ...plan, date: '2026-05-14' });
  expect(templateOf([], '2026-05-14', 's')).toMatchObject({ date: '2026-05-14', spec: 's', upload_allowed: false, masked_names: false });
});

it('a mark stays on its number while the queue moves', () => {
  const lines = linesOf(queue);
  expect(lines.map((line) => line.number)).toEqual([3, 4, 2, 1, 5, 6]);
  expect(moveMark(lines, null, 1)).toBe(3);
  expect(moveMark(lines, 4, 1)).toBe(2);
  expect(moveMark(lines, 6, 1)).toBe(6);
  expect(moveMark(lines, 99, -1)).toBe(6);
  expect(moveMark([], 4, 1)).toBeNull();
});

it('without a mark a key means the only number that this booth has called, and nobody otherwise', () => {
  expect(targetOf(queue, null, 'A')?.number).toBe(3);
  expect(targetOf(queue, null, 'C')).toBeNull();
  expect(targetOf(queue, 5, 'A')?.number).toBe(5);
  expect(targetOf(queue, 99, 'A')).toBeNull();
});

it('only steps that make sense are offered', () => {
  const offered = (t: TicketView) => QUEUE_KEYS.filter(({ action }) => allows(action, t)).map(({ key }) => key).join('');
  expect(offered(ticket(1, { kind: 'waiting' }))).toBe('KHETXL');
  expect(offered(ticket(1, { kind: 'called', booth: 'A' }, { undoable: true, subject: 4 }))).toBe('GPHETXU');
  expect(offered(ticket(1, { kind: 'seated', booth: 'A' }))).toBe('L');
  expect(offered(ticket(1, { kind: 'shot' }))).toBe('');
  expect(offered(ticket(1, { kind: 'passed' }, { subject: 4 }))).toBe('KBETX');
});

it('at the desk every letter has one meaning, and none while a text is typed', () => {
  const free = { looking: false, paying: false };
  const looking = { looking: true, paying: false };
  expect(deskCommandFor(stroke('N'), free)).toEqual({ do: 'next' });
  expect(deskCommandFor(stroke('n', { field: 'text' }), free)).toBeNull();
  expect(deskCommandFor(stroke('n', { command: true }), free)).toBeNull();
  expect(deskCommandFor(stroke('i'), looking)).toEqual({ do: 'id_card' });
  expect(deskCommandFor(stroke('i'), free)).toBeNull();
  expect(deskCommandFor(stroke('2'), free)).toEqual({ do: 'search_from', digit: '2' });
  expect(deskCommandFor(stroke('2'), looking)).toBeNull();
  expect(deskCommandFor(stroke('2'), { looking: true, paying: true })).toEqual({ do: 'method', index: 1 });
  expect(deskCommandFor(stroke('9'), { looking: true, paying: true })).toBeNull();
  expect(deskCommandFor(stroke('u'), looking)).toEqual({ do: 'ticket', action: 'undo' });
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const meanings = letters.map((key) => JSON.stringify(deskCommandFor(stroke(key), looking))).filter((m) => m !== 'null');
  expect(new Set(meanings).size).toBe(meanings.length);
});

it('digits open the pages of the day', () => {
  expect(pageFor(stroke('1'))).toBe('overview');
  expect(pageFor(stroke('7'))).toBe('batches');
  expect(pageFor(stroke('9'))).toBeNull();
  expect(pageFor(stroke('1', { field: 'text' }))).toBeNull();
});

it('the usual case is Enter at once, and comes to a halt without ID card or consent', () => {
  expect(nextStepFor(at({ person: person('paid') }))).toBe('check_in');
  expect(mayIssue(at({}))).toBe(true);
  expect(mayIssue(at({}, { idCard: false }))).toBe(false);
  expect(mayIssue(at({}, { consent: false }))).toBe(false);
});

it('the unpaid and those not on the bill are told what to do, and pass once it is done', () => {
  const steps = (code: string, change: Partial<AtDesk> = {}) => nextStepFor(at({ refusal: refusal(code) }, change));
  expect([steps('unpaid'), steps('pay_here'), steps('not_on_bill')]).toEqual(['payment', 'payment', 'not_on_bill']);
  expect(steps('unpaid', { payment: cash })).toBe('check_in');
  expect(steps('not_on_bill', { payment: cash })).toBe('check_in');
  expect(feeIsDue(prepaid, 'unpaid')).toBe(true);
  expect(feeIsDue({ kind: 'none' }, 'unpaid')).toBe(false);
});

it('a number that is there is not given out twice, and a picture that is there is only taken again for a reason', () => {
  expect(nextStepFor(at({ ticket: ticket(7, { kind: 'waiting' }), refusal: refusal('already_queued') }))).toBe('has_number');
  const shot = { person: person('paid'), ticket: ticket(7, { kind: 'shot' }) };
  expect(nextStepFor(at({ ...shot, refusal: refusal('already_shot') }))).toBe('retake_reason');
  expect(nextStepFor(at({ ...shot, refusal: refusal('already_shot') }, { retakeReason: '闭眼' }))).toBe('check_in');
  expect(nextStepFor(at({ ...shot, retake: '初审失败' }))).toBe('check_in');
});

it('who comes back keeps the number', () => {
  expect(nextStepFor(at({ ticket: ticket(7, { kind: 'held', reason: 'hair' }) }))).toBe('back');
  expect(mayIssue(at({ ticket: ticket(7, { kind: 'passed' }) }))).toBe(true);
});

it('any other refusal of the core stands, whatever was paid', () => {
  expect(nextStepFor(at({ refusal: refusal('code_of_other_person') }, { payment: cash }))).toBe('refused');
  expect(mayIssue(at({ refusal: refusal('something_new') }))).toBe(false);
  expect(nextStepFor(at({ refusal: refusal('code_needed') }, { shown: NO_CODE }))).toBe('code');
});

it('the code goes to the core as it was read', () => {
  const code = ' AbC=\u0000 ';
  expect(requestFor(at({ person: person('paid') }, { shown: { code, seen: null, source: 'gun' }, priority: true }))).toEqual({
    code, seen: null, source: 'gun', subject: 9, payment: null, consent: true, id_card: true, priority: true, retake_reason: null,
  });
  expect(requestFor(at({}, { shown: NO_CODE })).source).toBeNull();
  // What the camera read is named by its number only.
  expect(requestFor(at({}, { shown: { code: null, seen: 4, source: 'camera' } }))).toMatchObject({ code: null, seen: 4, source: null });
});
