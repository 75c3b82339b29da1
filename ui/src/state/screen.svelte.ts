import type { StripItem } from '../api';
import type { Stroke } from '../keys/stroke';
import { station } from './station.svelte';

export type DialogName = 'help' | 'camera' | 'settings' | 'hand' | 'history' | 'plate' | 'hall';

/** Takes a key while it is in front; `false` hands it on. */
export type KeyScope = (stroke: Stroke) => boolean;

/** Which dialog is open and which portrait of the strip is marked. */
class Screen {
  dialog = $state<DialogName | null>(null);
  /** Sitting whose history is open. */
  history = $state.raw<StripItem | null>(null);
  /** Index of the marked portrait in the strip. */
  marked = $state<number | null>(null);
  #scopes: KeyScope[] = [];

  /** Puts a scope in front until the returned function is called. */
  inFront(scope: KeyScope): () => void {
    this.#scopes = [...this.#scopes, scope];
    return () => (this.#scopes = this.#scopes.filter((other) => other !== scope));
  }

  /** Whether the scope in front took the key. */
  offer(stroke: Stroke): boolean {
    return this.#scopes.at(-1)?.(stroke) ?? false;
  }

  open(dialog: DialogName): void {
    this.dialog = dialog;
  }

  openHistory(item: StripItem): void {
    this.history = item;
    this.dialog = 'history';
  }

  close(): void {
    this.dialog = null;
    this.marked = null;
  }

  /** Moves the mark along the strip; 1 is one older. */
  move(by: 1 | -1): void {
    const last = (station.view?.strip.length ?? 0) - 1;
    if (last < 0) return;
    this.marked = this.marked === null ? 0 : Math.min(last, Math.max(0, this.marked + by));
  }
}

export const screen = new Screen();
