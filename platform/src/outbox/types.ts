import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { Random } from '../random.js';
import type { Commit, Store } from '../store/store.js';

/** Something that has to be done in the world because a state change was saved. */
export interface Work<P> {
  /** Work of one lane is done in order of `sequence`, lanes independently of each other. */
  readonly lane: string;
  /** Rises within its lane; from the caller's record. */
  readonly sequence: number;
  /** Whom it concerns: bounds, retries and fairness are per peer. */
  readonly peer: string;
  /** JSON. */
  readonly payload: P;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** What came of one attempt. `retry` and `refused` say why; a refusal is final. */
export type Attempt<R> =
  | { readonly done: R }
  | { readonly retry: string }
  | { readonly refused: string; readonly data?: unknown };

/** How a piece of work ended. */
export type Outcome<R> = { readonly done: R } | { readonly refused: string; readonly data?: unknown };

/** What an outcome changes, and what follows once that is durable. */
export interface Settlement extends Commit {
  /** For what lives in memory only: called after the commit, and never for one that conflicted; it must not throw. */
  readonly react?: () => void;
}

export interface OutboxOptions<P, R> {
  readonly store: Store;
  /** Names the outbox in the store, the log and the metrics. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics?: Metrics;
  readonly log?: Logger;
  /**
   * One attempt; it changes nothing in the store and honours the signal. It may happen again after a success that could
   * not be saved, so the receiver must be idempotent. Throwing counts as `retry`.
   */
  perform(work: Work<P>, signal: AbortSignal): Promise<Attempt<R>>;
  /** The changes that the outcome causes, committed together with the removal of the work; asked again on a conflict. */
  settle(work: Work<P>, outcome: Outcome<R>): Promise<Settlement>;
  /** Most lanes worked at once (64). */
  readonly lanes?: number;
  /** Most of them for one peer (half of `lanes`), so that a peer which hangs leaves room for the others. */
  readonly lanesPerPeer?: number;
  /** Bound of waiting work per peer (1,000). */
  readonly perPeer?: number;
  /** Milliseconds that one attempt may take (30,000). */
  readonly deadlineMs?: number;
  /** Age in milliseconds after which a retry becomes a refusal (7 days). */
  readonly giveUpMs?: number;
  /** Full jitter between 0 and a ceiling that doubles from `firstMs` (50) to `mostMs` (30,000). */
  readonly backoff?: { readonly firstMs: number; readonly mostMs: number };
}
