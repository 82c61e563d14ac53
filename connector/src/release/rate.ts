import type { Clock } from '@causeway/platform';

/** Callers remembered at once; who is forgotten begins anew, and there are no more auditors than certificates. */
const mostCallers = 1_000;

/** So much a minute for each caller, a tenth of it at once. */
export class Rate {
  readonly #clock: Clock;
  /** Milliseconds that one takes, and that may be owed at most. */
  readonly #each: number;
  readonly #most: number;
  /** Until when what each caller took lasts, by the monotonic clock. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#each = 60_000 / perMinute;
    this.#most = this.#each * Math.max(1, Math.floor(perMinute / 10));
  }

  /** Takes one. @returns 0, or in how many milliseconds there is another one; then nothing was taken */
  take(caller: string): number {
    const now = this.#clock.monotonic();
    const next = Math.max(now, this.#until.get(caller) ?? now) + this.#each;
    const wait = Math.ceil(next - now - this.#most);
    if (wait > 0) return wait;
    this.#until.delete(caller);
    this.#until.set(caller, next);
    const [oldest] = this.#until.keys();
    if (this.#until.size > mostCallers && oldest !== undefined) this.#until.delete(oldest);
    return 0;
  }
}
