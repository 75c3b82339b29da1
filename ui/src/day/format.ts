import type { Arrival, BatchItem, BatchPlan, FeeRule, FeeStanding, Reconciliation, Stage, Subject } from '../api';
import type { EndState, HoldReason, PaymentMethod } from '../api';

/** Ways of paying in the order of their number keys. */
export const METHODS: readonly PaymentMethod[] = ['cash', 'wechat', 'alipay', 'card', 'proof_shown', 'waived'];

/** Why people are sent away for a moment, in the order of their number keys. */
export const HOLD_REASONS: readonly HoldReason[] = [
  'hair', 'glasses', 'collar', 'jewellery', 'id_card', 'code', 'payment', 'other',
];

/** End states in the order of a report. */
export const END_STATES: readonly EndState[] = [
  'shot', 'retake_due', 'at_booth', 'waiting', 'passed', 'held', 'left', 'refused', 'absent',
];

/** `17` or `17.50` for 分. */
export function yuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2);
}

/** 分 from what a person types for yuan; `null` if it is no amount of money. Never rounds. */
export function fenOf(typed: string): number | null {
  const text = typed.normalize('NFKC').replace(/[元¥\s]/g, '');
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text)) return null;
  const [whole = '0', part = ''] = text.split('.');
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

/** A 拍摄号 from what a person types; `null` if it is none. */
export function numberOf(typed: string): number | null {
  const text = typed.normalize('NFKC').trim();
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** `09:05` for a minute of the day. */
export function timeOfMinute(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** A minute of the day from `9:05`, `09：05` or `0905`. */
export function minuteOf(typed: string): number | null {
  const found = /^(\d{1,2})[:.]?(\d{2})$/.exec(typed.normalize('NFKC').trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : hours === 24 && minutes === 0 ? 1440 : null;
}

/** `2026-05-13` from `2026-5-13`, `2026/5/13` or `20260513`; `null` if there is no such day. */
export function dayOf(typed: string): string | null {
  const found = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/.exec(typed.normalize('NFKC').trim());
  if (!found) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.toISOString().slice(0, 10) : null;
}

/** The day of a moment by the clock of this computer. */
export function dayAt(moment: number): string {
  const d = new Date(moment);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** Seconds as `48`, `3:07` or `1:02:09`. */
export function lengthOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h}:${two(m)}:${two(s)}`;
  return m > 0 ? `${m}:${two(s)}` : String(s);
}

/** A length of time in the unit that fits it: tenths of a second matter at the seat, not in the waiting room. */
export function spanOf(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; n: string; m: string } {
  const positive = Math.max(0, seconds);
  if (positive < 20) return { unit: 'seconds', n: positive.toFixed(1), m: '' };
  if (positive < 99.5) return { unit: 'seconds', n: positive.toFixed(0), m: '' };
  const minutes = Math.round(positive / 60);
  if (minutes < 60) return { unit: 'minutes', n: String(minutes), m: '' };
  return { unit: 'hours', n: String(Math.floor(minutes / 60)), m: String(minutes % 60) };
}

/** What part of a whole, in percent from 0 to 100. */
export function part(of: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(100, Math.max(0, (of / whole) * 100));
}

/** Whether a batch with this rule still wants something from somebody in this standing. */
export function feeIsDue(rule: FeeRule, fee: FeeStanding): boolean {
  return rule.kind !== 'none' && (fee === 'unpaid' || fee === 'not_on_bill');
}

/** The fee of a rule in 分. */
export function feeOf(rule: FeeRule): number {
  return rule.kind === 'none' ? 0 : rule.amount_fen;
}

/** The colour of a stage. */
export function toneOf(stage: Stage['kind'] | EndState): 'good' | 'warn' | 'bad' | 'blue' | 'soft' {
  switch (stage) {
    case 'shot':
      return 'good';
    case 'called':
    case 'seated':
    case 'at_booth':
      return 'blue';
    case 'held':
    case 'passed':
    case 'retake_due':
      return 'warn';
    case 'refused':
      return 'bad';
    default:
      return 'soft';
  }
}

/** Whether a coming deserves a word: in the slot nobody needs to know. */
export const isMarked = (arrival: Arrival): boolean => arrival === 'early' || arrival === 'late' || arrival === 'foreign';

/** How many are in one end state. */
export const countOf = (counts: Reconciliation, state: EndState): number => counts[state];

/** A person of whom nothing is known yet. */
export const nobody = (): Subject => ({
  serial: null, school_code: null, college_code: null, college: null, major: null, class: null, student_no: null,
  name: null, sex: null, id_number: null, level: null, exam_no: null, paid: null,
});

/** The plan that a new batch starts from: the newest batch, moved to today, or what most schools want. */
export function templateOf(batches: readonly BatchItem[], today: string, spec: string): BatchPlan {
  const newest = batches[0]?.batch.plan;
  // A copy is a batch of its own, also of a make-up day.
  if (newest) return { ...newest, date: today, make_up_of: null };
  return {
    school: '',
    date: today,
    place: '',
    group: '1',
    spec,
    fee: { kind: 'none' },
    way: 'desk',
    double_proof: true,
    masked_names: false,
    naming: '{college}/{student_no}',
    consent: { version: '1', text: '' },
    upload_allowed: false,
    make_up: { words: '', from: null, fee_fen: null },
    make_up_of: null,
  };
}
