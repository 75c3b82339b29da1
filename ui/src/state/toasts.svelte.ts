import type { Level, Text } from '../api';

export interface Toast {
  id: number;
  at: number;
  level: Level;
  code: string;
  text: Text;
}

/** Bad news stays long enough to be read by somebody who was looking at a student. */
const STAYS_MS: Record<Level, number> = { good: 2_500, warn: 6_000, bad: 9_000 };
/** The same thing told by an event and by the answer of the call is one thing. */
const SAME_MS = 1_200;
const MOST = 3;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #last = { code: '', zh: '', at: -Infinity };

  show({ level, code, text }: Omit<Toast, 'id' | 'at'>): void {
    const at = Date.now();
    const same = this.#last.code === code && this.#last.zh === text.zh && at - this.#last.at < SAME_MS;
    this.#last = { code, zh: text.zh, at };
    if (same) return;
    const id = this.#next++;
    const others = this.list.filter((toast) => toast.code !== code);
    this.list = [{ id, at, level, code, text }, ...others].slice(0, MOST);
    setTimeout(() => this.drop(id), STAYS_MS[level]);
  }

  /** The work has gone on: what was said about the step before only stands in the way. */
  outdate(): void {
    const since = Date.now() - SAME_MS;
    this.list = this.list.filter((toast) => toast.at > since);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
