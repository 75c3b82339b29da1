import type { ApiError, BatchItem, DayFigures, QueueView, ReconcileView, TicketView } from '../api';
import { station, t } from '../state/station.svelte';
import { toasts } from '../state/toasts.svelte';

/** The queue moves with every person; figures that jumped every second could not be read. */
const QUEUE_MS = 1_500;
const FIGURES_MS = 5_000;

/** Where the name of the booth that this laptop calls to is kept. */
const BOOTH = 'gradbooth.booth';

/** What the crew's screens of the day know, and what they share. */
class Day {
  /** Newest first; `null` until the core has answered. */
  batches = $state.raw<readonly BatchItem[] | null>(null);
  operator = $state('');
  queue = $state.raw<QueueView | null>(null);
  counts = $state.raw<ReconcileView | null>(null);
  figures = $state.raw<DayFigures | null>(null);
  /** Why the last background question was not answered. */
  trouble = $state.raw<ApiError | null>(null);
  /** Booth that numbers are called to; empty for this station. */
  booth = $state(remembered(BOOTH));

  /** The batch that is worked on. */
  get open(): BatchItem | null {
    return this.batches?.find(({ batch }) => batch.state === 'open') ?? null;
  }

  /** Name of the booth that this laptop calls to. */
  get boothName(): string {
    return this.booth || (station.view?.station ?? '');
  }

  callTo(booth: string): void {
    this.booth = booth;
    remember(BOOTH, booth);
  }

  /** Who sits here and which batches there are. */
  async refresh(): Promise<void> {
    const [list, operator] = await Promise.all([
      station.attempt('batch.list', {}),
      station.attempt('operator.get', {}),
    ]);
    if (list.answer) this.batches = list.answer;
    // Where a batch is open, what is asked next tells whether the trouble is over.
    if (list.error || !this.open) this.trouble = list.error;
    if (operator.answer) this.operator = operator.answer.name;
    if (!this.open) {
      this.queue = null;
      this.counts = null;
      this.figures = null;
    }
  }

  async refreshQueue(): Promise<void> {
    if (!this.open) return;
    const { answer, error } = await station.attempt('queue.status', { batch: null });
    this.trouble = error;
    if (answer) this.queue = answer;
  }

  async refreshFigures(): Promise<void> {
    if (!this.open) return;
    const [counts, figures] = await Promise.all([
      station.attempt('day.reconcile', { batch: null }),
      station.attempt('day.figures', { batch: null }),
    ]);
    this.trouble = counts.error ?? figures.error;
    if (counts.answer) this.counts = counts.answer;
    if (figures.answer) this.figures = figures.answer;
  }

  /** Keeps the queue or the figures fresh until the returned function is called. */
  follow(what: 'queue' | 'figures'): () => void {
    const look = async (): Promise<void> => {
      if (what === 'queue') return this.refreshQueue();
      await this.refresh();
      await this.refreshFigures();
    };
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      await look();
      // The next question waits for the answer of the last one: a slow disk must not pile them up.
      if (!over) timer = setTimeout(() => void again(), what === 'queue' ? QUEUE_MS : FIGURES_MS);
    };
    void (what === 'queue' ? this.refresh() : Promise.resolve()).then(again);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }
}

export const day = new Day();

let calling = false;

/** Calls whoever is next to a booth, this one if none is said; `null` if nobody was called. */
export async function callNext(booth: string | null): Promise<TicketView | null> {
  // A key pressed twice in a hurry calls one person.
  if (calling) return null;
  calling = true;
  const { answer, error } = await station.attempt('queue.next', { booth });
  calling = false;
  if (error) toasts.show({ level: 'bad', ...error });
  else if (!answer) tell('warn', 'nobody_waits', 'queue.nobody');
  return answer;
}

/** Opens the call screen; says so where the host has no second window. */
export async function openCallScreen(): Promise<void> {
  const { openScreen } = station.backend;
  if (!openScreen) return tell('warn', 'no_call_screen', 'call.no_window');
  try {
    await openScreen.call(station.backend, 'call');
  } catch {
    tell('bad', 'call_screen_failed', 'call.failed');
  }
}

/** A sentence of the window itself, in the language of the window. */
export function tell(level: 'good' | 'warn' | 'bad', code: string, key: Parameters<typeof t>[0], fill?: Record<string, string | number>): void {
  const text = t(key, fill);
  toasts.show({ level, code, text: { zh: text, en: text } });
}

function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without a memory the booth is chosen again after a restart.
  }
}
