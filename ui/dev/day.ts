import type {
  BatchItem, BatchPlan, BoardView, CorrectionView, DayFigures, DeskView, Operations, Person, QueueView, Reconciliation,
  RetakeView, SlotView, Stage, Subject, TicketView,
} from '../src/api';
import { Refused } from '../src/backend/backend';

/** Plays the core's answers of the day. Everybody is made up; the rules are the core's, and are tested there. */

const COLLEGES = ['机电工程学院', '计算机科学与技术学院', '材料科学与工程学院', '外国语学院', '经济与管理学院', '土木工程学院', '能源科学与工程学院', '数学学院'];
const SURNAMES = '王李张刘陈杨赵黄周吴';
const GIVEN = '伟芳娜敏静磊洋艳杰涛';
const HOUR = 3_600_000;
const now = () => Date.now();
const day = (moment = now()) => new Date(moment).toISOString().slice(0, 10);

function refuse(code: string, zh: string, en: string): never {
  throw new Refused({ code, text: { zh, en } });
}

const plan = (change: Partial<BatchPlan> = {}): BatchPlan => ({
  school: '某某工业大学', date: day(), place: '一校区体育馆', group: '1 组', spec: 'registry-safe',
  fee: { kind: 'prepaid', amount_fen: 1700 }, way: 'desk', double_proof: true, masked_names: true,
  naming: '{college}/{class}/{student_no}', consent: { version: '2026-1', text: '同意为毕业证书采集图像。' }, upload_allowed: false,
  make_up: { words: '未到者以后用手机小程序自行补采。', from: '2026-06-01', fee_fen: 3500 }, make_up_of: null, ...change,
});
const item = (id: number, state: BatchItem['batch']['state'], change: Partial<BatchPlan>, shot: number): BatchItem => ({
  batch: { id, plan: plan(change), state, created_at: now() - 80 * HOUR, sealed_at: state === 'sealed' ? now() - 20 * HOUR : null, seal_reason: null },
  subjects: 1240, tickets: shot + 31, shot,
});

/** The queue, as it would be in the middle of a morning. `?batch=none` shows a folder without an open batch. */
export function dayOperations(params: URLSearchParams): { [Name in keyof Operations]?: (request: never) => unknown } {
  let operator = '王老师';
  let next = Number(params.get('first') ?? 0);
  let correction = 3;
  const none = params.get('batch') === 'none';
  const rule = params.get('fee') === 'spot' ? ({ kind: 'on_the_spot', amount_fen: 2000 } as const) : plan().fee;
  const batches: BatchItem[] = params.get('batch') === 'empty' ? [] : [
    item(3, none ? 'ready' : 'open', { fee: rule }, 482),
    item(2, 'ready', { place: '二校区活动中心', group: '2 组', fee: { kind: 'on_the_spot', amount_fen: 2000 } }, 0),
    item(1, 'sealed', { school: '某某师范学院', date: day(now() - 48 * HOUR), fee: { kind: 'none' }, way: 'booth' }, 1103),
  ];
  const people: Person[] = Array.from({ length: 1240 }, (_, i) => ({
    subject: i + 1,
    key: String(2022110000 + i * 7),
    masked_name: `${SURNAMES[i % 10]}*${GIVEN[(i * 3) % 10]}`,
    college: COLLEGES[i % COLLEGES.length] ?? null,
    class: `22${String((i % 6) + 1).padStart(2, '0')}班`,
    fee: i % 23 === 5 ? 'unpaid' : i % 29 === 7 ? 'not_on_bill' : 'paid',
    number: null,
    stage: null,
    late_entry: false,
  }));
  const tickets: TicketView[] = [];
  const before = new Map<number, Stage>();

  function issue(person: Person | null, stage: Stage, ago: number, change: Partial<TicketView> = {}): TicketView {
    const number = ++next;
    const ticket: TicketView = {
      id: number, number, stage, priority: false, since: now() - ago, issued_at: now() - ago - 60_000, recalls: 0, returns: 0, undoable: false,
      subject: person?.subject ?? null, masked_name: person?.masked_name ?? null, college: person?.college ?? null,
      fingerprint: (number * 2654435761).toString(16).padStart(12, '0'), arrival: 'in_slot', retake_reason: null, ...change,
    };
    if (person) Object.assign(person, { number, stage });
    tickets.push(ticket);
    return ticket;
  }

  const who = (i: number) => people[i * 3] ?? null;
  for (let i = 0; i < 482; i++) issue(who(i % 400), { kind: 'shot' }, 3 * HOUR - i * 20_000);
  issue(who(401), { kind: 'called', booth: '1' }, 14_000, { undoable: true });
  issue(who(402), { kind: 'seated', booth: '2' }, 31_000);
  issue(who(403), { kind: 'called', booth: '3' }, 52_000, { recalls: 1, undoable: true });
  issue(who(404), { kind: 'held', reason: 'hair' }, 190_000, { undoable: true });
  issue(null, { kind: 'held', reason: 'id_card' }, 420_000);
  issue(who(406), { kind: 'passed' }, 350_000, { undoable: true });
  issue(who(407), { kind: 'passed' }, 610_000, { arrival: 'late' });
  const booths = Number(params.get('booths') ?? 0);
  for (let i = 0; i < booths; i++) issue(who(330 + i), i % 4 === 3 ? { kind: 'seated', booth: String(i + 4) } : { kind: 'called', booth: String(i + 4) }, 9_000 + i * 4000);
  for (let i = 0; i < 24; i++) {
    issue(i % 9 === 4 ? null : who(408 + i > 412 ? i : 408 + i), { kind: 'waiting' }, 500_000 - i * 19_000, {
      priority: i === 0, arrival: i % 6 === 3 ? 'early' : i % 11 === 5 ? 'foreign' : 'in_slot', retake_reason: i === 0 ? '初审未通过：闭眼' : null,
    });
  }

  const of = (...kinds: Stage['kind'][]) => tickets.filter((one) => kinds.includes(one.stage.kind));
  const waiting = () => of('waiting').sort((a, b) => Number(b.priority) - Number(a.priority) || a.number - b.number);
  const find = (number: number): TicketView =>
    tickets.find((one) => one.number === number) ?? refuse('no_such_number', `没有 ${number} 号，请核对`, `There is no number ${number}`);

  function step(number: number, stage: Stage, from: readonly Stage['kind'][]): TicketView {
    const ticket = find(number);
    if (!from.includes(ticket.stage.kind)) refuse('not_from_here', `${number} 号现在不能这样做`, `That cannot be done with number ${number} now`);
    before.set(number, ticket.stage);
    Object.assign(ticket, { stage, since: now(), undoable: true });
    return structuredClone(ticket);
  }

  function look({ code, subject }: Operations['desk.look']['request']): DeskView {
    if (code?.includes('BAD')) refuse('code_bad', '这个采集码读不出来：请学生打开原图再扫', 'This code cannot be read: open the image itself and scan again');
    const index = code === null ? -1 : [...code].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 1200, 7);
    const person = subject ? people[subject - 1] : (people.find((one) => one.key === code) ?? (code?.startsWith('U') ? null : people[index]));
    const ticket = tickets.filter((one) => person && one.subject === person.subject).at(-1) ?? null;
    const late = person?.fee === 'unpaid' || person?.fee === 'not_on_bill';
    const fee = batches[0]!.batch.plan.fee.kind !== 'none' && late && person;
    const back = ['passed', 'held', 'left'].includes(ticket?.stage.kind ?? '');
    const refusal = back ? null : ticket
      ? { code: ticket.stage.kind === 'shot' ? 'already_shot' : 'already_queued', text: { zh: `已经有 ${ticket.number} 号`, en: `Has number ${ticket.number} already` } }
      : fee
        ? person.fee === 'unpaid'
          ? { code: 'unpaid', text: { zh: '账单上显示未缴费，不能给号。', en: 'The bill says that the fee is unpaid: no number.' } }
          : { code: 'not_on_bill', text: { zh: '不在缴费账单上，不能给号。', en: 'Not on the bill: no number.' } }
        : null;
    const arrival = index % 5 === 3 ? 'late' : 'in_slot';
    return { fingerprint: code === null ? null : 'c07be91455d2a6f8', person: person ?? null, ticket, retake: null, arrival, refusal };
  }

  function counts(): Reconciliation {
    const sum: Reconciliation = {
      due: 0, shot: new Set(of('shot').map((one) => one.subject)).size, retake_due: 4, at_booth: of('called', 'seated').length, waiting: of('waiting').length,
      passed: of('passed').length, held: of('held').length, left: of('left').length + 3, refused: of('refused').length + 2, absent: 766,
    };
    sum.due = Object.values(sum).reduce((a, b) => a + b, 0);
    return sum;
  }

  const label = (number: number) => {
    const ticket = find(number);
    return { sitting: number, number, fingerprint: ticket.fingerprint ?? '', masked_name: ticket.masked_name };
  };
  const swap = (id: number, one: number, other: number, reason: string, ago: number | null, sent = false): CorrectionView => ({
    id, reason, operator, proposed_at: now() - (ago ?? 0), committed_at: ago === null ? null : now() - ago,
    sides: [
      { portrait: one, path: `portrait/straight-${one}`, from: label(one), to: label(other), already_sent: sent },
      { portrait: other, path: `portrait/straight-${other}`, from: label(other), to: label(one), already_sent: false },
    ],
  });
  const corrections = [swap(2, next - 100, next - 99, '学生在出口看照片时发现', 0.6 * HOUR, true), swap(1, next - 300, next - 299, '插队，后面都错了一位', 2.2 * HOUR)];
  const retakes: RetakeView[] = [
    { id: 4, number: 466, subject: 9, masked_name: '陈*静', reason: '学生不满意，闭眼', source: 'student', at: now() - 0.2 * HOUR, issued: 490, done: false },
    { id: 3, number: 380, subject: 8, masked_name: '李*杰', reason: '眼镜反光', source: 'reviewer', at: now() - 0.8 * HOUR, issued: null, done: false },
    { id: 2, number: 201, subject: 7, masked_name: null, reason: '初审未通过：头发遮眉', source: 'results', at: now() - 26 * HOUR, issued: null, done: false },
    { id: 1, number: 122, subject: 6, masked_name: '赵*涛', reason: '衣领歪', source: 'reviewer', at: now() - 2.5 * HOUR, issued: 301, done: true },
  ];
  let slots: SlotView[] = COLLEGES.map((college, i) => ({
    id: i + 1,
    slot: { college_code: `0${i + 1}`, college, head_count: 150 + i * 3, date: i < 6 ? day() : day(now() + 24 * HOUR), start: 480 + (i % 6) * 75, end: 555 + (i % 6) * 75, room: i % 2 ? '体育馆东侧' : '体育馆西侧', group: `${(i % 2) + 1} 组` },
    today: i < 6, on_roster: i === 4 ? 0 : 155, arrived: Math.max(0, 151 - i * 34), shot: Math.max(0, 149 - i * 41), absent: i === 4 ? 0 : 155 - Math.max(0, 151 - i * 34),
  }));

  return {
    'operator.get': () => ({ name: operator }),
    'operator.set': ({ name }: Operations['operator.set']['request']) => ({ name: (operator = name) }),
    'batch.list': () => structuredClone(batches),
    'batch.new': (made: BatchPlan) => {
      const fresh = { ...item(batches.length + 1, 'ready', made, 0), subjects: 0, tickets: 0 };
      batches.unshift(fresh);
      return fresh.batch;
    },
    'batch.edit': ({ batch, plan: changed }: Operations['batch.edit']['request']) => Object.assign(batches.find((one) => one.batch.id === batch)!.batch, { plan: changed }),
    'batch.open': ({ batch }: Operations['batch.open']['request']) => {
      for (const one of batches) if (one.batch.state !== 'sealed') one.batch.state = one.batch.id === batch ? 'open' : 'ready';
      return batches.find((one) => one.batch.id === batch)!.batch;
    },
    'batch.close': ({ batch }: Operations['batch.close']['request']) => Object.assign(batches.find((one) => one.batch.id === batch)!.batch, { state: 'ready' }),
    'batch.seal': ({ batch, reason }: Operations['batch.seal']['request']) => ({
      batch: Object.assign(batches.find((one) => one.batch.id === batch)!.batch, { state: 'sealed', sealed_at: now(), seal_reason: reason }),
      reconciliation: counts(),
    }),
    'roster.search': ({ text, limit }: Operations['roster.search']['request']) => people.filter((one) => one.key.includes(text) || one.masked_name?.includes(text)).slice(0, limit || 20),
    'roster.show': ({ subject }: Operations['roster.show']['request']) => {
      const person = people[subject - 1]!;
      const identity: Subject = {
        serial: String(subject), school_code: '10000', college_code: '01', college: person.college, major: '软件工程', class: person.class, student_no: person.key,
        name: '（虚构）', sex: '女', id_number: '00000020040101000X', level: '本科', exam_no: '22230000000000', paid: person.fee === 'paid',
      };
      return { person, identity, tickets: tickets.filter((one) => one.subject === subject).reverse() };
    },
    'late_entry.add': ({ subject }: Operations['late_entry.add']['request']) => {
      const { student_no, college, class: group, paid } = subject;
      const person: Person = { subject: people.length + 1, key: student_no ?? '', masked_name: subject.name ? `${subject.name[0]}*` : null, college, class: group, fee: paid ? 'paid' : 'not_on_bill', number: null, stage: null, late_entry: true };
      people.push(person);
      return person;
    },
    'schedule.board': () => structuredClone(slots),
    'schedule.apply': ({ slots: made }: Operations['schedule.apply']['request']) =>
      (slots = made.map((slot, i) => slots.find((one) => one.slot.college === slot.college) ?? { id: 100 + i, slot, today: slot.date === day(), on_roster: 0, arrived: 0, shot: 0, absent: 0 })),
    'desk.look': (request: Operations['desk.look']['request']) => new Promise((done, failed) => setTimeout(() => { try { done(look(request)); } catch (why) { failed(why); } }, 120)),
    'desk.check_in': (request: Operations['desk.check_in']['request']) => {
      const view = look(request);
      const ahead = waiting().length;
      if (view.ticket && ['passed', 'held', 'left'].includes(view.ticket.stage.kind)) return { ticket: step(view.ticket.number, { kind: 'waiting' }, ['passed', 'held', 'left']), ahead: 3, arrival: view.arrival };
      const ticket = issue(view.person, { kind: 'waiting' }, 0, { priority: request.priority, arrival: view.arrival, retake_reason: request.retake_reason });
      return { ticket, ahead: request.priority ? 0 : ahead, arrival: view.arrival };
    },
    'queue.status': (): QueueView => structuredClone({ at_booths: of('called', 'seated'), waiting: waiting(), waiting_count: waiting().length, passed: of('passed'), held: of('held') }),
    'queue.next': ({ booth }: Operations['queue.next']['request']) => {
      const first = waiting()[0];
      return first ? step(first.number, { kind: 'called', booth: booth ?? '1' }, ['waiting']) : null;
    },
    'queue.call': ({ number, booth }: Operations['queue.call']['request']) => step(number, { kind: 'called', booth: booth ?? '1' }, ['waiting', 'passed', 'held']),
    'queue.recall': ({ number }: Operations['queue.recall']['request']) => {
      find(number).recalls++;
      return find(number);
    },
    'queue.pass': ({ number }: Operations['queue.pass']['request']) => step(number, { kind: 'passed' }, ['called']),
    'queue.hold': ({ number, reason }: Operations['queue.hold']['request']) => step(number, { kind: 'held', reason }, ['called', 'waiting']),
    'queue.back': ({ number }: Operations['queue.back']['request']) => step(number, { kind: 'waiting' }, ['passed', 'held', 'left']),
    'queue.leave': ({ number }: Operations['queue.leave']['request']) => step(number, { kind: 'left' }, ['waiting', 'called', 'passed', 'held']),
    'queue.refuse': ({ number, reason }: Operations['queue.refuse']['request']) => step(number, { kind: 'refused', reason }, ['waiting', 'called', 'passed', 'held']),
    'queue.prioritise': ({ number, priority }: Operations['queue.prioritise']['request']) => Object.assign(find(number), { priority }),
    'queue.undo': ({ number }: Operations['queue.undo']['request']) => {
      const was = before.get(number) ?? refuse('nothing_to_undo', '没有可以撤销的一步', 'Nothing to undo');
      before.delete(number);
      return Object.assign(find(number), { stage: was, undoable: false });
    },
    'queue.link': ({ number, subject }: Operations['queue.link']['request']) => {
      const { masked_name, college } = people[subject - 1]!;
      return Object.assign(find(number), { subject, masked_name, college });
    },
    'queue.board': (): BoardView => {
      if (params.get('board') === 'gone' && performance.now() > 2_500) refuse('not_ready', '还没有准备好', 'Not ready');
      const names = params.get('names') !== '0';
      const name = (one: TicketView) => (names ? one.masked_name : null);
      const called = of('called', 'seated').sort((a, b) => b.since - a.since);
      return {
        school: '某某工业大学', place: '一校区体育馆',
        called: called.map((one) => ({
          number: one.number, booth: one.stage.kind === 'called' || one.stage.kind === 'seated' ? one.stage.booth : '', masked_name: name(one), calls: one.recalls + 1, seated: one.stage.kind === 'seated', since: one.since,
        })),
        next: waiting().slice(0, 6).map((one) => ({ number: one.number, masked_name: name(one) })),
        waiting: waiting().length, passed: of('passed').map((one) => one.number),
      };
    },
    'retake.list': () => structuredClone(retakes),
    'retake.add': ({ number, reason, source, issue: atOnce }: Operations['retake.add']['request']) => {
      const ticket = find(number);
      const issued = atOnce ? issue(people.find((one) => one.subject === ticket.subject) ?? null, { kind: 'waiting' }, 0, { priority: true, retake_reason: reason }).number : null;
      retakes.unshift({ id: retakes.length + 1, number, subject: ticket.subject, masked_name: ticket.masked_name, reason, source, at: now(), issued, done: false });
      return retakes[0];
    },
    'absent.list': () => COLLEGES.map((college) => {
      const missing = people.filter((one) => one.college === college && one.number === null);
      return { college, people: missing, paid: missing.filter((one) => one.fee === 'paid').length };
    }),
    'payment.take': () => ({ fee: 'on_the_spot' }),
    'swap.list': () => structuredClone(corrections),
    'swap.propose': ({ one, other, reason }: Operations['swap.propose']['request']) => {
      corrections.unshift(swap(correction++, one, other, reason, null));
      return structuredClone(corrections[0]);
    },
    'swap.commit': ({ correction: id }: Operations['swap.commit']['request']) => structuredClone(Object.assign(corrections.find((one) => one.id === id)!, { committed_at: now() })),
    'day.reconcile': () => {
      const sum = counts();
      return { batch: 3, counts: sum, adds_up: true, unsettled: sum.retake_due + sum.at_booth + sum.waiting + sum.passed + sum.held };
    },
    'day.people': ({ state }: Operations['day.people']['request']) => {
      const kinds: Record<string, Stage['kind'][]> = { at_booth: ['called', 'seated'], retake_due: [], absent: [] };
      if (state === 'absent') return people.filter((one) => one.number === null).slice(0, 500).map((person) => ({ person, ticket: null }));
      return of(...(kinds[state] ?? [state as Stage['kind']])).map((ticket) => ({ person: people.find((one) => one.subject === ticket.subject) ?? null, ticket }));
    },
    'day.figures': (): DayFigures => ({
      batch: 3, counts: counts(),
      pace: { per_hour: 342.8, seat_seconds: 9.7, wait_seconds: 412, walk_seconds: 21, longest_wait_seconds: 1265, queue_done_at: now() + 260_000, all_done_at: now() + 2.3 * HOUR },
      plan_ends_at: now() + 2 * HOUR,
      booths: [{ booth: '1', shot: 171, seat_seconds: 9.2 }, { booth: '2', shot: 158, seat_seconds: 10.1 }, { booth: '3', shot: 153, seat_seconds: 10.4 }],
      late_entries: 6, overrides: 3, corrections: 2, corrections_due: 1,
      findings: ([['roll', '歪头', 'Head tilted', 41], ['eyes_closed', '闭眼', 'Eyes shut', 26], ['light_balance', '光线不匀', 'Uneven light', 12]] as const)
        .map(([code, zh, en, shots]) => ({ code, text: { zh, en }, shots })),
      cash: [{ cashier: '王老师', method: 'wechat', count: 12, total_fen: 20400 }, { cashier: '王老师', method: 'cash', count: 3, total_fen: 5100 }],
    }),
    'audit.verify': () => new Promise((done) => setTimeout(() => done(params.get('audit') === 'broken' ? { events: 812, head: '7d1f00aa91b2c3d4', broken: { id: 813, reason: 'hash' } } : { events: 2417, head: '7d1f00aa91b2c3d4', broken: null }), 400)),
  };
}
