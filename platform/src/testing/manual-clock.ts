import type { Clock } from '../clock.js';

interface Sleeper {
  readonly due: number;
  readonly order: number;
  readonly wake: () => void;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

/** A clock that stands still until it is told. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();
  readonly #waiters = new Set<Waiter>();

  /** `start`: milliseconds since the epoch; the first second of 2026 unless told. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        due: this.#elapsed + Math.max(ms, 0),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
      for (const waiter of this.#waiters) if (this.#sleepers.size >= waiter.count) waiter.resolve();
    });
  }

  /** Moves time on, waking each due sleeper at its own moment and letting what it wakes run before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await turn();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#sleepers.delete(next);
      next.wake();
      await turn();
    }
    this.#elapsed = until;
    await turn();
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Resolves once at least `count` sleep: what a test awaits before it advances. */
  async asleep(count = 1): Promise<void> {
    if (this.#sleepers.size >= count) return;
    await new Promise<void>((resolve) => {
      const waiter: Waiter = {
        count,
        resolve: () => {
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #next(until: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const each of this.#sleepers) {
      if (each.due > until) continue;
      if (!first || each.due < first.due || (each.due === first.due && each.order < first.order)) first = each;
    }
    return first;
  }
}

// Long enough for every promise that is already settled, and for one round of I/O.
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
