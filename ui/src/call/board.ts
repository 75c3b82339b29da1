import type { BoardCall, BoardView } from '../api';

/** What the call screen shows of a board. */
export interface Shown {
  /** Who is on the way to a booth, the latest call first, then who sits there. */
  cards: readonly BoardCall[];
  /** Calls that found no room. */
  more: number;
  /** How the cards are laid out. */
  size: 'one' | 'few' | 'many';
}

/** More cards than this would make numerals that cannot be read from 8 m. */
export const MOST_CARDS = 8;
/** Up to so many fit in one column with the largest numerals. */
const FEW = 3;

/** Chooses and sorts the cards. Who has to walk comes before who sits already. */
export function shownOf(board: BoardView): Shown {
  const sorted = [...board.called.filter((call) => !call.seated), ...board.called.filter((call) => call.seated)];
  const cards = sorted.slice(0, MOST_CARDS);
  const size = cards.length <= 1 ? 'one' : cards.length <= FEW ? 'few' : 'many';
  return { cards, more: sorted.filter((call) => !call.seated).length - cards.filter((call) => !call.seated).length, size };
}

/** A board that is older than this is no longer shown as the present. */
export const STALE_MS = 5_000;

/** Which page of the rolling guide is shown. */
export function guidePage(now: number, pages: number, each: number): number {
  return Math.floor(now / each) % pages;
}
