import type { Entry } from './backlog.js';

/** An entry that was handed to a caller to commit, and has not been seen in the store yet. */
export interface Reservation extends Entry {
  readonly lane: string;
}

interface Held extends Reservation {
  readonly until: number;
}

/**
 * Writes given out but not yet known to be committed. They count against the bound of their peer, so callers that commit
 * at the same time cannot pass it together; one whose commit never comes gives its place back after a while.
 */
export class Reservations {
  readonly #holdMs: number;
  /** By key text, in the order they were made. */
  readonly #held = new Map<string, Held>();
  readonly #counts = new Map<string, number>();

  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  countOf(peer: string, now: number): number {
    for (const [text, { until }] of this.#held) {
      if (until > now) break;
      this.take(text);
    }
    return this.#counts.get(peer) ?? 0;
  }

  has(text: string): boolean {
    return this.#held.has(text);
  }

  make(text: string, reservation: Reservation, now: number): void {
    this.take(text);
    this.#held.set(text, { ...reservation, until: now + this.#holdMs });
    this.#counts.set(reservation.peer, (this.#counts.get(reservation.peer) ?? 0) + 1);
  }

  /** Removes and answers the reservation of a key, if there is one. */
  take(text: string): Reservation | undefined {
    const held = this.#held.get(text);
    if (!held) return undefined;
    this.#held.delete(text);
    const count = (this.#counts.get(held.peer) ?? 1) - 1;
    if (count > 0) this.#counts.set(held.peer, count);
    else this.#counts.delete(held.peer);
    return held;
  }
}
