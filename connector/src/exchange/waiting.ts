import type { Clock } from '@causeway/platform';

/** Settles with the promise, or rejects with the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Settles with the promise, or rejects with `late()` after `ms`. */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  const done = new AbortController();
  const sleep = clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(() => {
    throw late();
  });
  try {
    return await Promise.race([promise, sleep]);
  } finally {
    done.abort();
  }
}

/** Ends a stream on which nothing happens: one timer, however often it is touched. */
export class Watchdog implements Disposable {
  readonly #bark = new AbortController();
  readonly #asleep = new AbortController();
  #touched = false;

  /** @param ms without a touch after which `signal` aborts: at least once, at most twice as long */
  constructor(clock: Clock, ms: number, late: () => Error) {
    this.#watch(clock, ms).then(
      () => this.#bark.abort(late()),
      () => undefined,
    );
  }

  get signal(): AbortSignal {
    return this.#bark.signal;
  }

  touch(): void {
    this.#touched = true;
  }

  [Symbol.dispose](): void {
    this.#asleep.abort();
  }

  async #watch(clock: Clock, ms: number): Promise<void> {
    do {
      this.#touched = false;
      await clock.sleep(ms, this.#asleep.signal);
    } while (this.#touched);
  }
}
