/** One frame as it came through the frame door. */
export interface PulledFrame {
  seq: number;
  picture: Blob;
}

export interface Pull {
  /** Address of the newest frame after a number. */
  url(after: number): string;
  /** Shows a frame; the next one is shown when this is done, and older ones that came meanwhile never are. */
  show(frame: PulledFrame): Promise<void>;
  /** `fetch`, or a stand-in for tests. */
  fetch?: (url: string, init: { signal: AbortSignal; cache: 'no-store' }) => Promise<Response>;
  /** Waits, or pretends to in tests. */
  pause?: (ms: number) => Promise<void>;
}

/** After an answer that brought nothing new at once, so that a host without a long poll is not run hot. */
const EMPTY_PAUSE_MS = 40;
const FAILED_PAUSE_MS = 400;

/** So many empty answers (a second each) mean that the numbers may have started again: another camera, or the same. */
const EMPTY_BEFORE_RESTART = 3;

/**
 * Pulls live frames until the returned function is called: at most one request is under way, and the next one starts
 * while the last frame is being decoded.
 */
export function pullFrames(pull: Pull): () => void {
  const stop = new AbortController();
  const get = pull.fetch ?? ((url, init) => fetch(url, init));
  const pause = pull.pause ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)));
  void (async () => {
    let last = 0;
    let empty = 0;
    let showing: Promise<void> = Promise.resolve();
    while (!stop.signal.aborted) {
      try {
        const asked = performance.now();
        const restarted = empty >= EMPTY_BEFORE_RESTART;
        const answer = await get(pull.url(restarted ? 0 : last), { signal: stop.signal, cache: 'no-store' });
        const seq = Number(answer.headers.get('X-Frame-Seq'));
        if (answer.status === 200 && Number.isFinite(seq) && seq !== last) {
          const picture = await answer.blob();
          last = seq;
          empty = 0;
          await showing;
          if (stop.signal.aborted) return;
          // A picture that cannot be decoded is skipped: the next one is a few milliseconds away.
          showing = pull.show({ seq, picture }).catch(() => {});
        } else if (answer.ok) {
          // Nothing new; a frame that was shown already is nothing new either.
          empty = restarted ? 0 : empty + 1;
          if (performance.now() - asked < EMPTY_PAUSE_MS) await pause(EMPTY_PAUSE_MS);
        } else {
          await pause(FAILED_PAUSE_MS);
        }
      } catch {
        if (!stop.signal.aborted) await pause(FAILED_PAUSE_MS);
      }
    }
  })();
  return () => stop.abort();
}

/** Counts what was shown, and how much of it in the last second. */
export class ShownMeter {
  shown = 0;
  #times: number[] = [];

  count(now: number): void {
    this.shown++;
    this.#times.push(now);
    this.#trim(now);
  }

  fps(now: number): number {
    this.#trim(now);
    return this.#times.length;
  }

  #trim(now: number): void {
    while (this.#times[0] !== undefined && now - this.#times[0] > 1000) this.#times.shift();
  }
}
