import type { Clock, Logger } from '@causeway/platform';
import type { Transfer } from '../model.js';

export interface UsageWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Looks at one transfer, makes the move that its facts demand, and says at which instant to look again, if at all. */
  readonly look: (pid: string) => Promise<number | undefined>;
  /** Whether bytes of it flow now: then it is looked at before others. */
  readonly streaming: (pid: string) => boolean;
}

interface Watched {
  readonly pid: string;
  readonly peer: string;
  readonly agreement: string;
  /** Permitted without a use of its own: what others use up may be what permitted it. */
  readonly unreserved: boolean;
  /** State, intent and end when it was last told of. */
  readonly seen: string;
  /** Milliseconds since the epoch. */
  due?: number;
}

/** Looks taken at once; those under one agreement come in turn, for they change the same record. */
const atOnce = 8;
/** A wall clock may be set while we sleep by a steady one. */
const longestSleepMs = 30_000;
const againMs = 1_000;

/**
 * Has every running transfer decided again whenever a fact changes: its own state, the time, what is attested of the peer, the
 * agreement, the uses that are left. Holds what is open and nothing else, so it is as bounded as that.
 */
export class UsageWatch {
  readonly #options: UsageWatchOptions;
  readonly #watched = new Map<string, Watched>();
  /** To be looked at, those with bytes under way first. */
  readonly #urgent = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #idlers = new Set<() => void>();
  #wakeAt = Number.POSITIVE_INFINITY;
  #alarm = new AbortController();
  #closed = false;

  constructor(options: UsageWatchOptions) {
    this.#options = options;
  }

  /** A transfer as it is stored now. */
  follow(transfer: Transfer): void {
    const { pid, peer, agreement, role, state, intent, parked, end, uses = [] } = transfer;
    if (state === 'COMPLETED' || state === 'TERMINATED') {
      this.#forget(pid);
      return;
    }
    // What was only asked for is decided when it is started.
    if (role === 'provider' && state === 'REQUESTED') return;
    const before = this.#watched.get(pid);
    const seen = `${state} ${intent?.state ?? ''} ${parked?.code ?? ''} ${end?.id ?? ''}`;
    if (before?.seen === seen) return;
    const unreserved = role === 'provider' && uses.length === 0;
    const due = before?.due === undefined ? {} : { due: before.due };
    this.#watched.set(pid, { pid, peer, agreement, unreserved, seen, ...due });
    if (intent === undefined) this.#enqueue(pid);
    if (before === undefined && uses.length > 0) {
      this.#lookAt((other) => other.unreserved && other.agreement === agreement);
    }
  }

  /** It ended. */
  agreementChanged(digest: string): void {
    this.#lookAt(({ agreement }) => agreement === digest);
  }

  /** What is attested of a participant is not what it was. */
  peerChanged(id: string): void {
    this.#lookAt(({ peer }) => peer === id);
  }

  /** Resolves when nothing is being looked at. What waits for its instant does not count. */
  async idle(): Promise<void> {
    while (this.#busy.size + this.#urgent.size + this.#waiting.size > 0) {
      await new Promise<void>((resolve) => this.#idlers.add(resolve));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.abort();
    this.#urgent.clear();
    this.#waiting.clear();
    this.#wakeIdlers();
    await this.idle();
  }

  #lookAt(which: (watched: Watched) => boolean): void {
    for (const watched of this.#watched.values()) if (which(watched)) this.#enqueue(watched.pid);
  }

  #enqueue(pid: string): void {
    if (this.#closed) return;
    if (this.#options.streaming(pid)) this.#urgent.add(pid);
    else this.#waiting.add(pid);
    this.#work();
  }

  #forget(pid: string): void {
    this.#watched.delete(pid);
    this.#urgent.delete(pid);
    this.#waiting.delete(pid);
    this.#wakeIdlers();
  }

  #work(): void {
    for (const queue of [this.#urgent, this.#waiting]) {
      for (const pid of queue) {
        if (this.#busy.size >= atOnce) return;
        const watched = this.#watched.get(pid);
        if (watched !== undefined && this.#busy.has(watched.agreement)) continue;
        queue.delete(pid);
        if (watched !== undefined) void this.#look(watched);
      }
    }
  }

  async #look({ pid, agreement }: Watched): Promise<void> {
    const { clock, log, look } = this.#options;
    this.#busy.add(agreement);
    try {
      this.#remind(pid, await look(pid));
    } catch (error) {
      log.error({ err: error, transfer: pid }, 'a running transfer could not be decided again');
      this.#remind(pid, clock.now() + againMs);
    } finally {
      this.#busy.delete(agreement);
      this.#work();
      this.#wakeIdlers();
    }
  }

  #remind(pid: string, due: number | undefined): void {
    const watched = this.#watched.get(pid);
    if (watched === undefined) return;
    if (due === undefined) delete watched.due;
    else {
      watched.due = due;
      if (due < this.#wakeAt) this.#sleepUntil(due);
    }
  }

  #sleepUntil(instant: number): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#alarm.abort();
    const alarm = new AbortController();
    this.#alarm = alarm;
    this.#wakeAt = instant;
    const ms = Math.min(Math.max(instant - clock.now(), 0), longestSleepMs);
    clock.sleep(ms, alarm.signal).then(
      () => this.#wake(),
      // Another alarm was set.
      () => undefined,
    );
  }

  #wake(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const now = this.#options.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const watched of this.#watched.values()) {
      if (watched.due === undefined) continue;
      if (watched.due > now) next = Math.min(next, watched.due);
      else {
        delete watched.due;
        this.#enqueue(watched.pid);
      }
    }
    if (next < this.#wakeAt) this.#sleepUntil(next);
  }

  #wakeIdlers(): void {
    for (const wake of this.#idlers) wake();
    this.#idlers.clear();
  }
}
