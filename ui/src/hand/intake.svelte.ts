import type { IntakeTaken, PictureOrigin } from '../api';

export const ORIGINS: readonly PictureOrigin[] = ['studio', 'phone', 'school', 'other'];

/** What has been chosen for pictures from elsewhere; remembered while another page is open. */
class Taking {
  folder = $state('');
  /** Where the refused ones are written to; empty: beside the pictures. */
  origin = $state<PictureOrigin>('studio');
  numberAsCode = $state(false);
  /** Files that somebody has looked at and found good. */
  ticked = $state.raw<ReadonlySet<string>>(new Set());
  /** Good files that somebody wants to leave out. */
  leftOut = $state.raw<ReadonlySet<string>>(new Set());
  /** What was taken in of the check that is shown. */
  taken = $state.raw<IntakeTaken | null>(null);
  /** The list that was written of the refused ones. */
  list = $state.raw<readonly string[]>([]);

  /** Another check: nothing is ticked yet. */
  reset(): void {
    this.ticked = new Set();
    this.leftOut = new Set();
    this.taken = null;
    this.list = [];
  }
}

export const taking = new Taking();

/** The same set with the element in it or out of it. */
export function toggled(set: ReadonlySet<string>, element: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(element)) next.add(element);
  return next;
}
