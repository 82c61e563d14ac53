import {
  type Attempt,
  type Clock,
  codeOf,
  type Logger,
  type Metrics,
  Outbox,
  type Outcome,
  type Random,
  type Settlement,
  type Store,
  type Write,
} from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { DspOutcome, DspWork, ProcessKind } from './work.js';

/** What does the work of one kind of process. */
export interface Worker {
  perform(work: DspWork, created: number, signal: AbortSignal): Promise<Attempt<DspOutcome>>;
  /** The changes the outcome causes, and what to do once they are durable. */
  settle(work: DspWork, outcome: Outcome<DspOutcome>): Promise<Settlement>;
}

export interface DspQueueOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly backoff?: { readonly firstMs: number; readonly mostMs: number };
}

/** The outbox named 'dsp': messages to send and decisions to take, one lane a process. */
export class DspQueue {
  readonly #outbox: Outbox<DspWork, DspOutcome>;
  readonly #workers = new Map<ProcessKind, Worker>();

  constructor(options: DspQueueOptions) {
    this.#outbox = new Outbox<DspWork, DspOutcome>({
      ...options,
      name: 'dsp',
      perform: (work, signal) => this.#worker(work.payload).perform(work.payload, work.created, signal),
      settle: (work, outcome) => this.#worker(work.payload).settle(work.payload, outcome),
    });
  }

  /** Each kind of process has one worker; both are there before `start`. */
  serve(kind: ProcessKind, worker: Worker): void {
    this.#workers.set(kind, worker);
  }

  /**
   * The write that saves a piece of work. Work of a process that exists is `ending`: it may always be saved.
   *
   * @throws ConnectorError QUEUE_FULL
   */
  write(payload: DspWork, peer: string, sequence: number, created: number, ending: boolean): Write {
    try {
      return this.#outbox.write({ lane: payload.pid, sequence, peer, payload, created }, { ending });
    } catch (cause) {
      if (codeOf(cause) !== 'OUTBOX_FULL') throw cause;
      throw new ConnectorError('QUEUE_FULL', `Too much work is waiting for ${peer}; try again later.`, { cause });
    }
  }

  /** A question about a process goes in a lane of its own: it must not hold up what the process has to say. */
  writeAside(payload: DspWork, peer: string, created: number): Write {
    return this.#outbox.write({ lane: `${payload.pid} aside`, sequence: 0, peer, payload, created }, { ending: true });
  }

  start(): Promise<void> {
    return this.#outbox.start();
  }

  nudge(peer?: string): void {
    this.#outbox.nudge(peer);
  }

  /** A peer has talked to us: what waits for it to come back goes now. */
  heard(peer: string): void {
    this.#outbox.heard(peer);
  }

  idle(options: { readonly withRetries?: boolean } = {}): Promise<void> {
    return this.#outbox.idle(options);
  }

  stop(): Promise<void> {
    return this.#outbox.stop();
  }

  backlog(): { readonly depth: number; readonly oldestMs: number } {
    return { depth: this.#outbox.depth(), oldestMs: this.#outbox.oldestMs() };
  }

  #worker(work: DspWork): Worker {
    const worker = this.#workers.get(work.process);
    if (worker) return worker;
    throw new TypeError(`No worker serves ${work.process} work; serve() it before start().`);
  }
}
