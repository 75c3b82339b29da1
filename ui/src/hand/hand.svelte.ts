import type { ApiError, BatchId, JobKind, JobResult, JobView, Operations, OutboxBatch, UploadState, UploadStatus } from '../api';
import { place } from '../state/place.svelte';
import { station, t } from '../state/station.svelte';
import { toasts } from '../state/toasts.svelte';
import { firstOf, type Task, TASK_OF } from './tasks';

/** The list is read again this often while the place is open. */
const LIST_MS = 5_000;
/** Running work is asked after this often. */
const WORK_MS = 500;

/** Operations that begin a piece of long work. */
type Starter =
  | 'export.start' | 'verify.bag' | 'prints.start' | 'intake.check' | 'intake.take' | 'correction.start' | 'erase.start';

/** The result of one kind of work. */
export type ResultOf<Kind extends JobResult['kind']> = Extract<JobResult, { kind: Kind }>;

const RUNNING: readonly UploadState[] = ['sending', 'waiting', 'paused', 'closing'];

/** What the screens of the handover know, and what goes on while nobody looks at them. */
class Hand {
  task = $state<Task>('outbox');
  /** The arrow keys move in the list of tasks and not in the page. */
  aside = $state(false);
  /** `null` until the core has answered. */
  list = $state.raw<readonly OutboxBatch[] | null>(null);
  /** Why the last background question was not answered. */
  trouble = $state.raw<ApiError | null>(null);
  /** Long work that runs. */
  job = $state.raw<JobView | null>(null);
  /** How the latest work of each kind ended, until somebody has put it aside. */
  ended = $state.raw<Partial<Record<JobKind, JobView>>>({});
  /** The upload of the batch that is looked at. */
  upload = $state.raw<UploadStatus | null>(null);
  /** The upload that runs, whichever batch it is of. */
  sending = $state.raw<UploadStatus | null>(null);
  /** Tasks in which something went wrong that nobody has looked at. */
  missed = $state.raw<readonly Task[]>([]);
  #chosen = $state<BatchId | null | undefined>(undefined);
  #followed = new Set<number>();
  /** For which batch a piece of work was begun, by its number. */
  #of = new Map<number, BatchId | null>();
  #watching = false;

  /** The batch that is looked at; `null` while there is none. */
  get batch(): OutboxBatch | null {
    return this.list?.find(({ batch }) => batch === this.#chosen) ?? null;
  }

  /** Whether a piece of long work runs, so that no other can begin. */
  get busy(): boolean {
    return this.job !== null;
  }

  choose(batch: BatchId | null): void {
    this.#chosen = batch;
    this.upload = null;
    void this.lookAtUpload();
  }

  open(task: Task): void {
    this.task = task;
    this.aside = false;
    this.missed = this.missed.filter((other) => other !== task);
  }

  /** What the latest work of a kind came to; `null` while there is nothing to show. */
  result<Kind extends JobResult['kind']>(job: JobKind, kind: Kind): ResultOf<Kind> | null {
    const result = this.endOf(job)?.result;
    return result?.kind === kind ? (result as ResultOf<Kind>) : null;
  }

  /** How the latest work of a kind ended, if it was for the batch that is looked at. */
  endOf(kind: JobKind): JobView | null {
    const job = this.ended[kind];
    if (!job) return null;
    const of = this.#of.get(job.id);
    // Whatever was begun before this window was opened is shown anywhere: better twice than never.
    return of === undefined || of === this.#chosen ? job : null;
  }

  /** Puts the result of a kind of work aside. */
  putAside(kind: JobKind): void {
    const { [kind]: _, ...rest } = this.ended;
    this.ended = rest;
  }

  async refresh(): Promise<void> {
    const { answer, error } = await station.attempt('outbox.list', {});
    this.trouble = error;
    if (!answer) return;
    this.list = answer;
    if (!answer.some(({ batch }) => batch === this.#chosen)) this.#chosen = answer.length ? firstOf(answer) : undefined;
    await this.lookAtUpload();
  }

  /** Reads how the upload of this batch stands. */
  async lookAtUpload(): Promise<void> {
    const { batch } = this;
    if (!batch || this.#watching && this.sending?.batch === batch.batch) return;
    const { answer, error } = await station.attempt('upload.status', { batch: batch.batch });
    if (error) this.trouble = error;
    if (answer) this.takeUpload(answer);
  }

  /** Keeps the list fresh until the returned function is called. */
  follow(): () => void {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      await this.refresh();
      if (!over) timer = setTimeout(() => void again(), LIST_MS);
    };
    void again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }

  /** Work that was begun before this window was opened, or reloaded. */
  async resume(): Promise<void> {
    const { answer } = await station.attempt('job.status', { job: null });
    if (answer) this.#take(answer, true);
  }

  /** Begins a piece of long work; `false` if it was refused, which is told. */
  async begin<Name extends Starter>(name: Name, request: Operations[Name]['request']): Promise<boolean> {
    if (station.isAsking(name)) return false;
    const job = (await station.ask(name, request)) as JobView | null;
    if (job) {
      this.#of.set(job.id, this.#chosen ?? null);
      this.#take(job);
    }
    return job !== null;
  }

  /** Asks the work that runs to stop. */
  async cancel(): Promise<void> {
    if (this.job) await station.ask('job.cancel', { job: this.job.id });
  }

  #take(job: JobView, before = false): void {
    const over = job.state !== 'running' && job.state !== 'stopping';
    if (!over) {
      this.job = job;
      if (!this.#followed.has(job.id)) void this.#followJob(job.id);
      return;
    }
    if (this.job?.id === job.id) this.job = null;
    this.ended = { ...this.ended, [job.kind]: job };
    if (!before) this.#tellEnd(job);
    void this.refresh();
  }

  async #followJob(id: number): Promise<void> {
    this.#followed.add(id);
    while (this.job?.id === id) {
      await pause(WORK_MS);
      const { answer } = await station.attempt('job.status', { job: id });
      if (answer) this.#take(answer);
      // The program has forgotten it: it was started anew.
      else if (answer === null) this.job = null;
    }
  }

  #tellEnd(job: JobView): void {
    const task = TASK_OF[job.kind];
    const here = place.now === 'hand' && this.task === task;
    const { result, error } = job;
    if (error) {
      toasts.show({ level: job.state === 'cancelled' ? 'warn' : 'bad', code: error.code, text: error.text });
      if (!here && job.state !== 'cancelled') this.missed = [...new Set([...this.missed, task])];
      return;
    }
    const whole = result?.kind === 'export' ? result.complete : result?.kind === 'bag' ? result.valid : true;
    if (!whole && !here) this.missed = [...new Set([...this.missed, task])];
    if (here) return;
    if (result?.kind === 'export' || result?.kind === 'bag') {
      toasts.show({ level: whole ? 'good' : 'bad', code: `${job.kind}_ended`, text: result.text });
    } else {
      const text = t('work.ended', { what: t(`task.${task}`) });
      toasts.show({ level: 'good', code: `${job.kind}_ended`, text: { zh: text, en: text } });
    }
  }

  /** A new state of an upload; a running one is followed until it ends. */
  takeUpload(status: UploadStatus): void {
    if (status.batch === (this.batch?.batch ?? null)) this.upload = status;
    if (!RUNNING.includes(status.state)) return;
    this.sending = status;
    if (!this.#watching) void this.#watch(status.batch);
  }

  async #watch(batch: BatchId | null): Promise<void> {
    this.#watching = true;
    let last: UploadStatus | null = null;
    do {
      await pause(WORK_MS);
      const { answer } = await station.attempt('upload.status', { batch });
      // Not answered: the data folder is busy or gone; what was said last stands.
      if (!answer) continue;
      last = answer;
      if (batch === (this.batch?.batch ?? null)) this.upload = answer;
      this.sending = answer;
    } while (last === null || RUNNING.includes(last.state));
    this.#watching = false;
    this.sending = null;
    this.#tellUpload(last);
    void this.refresh();
  }

  #tellUpload(status: UploadStatus): void {
    const here = place.now === 'hand' && this.task === 'outbox';
    if (status.state === 'complete') {
      const text = t('upload.sent_all', { n: status.done });
      toasts.show({ level: 'good', code: 'upload_complete', text: { zh: text, en: text } });
      return;
    }
    if (status.failure?.code === 'cancelled') return;
    if (!here) this.missed = [...new Set<Task>([...this.missed, 'outbox'])];
    if (status.failure) toasts.show({ level: 'bad', ...status.failure });
    else if (status.parked > 0) {
      const text = t('upload.parked_toast', { n: status.parked });
      toasts.show({ level: 'bad', code: 'upload_parked', text: { zh: text, en: text } });
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const hand = new Hand();

/** What is missing before work can begin that needs this machine's one place for long work. */
export const busyWhy = (): string | null => (hand.job ? t('work.busy', { what: t(`work.${hand.job.kind}`) }) : null);
