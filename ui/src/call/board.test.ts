import { expect, it } from 'vitest';
import type { BoardCall, BoardView } from '../api';
import { guidePage, MOST_CARDS, shownOf } from './board';

const call = (number: number, change: Partial<BoardCall> = {}): BoardCall => ({
  number, booth: '1', masked_name: null, calls: 1, seated: false, since: 0, ...change,
});
const board = (...called: BoardCall[]): BoardView => ({ school: '', place: '', called, next: [], waiting: 0, passed: [] });

it('who has to walk comes before who sits, and the order of calls stays', () => {
  const { cards, size } = shownOf(board(call(1, { seated: true }), call(3), call(2)));
  expect(cards.map((one) => one.number)).toEqual([3, 2, 1]);
  expect(size).toBe('few');
  expect(shownOf(board()).size).toBe('one');
});

it('cards that find no room are counted, not forgotten', () => {
  const shown = shownOf(board(...Array.from({ length: MOST_CARDS + 2 }, (_, i) => call(i + 1))));
  expect(shown.cards).toHaveLength(MOST_CARDS);
  expect(shown.more).toBe(2);
  expect(shown.size).toBe('many');
});

it('the guide goes round', () => {
  expect([0, 11_999, 12_000, 36_000].map((now) => guidePage(now, 3, 12_000))).toEqual([0, 0, 1, 0]);
});
