import type { Clock } from '@causeway/platform';
import { LogError, type LogErrorCode, type Refusal, refusal } from '../errors.js';
import type { Events } from '../events.js';
import type { Placement, VerifiedSubmission } from '../records/plan.js';
import type { Submission, Verifier } from '../records/verify.js';
import type { TransparencyLog } from './log.js';

/** The answer to a submission. */
export type Answer = { readonly receipt: string } | { readonly refusal: Refusal };

export interface PipelineOptions {
  readonly log: TransparencyLog;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly events: Events;
  /** Most envelopes not answered yet, of everybody and of one participant, and the bytes of them all. */
  readonly limits: { readonly waiting: number; readonly waitingBytes: number; readonly waitingPerPeer: number };
}

interface Waiting {
  readonly answer: (answer: Answer) => void;
  /** Undefined until its signature has been checked. */
  verified?: VerifiedSubmission | 'answered';
}

interface Verified extends Waiting {
  verified: VerifiedSubmission;
}

/** `failed` is final: another sequencer took over, or store and tiles contradict each other. */
type State = 'working' | 'recovering' | 'failed' | 'stopped';

/** Most envelopes in a batch: its answers are worth some 50 ms of work. */
const batchMost = 1_024;
/** Pauses after failures in a row; nothing waits in them, envelopes are refused as BUSY meanwhile. */
const pauses = { firstMs: 100, mostMs: 30_000 };
/** Failures that no trying again can mend. */
const final: readonly string[] = ['LOG_AHEAD', 'LOG_CORRUPT', 'LOG_DEPOSED'] satisfies LogErrorCode[];

/**
 * Group commit: whatever has queued while one batch was being written is the next batch. No timer is in its path, so a
 * lone envelope is written at once and a crowd shares one commit and one integration.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  #queue: Waiting[] = [];
  readonly #perPeer = new Map<string, number>();
  #waiting = 0;
  #waitingBytes = 0;
  #wake = () => {};
  #idle: (() => void)[] = [];
  #state: State = 'working';
  readonly #stopped = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** Envelopes not answered yet. */
  get waiting(): number {
    return this.#waiting;
  }

  get state(): State {
    return this.#state;
  }

  /** Never rejects: whatever happens to an envelope has a code. */
  async submit(submission: Submission): Promise<Answer> {
    const { events } = this.#options;
    events.submitted();
    const answer = await this.#admit(submission);
    if ('refusal' in answer) events.refused(answer.refusal);
    return answer;
  }

  /** Resolves when every envelope has its answer. */
  idle(): Promise<void> {
    return this.#waiting === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Takes nothing new, answers what waits, then ends. */
  async stop(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped';
    await this.idle();
    this.#stopped.abort();
    this.#wake();
    await this.#loop;
  }

  async #admit(submission: Submission): Promise<Answer> {
    const { submitter, envelope, keyStatement } = submission;
    const { limits } = this.#options;
    const own = this.#perPeer.get(submitter) ?? 0;
    const bytes = envelope.length + keyStatement.length;
    if (this.#state !== 'working') return busy(`the log is ${this.#state}`);
    if (own >= limits.waitingPerPeer) return busy('too many of yours are waiting');
    if (this.#waiting >= limits.waiting || this.#waitingBytes + bytes > limits.waitingBytes)
      return busy('too many are waiting');
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    this.#perPeer.set(submitter, own + 1);
    try {
      return await new Promise<Answer>((answer) => this.#verify(submission, answer));
    } finally {
      this.#leave(submitter, bytes);
    }
  }

  #leave(submitter: string, bytes: number): void {
    this.#waiting -= 1;
    this.#waitingBytes -= bytes;
    const own = (this.#perPeer.get(submitter) ?? 1) - 1;
    if (own === 0) this.#perPeer.delete(submitter);
    else this.#perPeer.set(submitter, own);
    if (this.#waiting > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Checks run side by side; the place in the queue is that of arrival, since sequence numbers follow one another. */
  #verify(submission: Submission, answer: Waiting['answer']): void {
    const waiting: Waiting = { answer };
    this.#queue.push(waiting);
    this.#options.verifier.verify(submission).then(
      (verified) => {
        if ('code' in verified) waiting.answer({ refusal: verified });
        waiting.verified = 'code' in verified ? 'answered' : verified;
        this.#wake();
      },
      (error: unknown) => {
        this.#options.events.failed(error);
        waiting.answer(busy('it could not be checked'));
        waiting.verified = 'answered';
        this.#wake();
      },
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const batch = this.#take();
      if (batch.length > 0) await this.#log(batch);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #log(batch: readonly Verified[]): Promise<void> {
    const { log, clock, events } = this.#options;
    const began = clock.monotonic();
    const before = log.published.size;
    try {
      const submissions = batch.map(({ verified }) => verified);
      const placements = await log.append(submissions, clock.now());
      const { size } = log.published;
      events.integrated({
        submissions: placements.length,
        leaves: Number(size - before),
        size,
        ms: clock.monotonic() - began,
      });
      for (const [at, placement] of placements.entries()) void this.#answer(batch[at] as Verified, placement);
      this.#queue = [...batch.slice(placements.length), ...this.#queue];
    } catch (error) {
      for (const { answer } of batch) answer(busy('the log failed'));
      await this.#recover(error);
    }
  }

  async #answer({ answer }: Verified, placement: Placement): Promise<void> {
    if ('refused' in placement) return answer({ refusal: placement.refused });
    try {
      answer({ receipt: await this.#options.log.receipt(placement.index) });
    } catch (error) {
      this.#options.events.failed(error);
      answer(busy('its receipt could not be made'));
    }
  }

  /** Nobody knows how far a failed batch came, so nothing is logged before store and tiles agree again. */
  async #recover(failure: unknown): Promise<void> {
    const { log, clock, events } = this.#options;
    const { signal } = this.#stopped;
    let error = failure;
    for (let pause = 0; !signal.aborted; pause = Math.min(Math.max(2 * pause, pauses.firstMs), pauses.mostMs)) {
      events.failed(error);
      const hopeless = error instanceof LogError && final.includes(error.code);
      if (this.#state !== 'stopped') this.#state = hopeless ? 'failed' : 'recovering';
      for (const { answer } of this.#queue.splice(0)) answer(busy('the log failed'));
      if (hopeless) return;
      try {
        if (pause > 0) await clock.sleep(pause, signal);
        const from = log.published.size;
        await log.recover();
        events.caughtUp(from, log.published.size);
        if (this.#state === 'recovering') this.#state = 'working';
        return;
      } catch (next) {
        error = next;
      }
    }
  }

  /** The verified front of the queue. */
  #take(): Verified[] {
    const batch: Verified[] = [];
    let taken = 0;
    for (const waiting of this.#queue) {
      const { verified } = waiting;
      if (verified === undefined || batch.length === batchMost) break;
      if (verified !== 'answered') batch.push({ ...waiting, verified });
      taken += 1;
    }
    this.#queue = this.#queue.slice(taken);
    return batch;
  }
}

function busy(why: string): Answer {
  return { refusal: refusal('BUSY', why) };
}
