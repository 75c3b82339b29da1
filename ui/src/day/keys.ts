import { nameOf, type Stroke } from '../keys/stroke';
import { METHODS } from './format';
import type { QueueAction } from './queue';

/** Everything that a key can ask for at the desk. */
export type DeskCommand =
  | { do: 'check_in' | 'clear' | 'search' | 'id_card' | 'consent' | 'consent_text' | 'priority' | 'payment' | 'late_entry' | 'retake' }
  | { do: 'next' | 'booth' | 'call_screen' | 'call_settings' | 'operator' | 'call_number' }
  | { do: 'search_from'; digit: string }
  | { do: 'method'; index: number }
  | { do: 'mark'; by: 1 | -1 }
  | { do: 'ticket'; action: QueueAction };

/** What decides the meaning of a key at the desk. */
export interface DeskSituation {
  /** Somebody stands at the desk and has no number yet. */
  looking: boolean;
  /** A fee is due, or was just taken: the digits are ways of paying. */
  paying: boolean;
}

const PERSON_KEYS: Record<string, DeskCommand> = {
  i: { do: 'id_card' },
  c: { do: 'consent' },
  d: { do: 'consent_text' },
  y: { do: 'priority' },
  f: { do: 'payment' },
  a: { do: 'late_entry' },
  r: { do: 'retake' },
};

/** Keys of the queue with what they do to a number. */
export const QUEUE_KEYS: readonly { key: string; action: QueueAction }[] = [
  { key: 'K', action: 'call' },
  { key: 'G', action: 'recall' },
  { key: 'P', action: 'pass' },
  { key: 'H', action: 'hold' },
  { key: 'B', action: 'back' },
  { key: 'E', action: 'leave' },
  { key: 'T', action: 'prioritise' },
  { key: 'X', action: 'refuse' },
  { key: 'L', action: 'link' },
  { key: 'U', action: 'undo' },
];

const ALWAYS: Record<string, DeskCommand> = {
  Enter: { do: 'check_in' },
  Escape: { do: 'clear' },
  '/': { do: 'search' },
  s: { do: 'search' },
  n: { do: 'next' },
  m: { do: 'booth' },
  w: { do: 'call_screen' },
  o: { do: 'call_settings' },
  q: { do: 'operator' },
  v: { do: 'call_number' },
  ArrowDown: { do: 'mark', by: 1 },
  ArrowUp: { do: 'mark', by: -1 },
};

/** What a key asks for at the desk; `null` if nothing, and while a text is typed. */
export function deskCommandFor(stroke: Stroke, now: DeskSituation): DeskCommand | null {
  if (stroke.command || stroke.field !== 'none') return null;
  const name = nameOf(stroke);
  if (/^\d$/.test(name)) {
    const index = Number(name) - 1;
    if (now.paying) return METHODS[index] ? { do: 'method', index } : null;
    // A digit while somebody is looked at would throw the code away by a slip.
    return now.looking ? null : { do: 'search_from', digit: name };
  }
  const person = now.looking ? PERSON_KEYS[name] : undefined;
  if (person) return person;
  const always = ALWAYS[name];
  if (always) return always;
  const queue = QUEUE_KEYS.find(({ key }) => key.toLowerCase() === name);
  return queue ? { do: 'ticket', action: queue.action } : null;
}

/** The pages of the day in the order of their number keys. */
export const PAGES = ['overview', 'schedule', 'roster', 'retake', 'absent', 'corrections', 'batches'] as const;
export type Page = (typeof PAGES)[number];

/** The page that a key opens. */
export function pageFor(stroke: Stroke): Page | null {
  if (stroke.command || stroke.field !== 'none') return null;
  const name = nameOf(stroke);
  return /^[1-9]$/.test(name) ? (PAGES[Number(name) - 1] ?? null) : null;
}
