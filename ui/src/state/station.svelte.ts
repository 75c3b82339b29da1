import { connect } from '#host';
import type { ApiError, Language, LiveView, Operations, StationView } from '../api';
import { type Backend, Refused } from '../backend/backend';
import { type Word, word, wordFor } from '../i18n/words';
import { follow } from './sounds';
import { toasts } from './toasts.svelte';

interface Call {
  name: keyof Operations;
  since: number;
}

/** What the core last said, and the one way to ask it for something. */
class Station {
  readonly backend: Backend = connect();
  view = $state.raw<StationView | null>(null);
  live = $state.raw<LiveView | null>(null);
  /** Calls that are not answered yet, oldest first. */
  calls = $state.raw<readonly Call[]>([]);
  /** The same, to be changed without being read as state: an effect that asks must not run again by asking. */
  #calls: Call[] = [];
  startedAt = Date.now();

  get language(): Language {
    return this.view?.settings.language ?? 'zh';
  }

  /** Starts listening. A view that overtakes another on its way is not undone by the older one. */
  async start(): Promise<void> {
    await this.backend.on('station', (view) => this.#take(view));
    await this.backend.on('live', (live) => (this.live = live));
    const view = await this.ask('station.view', {});
    if (view) this.#take(view);
  }

  /** Performs an operation; a refusal becomes a toast and `null`. */
  async ask<Name extends keyof Operations>(
    name: Name,
    request: Operations[Name]['request'],
  ): Promise<Operations[Name]['response'] | null> {
    const call = { name, since: Date.now() };
    this.#calls.push(call);
    this.calls = [...this.#calls];
    try {
      const response = await this.backend.call(name, request);
      if (isView(response)) this.#take(response);
      return response;
    } catch (thrown) {
      const { code, text } = Refused.from(thrown).error;
      toasts.show({ level: 'bad', code, text });
      return null;
    } finally {
      this.#calls = this.#calls.filter((other) => other !== call);
      this.calls = [...this.#calls];
    }
  }

  /** Performs an operation in the background: a refusal is handed back and not shown. */
  async attempt<Name extends keyof Operations>(
    name: Name,
    request: Operations[Name]['request'],
  ): Promise<{ answer: Operations[Name]['response']; error: null } | { answer: null; error: ApiError }> {
    try {
      return { answer: await this.backend.call(name, request), error: null };
    } catch (thrown) {
      return { answer: null, error: Refused.from(thrown).error };
    }
  }

  /** Whether an operation was asked for and is not answered yet. */
  isAsking(name: keyof Operations): boolean {
    return this.#calls.some((call) => call.name === name);
  }

  #take(view: StationView): void {
    const before = this.view;
    if (before && view.seq < before.seq) return;
    this.view = view;
    // Readings of the student who has just left must not be drawn over the next one.
    if (before && before.phase.kind !== view.phase.kind && view.phase.kind === 'idle') this.live = null;
    if (before && before.phase.kind !== view.phase.kind) toasts.outdate();
    if (view.notice && view.notice.seq !== before?.notice?.seq) toasts.show(view.notice);
    follow(before, view);
  }
}

function isView(response: unknown): response is StationView {
  return typeof response === 'object' && response !== null && 'phase' in response && 'seq' in response;
}

export const station = new Station();

/** A word in the language of the window. */
export const t = (key: Word, fill?: Record<string, string | number>): string => word(station.language, key, fill);

/** The word for a name of the core. */
export const tFor = (group: string, name: string): string => wordFor(station.language, group, name);
