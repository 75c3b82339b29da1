import type { QueueView, Stage, TicketView } from '../api';

/** What the crew does with a number. */
export type QueueAction = 'call' | 'recall' | 'pass' | 'hold' | 'back' | 'leave' | 'prioritise' | 'refuse' | 'undo' | 'link';

/** The parts of the queue from top to bottom. */
export const PARTS = ['at_booths', 'held', 'passed', 'waiting'] as const;
export type Part = (typeof PARTS)[number];

/** Every number that can be marked, in the order of the screen. */
export function linesOf(queue: QueueView | null): TicketView[] {
  return queue ? PARTS.flatMap((part) => queue[part]) : [];
}

/**
 * Whether the step makes sense where the number stands. The rules are the core's; this only keeps from the screen what
 * it would refuse anyway.
 */
export function allows(action: QueueAction, { stage, undoable, subject }: TicketView): boolean {
  const kind: Stage['kind'] = stage.kind;
  const done = kind === 'shot' || kind === 'left' || kind === 'refused';
  switch (action) {
    case 'call':
      return kind === 'waiting' || kind === 'passed' || kind === 'held';
    case 'recall':
    case 'pass':
      return kind === 'called';
    case 'hold':
      return kind === 'waiting' || kind === 'called';
    case 'back':
      return kind === 'passed' || kind === 'held' || kind === 'left';
    case 'leave':
    case 'prioritise':
    case 'refuse':
      return !done && kind !== 'seated';
    case 'undo':
      return undoable;
    case 'link':
      return subject === null && !done;
  }
}

/** The mark is on a number, not on a line: a queue that moves must not put another person under a key. */
export function moveMark(lines: readonly TicketView[], marked: number | null, by: 1 | -1): number | null {
  if (lines.length === 0) return null;
  const here = lines.findIndex((line) => line.number === marked);
  if (here < 0) return (by === 1 ? lines[0] : lines.at(-1))?.number ?? null;
  return lines[Math.min(lines.length - 1, Math.max(0, here + by))]?.number ?? null;
}

/** Who is meant by a key: the marked number, or else the only one that this booth has called. */
export function targetOf(queue: QueueView | null, marked: number | null, booth: string): TicketView | null {
  const lines = linesOf(queue);
  if (marked !== null) return lines.find((line) => line.number === marked) ?? null;
  const ours = queue?.at_booths.filter(({ stage }) => stage.kind === 'called' && stage.booth === booth) ?? [];
  return ours.length === 1 ? (ours[0] ?? null) : null;
}
