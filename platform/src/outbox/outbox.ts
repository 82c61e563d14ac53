import { setMaxListeners } from 'node:events';
import { codeOf, messageOf, PlatformError } from '../errors.js';
import { type Logger, silentLogger } from '../log.js';
import { fraction } from '../random.js';
import { Collection, type Stored } from '../store/collection.js';
import { keyParts } from '../store/keys.js';
import { keyText, type Lease, type Write } from '../store/store.js';
import { withDeadline } from './attempt.js';
import { Backlog, type Entry, type Lane } from './backlog.js';
import { Reservations } from './reservations.js';
import { settleWork } from './settle.js';
import type { Attempt, OutboxOptions, Outcome, Work } from './types.js';

/** What is stored of a piece of work; lane and sequence are its key. */
interface Saved<P> {
  readonly peer: string;
  readonly payload: P;
  readonly created: number;
}

/** How an attempt ended, and whether the peer answered it: giving up is no sign that it is back. */
interface Result<R> {
  readonly outcome: Outcome<R>;
  readonly answered: boolean;
}

// How long a write given out by `write` counts against the bound while its commit is not seen.
const reservationMs = 60_000;

/**
 * Durable work: saved in the same commit as the state change that causes it, done afterwards, its result committed
 * together with its removal (I1, saved before sent). Each piece is performed at least once and settled exactly once,
 * whenever the process dies.
 *
 * @example
 * await store.commit({ conditions, writes: [records.put([id], next), outbox.write(work)] });
 */
export class Outbox<P, R> {
  readonly #options: OutboxOptions<P, R>;
  readonly #log: Logger;
  readonly #records: Collection<Saved<P>>;
  readonly #backlog: Backlog;
  readonly #reservations = new Reservations(reservationMs);
  readonly #runs = new Set<Promise<void>>();
  readonly #retries = new Map<string, AbortController>();
  /** Results that could not be saved yet, by key text: the work is settled again, not done again. */
  readonly #unsaved = new Map<string, Result<R>>();
  readonly #idlers = new Set<() => void>();
  readonly #stop = new AbortController();
  #state: 'new' | 'starting' | 'working' | 'stopped' = 'new';
  #lease: Lease | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: OutboxOptions<P, R>) {
    const lanes = options.lanes ?? 64;
    this.#options = options;
    // Every attempt under way listens for the end: as many as there are lanes, and no leak.
    setMaxListeners(0, this.#stop.signal);
    this.#log = (options.log ?? silentLogger).child({ outbox: options.name });
    this.#records = new Collection(options.store, `outbox/${options.name}`, 1);
    this.#backlog = new Backlog(lanes, options.lanesPerPeer ?? Math.ceil(lanes / 2));
    this.#observe();
  }

  /**
   * The write that saves a piece of work, for the commit of the state change that causes it. Throws `PlatformError`
   * OUTBOX_FULL when the peer's bound is reached; an `ending` move always has its place.
   */
  write(work: Work<P>, options: { readonly ending?: boolean } = {}): Write {
    const { lane, sequence, peer, payload, created } = work;
    const { clock, perPeer = 1_000 } = this.#options;
    const text = keyText(this.#records.key(lane, sequence));
    const now = clock.monotonic();
    const waiting = this.#backlog.sizeOf(peer) + this.#reservations.countOf(peer, now);
    if (!options.ending && waiting >= perPeer && !this.#reservations.has(text)) {
      const message = `${waiting} messages wait for ${peer}, the bound is ${perPeer}; try again when it takes some.`;
      throw new PlatformError('OUTBOX_FULL', message, { data: { peer, bound: perPeer } });
    }
    if (!this.#backlog.has(lane, sequence)) this.#reservations.make(text, { lane, sequence, peer, created }, now);
    return this.#records.put([lane, sequence], { peer, payload, created });
  }

  /** Finds what is stored, then works. Throws `PlatformError` OUTBOX_BUSY when another holds the outbox's lease. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new TypeError('An outbox starts once.');
    this.#state = 'starting';
    const { store, name } = this.#options;
    this.#lease = await store.lease(`outbox/${name}`);
    if (!this.#lease) {
      this.#state = 'new';
      throw new PlatformError('OUTBOX_BUSY', `Another worker holds the outbox '${name}'; one store has one.`);
    }
    // Watching before looking: nothing that is saved meanwhile is missed.
    this.#unwatch = store.watch(this.#records.key(), (put) => this.#wake(put));
    await this.#recover();
    if (this.#stop.signal.aborted) return;
    this.#state = 'working';
    this.#work();
  }

  /** Tries waiting retries now, those of one peer or all: it came back. */
  nudge(peer?: string): void {
    for (const lane of this.#backlog.comeBack(peer)) this.#retries.get(lane)?.abort(nudged);
  }

  /**
   * The peer has shown itself in another way. If its attempts have failed lately, the waiting ones are made now; a peer that
   * goes on failing is not asked more often for talking to us, for it counts as absent again only after some failures more.
   */
  heard(peer: string): void {
    if (this.#backlog.absent(peer)) this.nudge(peer);
  }

  /**
   * Resolves when nothing is being done or due. Work that waits for the time of its next attempt does not count, unless
   * `withRetries`. A stopped outbox is idle.
   */
  async idle(options: { readonly withRetries?: boolean } = {}): Promise<void> {
    while (this.#busy(options.withRetries ?? false)) {
      await new Promise<void>((resolve) => this.#idlers.add(resolve));
    }
  }

  /** Breaks off the attempts under way (they are made again after the next start) and returns when all have ended. */
  async stop(): Promise<void> {
    this.#halt();
    await Promise.all(this.#runs);
    await this.#lease?.release();
    this.#lease = undefined;
  }

  /** How many pieces of work are stored. */
  depth(): number {
    return this.#backlog.size;
  }

  /** The age of the oldest of them in milliseconds; 0 when there is none. */
  oldestMs(): number {
    const oldest = this.#backlog.oldest();
    return oldest === undefined ? 0 : Math.max(0, this.#options.clock.now() - oldest);
  }

  #observe(): void {
    const { metrics, name } = this.#options;
    metrics?.gauge('causeway_outbox_depth', 'Work stored and not settled', ['outbox'], (gauge) =>
      gauge.set({ outbox: name }, this.depth()),
    );
    metrics?.gauge('causeway_outbox_oldest_seconds', 'Age of the oldest work', ['outbox'], (gauge) =>
      gauge.set({ outbox: name }, this.oldestMs() / 1_000),
    );
  }

  #count(result: string): void {
    this.#options.metrics
      ?.counter('causeway_outbox_attempts_total', 'Attempts at work, by result', ['outbox', 'result'])
      .inc({ outbox: this.#options.name, result });
  }

  #busy(withRetries: boolean): boolean {
    if (this.#state === 'stopped') return false;
    return this.#runs.size > 0 || this.#backlog.due || (withRetries && this.#backlog.size > 0);
  }

  async #recover(): Promise<void> {
    for await (const stored of this.#records.all()) {
      if (this.#stop.signal.aborted) return;
      this.#found(stored);
    }
  }

  #found({ key, value }: Stored<Saved<P>>): void {
    const { lane, sequence } = placeOf(key);
    this.#reservations.take(keyText(key));
    this.#backlog.add(lane, { sequence, peer: value.peer, created: value.created });
  }

  #wake(put: readonly Uint8Array[] | undefined): void {
    if (!put) this.#track(this.#recover());
    for (const key of put ?? []) {
      const reserved = this.#reservations.take(keyText(key));
      if (reserved) this.#backlog.add(reserved.lane, reserved);
      else this.#track(this.#look(key));
    }
    this.#work();
  }

  // Saved by somebody else, or so late that its place was given up.
  async #look(key: Uint8Array): Promise<void> {
    const { lane, sequence } = placeOf(key);
    if (this.#backlog.has(lane, sequence)) return;
    const stored = await this.#records.get(lane, sequence);
    if (stored) this.#found(stored);
  }

  #work(): void {
    if (this.#state !== 'working') return;
    for (let next = this.#backlog.next(); next; next = this.#backlog.next()) {
      this.#track(this.#run(next.lane, next.entry));
    }
  }

  /** Runs something of which `idle` and `stop` must know the end. */
  #track(run: Promise<void>): void {
    const tracked = run
      .catch((error: unknown) => {
        if (codeOf(error) === 'STORE_CLOSED') this.#halt();
        else if (!this.#stop.signal.aborted) this.#log.error({ err: error }, 'the outbox failed');
      })
      .then(() => {
        this.#runs.delete(tracked);
        this.#work();
        this.#wakeIdlers();
      });
    this.#runs.add(tracked);
  }

  async #run(lane: Lane, entry: Entry): Promise<void> {
    const text = keyText(this.#records.key(lane.name, entry.sequence));
    try {
      const stored = await this.#records.get(lane.name, entry.sequence);
      let answered = false;
      if (stored) {
        const work: Work<P> = { lane: lane.name, sequence: entry.sequence, ...stored.value };
        const result = this.#unsaved.get(text) ?? (await this.#attempt(work));
        if ('retry' in result) return this.#retry(lane, entry.peer, result.retry);
        this.#unsaved.set(text, result);
        await this.#settle(work, result.outcome, stored);
        answered = result.answered;
      }
      this.#unsaved.delete(text);
      if (this.#backlog.settled(lane.name, entry.sequence, answered)) this.nudge(entry.peer);
    } catch (error) {
      if (this.#stop.signal.aborted || codeOf(error) === 'STORE_CLOSED') throw error;
      this.#log.error({ err: error, lane: lane.name, sequence: entry.sequence }, 'the result could not be saved');
      this.#retry(lane, undefined, messageOf(error));
    }
  }

  async #attempt(work: Work<P>): Promise<Result<R> | { readonly retry: string }> {
    const { clock, perform, deadlineMs = 30_000, giveUpMs = 7 * 86_400_000 } = this.#options;
    const stop = this.#stop.signal;
    const attempt = await withDeadline((signal) => perform(work, signal), { clock, deadlineMs, stop }).catch(
      (error: unknown): Attempt<R> => {
        stop.throwIfAborted();
        return { retry: messageOf(error) };
      },
    );
    if (!('retry' in attempt)) {
      this.#count('done' in attempt ? 'done' : 'refused');
      return { outcome: attempt, answered: true };
    }
    this.#count('retry');
    if (clock.now() - work.created < giveUpMs) return attempt;
    return { outcome: { refused: `gave up after ${giveUpMs} ms: ${attempt.retry}` }, answered: false };
  }

  async #settle(work: Work<P>, outcome: Outcome<R>, stored: Stored<Saved<P>>): Promise<void> {
    if (!this.#lease) throw new TypeError('An outbox without its lease settles nothing.');
    const ended = await settleWork(this.#options.store, () => this.#options.settle(work, outcome), {
      fence: this.#lease.fence,
      work: this.#records.unchanged(stored),
    });
    if (ended === 'fenced') {
      this.#log.error('another worker took the outbox over; this one stops');
      this.#halt();
    }
  }

  #retry(lane: Lane, peer: string | undefined, reason: string): void {
    const { clock, random, backoff = { firstMs: 50, mostMs: 30_000 } } = this.#options;
    this.#backlog.failed(lane.name, peer !== undefined);
    const ceiling = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (lane.attempts - 1));
    const delay = Math.ceil(fraction(random) * ceiling);
    this.#log.debug({ lane: lane.name, peer, attempts: lane.attempts, delay }, reason);
    const waiting = new AbortController();
    this.#retries.set(lane.name, waiting);
    const resume = () => {
      this.#retries.delete(lane.name);
      if (this.#stop.signal.aborted) return;
      this.#backlog.resume(lane.name);
      this.#work();
    };
    clock.sleep(delay, waiting.signal).then(resume, resume);
  }

  #halt(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#stop.abort(new Error('the outbox is stopping'));
    this.#unwatch?.();
    for (const waiting of this.#retries.values()) waiting.abort(nudged);
    this.#wakeIdlers();
  }

  #wakeIdlers(): void {
    const idlers = [...this.#idlers];
    this.#idlers.clear();
    for (const wake of idlers) wake();
  }
}

const nudged = new Error('no need to wait any longer');

function placeOf(key: Uint8Array): { lane: string; sequence: number } {
  const [, lane, sequence] = keyParts(key);
  if (typeof lane !== 'string' || typeof sequence !== 'number')
    throw new TypeError('A key among the works of an outbox is not one of its own.');
  return { lane, sequence };
}
