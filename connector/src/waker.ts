import type { Clock } from '@causeway/platform';

/** Waits for a wake-up that may have come already; one that came while nobody waited is not lost. */
export class Waker {
  readonly #clock: Clock;
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly wake = (): void => {
    this.#woken = true;
    this.#wake?.();
  };

  /** Resolves at the next `wake`, or after `ms`. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken) {
      const asleep = new AbortController();
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        await Promise.race([woken, this.#clock.sleep(ms, AbortSignal.any([signal, asleep.signal]))]);
      } finally {
        this.#wake = undefined;
        asleep.abort();
      }
    }
    this.#woken = false;
  }
}
