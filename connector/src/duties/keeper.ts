import { dirname } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import {
  type Clock,
  codeOf,
  keyParts,
  type Logger,
  messageOf,
  type Random,
  type Store,
  StoreError,
  syncFolder,
} from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import { signNext } from '../logging/sign-next.js';
import type { EvidenceLog } from '../ports.js';
import type { DutyKey, Records } from '../records.js';
import { type Done, stated } from './answer.js';
import type { DutyLedger } from './ledger.js';
import { type DutyRecord, isClosed } from './record.js';
import { type Delivered, deliveredOf, lookFor, remove } from './removal.js';
import type { Reporter } from './reporter.js';

export interface KeeperOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly evidence: EvidenceLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly ledger: DutyLedger;
  readonly reporter: Reporter;
}

/** Duties tended side by side: many fall due at the same midnight. */
const width = 16;
/** A machine that slept learns so after this long. */
const longestMs = 60_000;
const firstRetryMs = 1_000;
const mostRetryMs = 15 * 60_000;

/**
 * The consumer's side: does what is owed when it is time, at once when the time passed while nobody was here, and signs what
 * it did. Every step may be cut off anywhere, and is done again rightly.
 */
export class Keeper {
  readonly #o: KeeperOptions;
  readonly #closing = new AbortController();
  readonly #idlers = new Set<() => void>();
  #idle = false;
  /** Something may be due that the last look did not see. */
  #woken = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#o = options;
  }

  /** Goes on with whatever the last run left. */
  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when nothing is due. */
  async idle(): Promise<void> {
    while (!this.#idle && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => this.#idlers.add(resolve));
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    this.#wakeIdlers();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, records, log } = this.#o;
    const { signal } = this.#closing;
    const unwatch = store.watch(records.dutyWakes.key(), () => {
      this.#idle = false;
      this.#woken = true;
      this.#wake();
    });
    try {
      while (!signal.aborted) {
        this.#woken = false;
        const wait = await this.#round().catch((error: unknown) => {
          if (!signal.aborted) log.error({ err: error }, 'the duties could not be looked at');
          return firstRetryMs;
        });
        if (!this.#woken && !signal.aborted) await this.#sleep(wait);
      }
    } finally {
      unwatch();
    }
  }

  async #sleep(ms: number | undefined): Promise<void> {
    this.#idle = true;
    this.#wakeIdlers();
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const slept = ms === undefined ? woken : this.#o.clock.sleep(Math.min(ms, longestMs), over.signal);
    await Promise.race([woken, slept]).catch(() => undefined);
    over.abort();
    await slept.catch(() => undefined);
    this.#idle = false;
  }

  #wakeIdlers(): void {
    for (const resolve of this.#idlers) resolve();
    this.#idlers.clear();
  }

  /** Tends everything that is due; answers how long nothing else is, undefined: nothing at all waits for its time. */
  async #round(): Promise<number | undefined> {
    const { clock, records } = this.#o;
    while (!this.#closing.signal.aborted) {
      const { items } = await records.dutyWakes.page({ limit: width });
      const now = clock.now();
      const due = items.filter(({ key }) => timeIn(key) <= now);
      const [next] = items;
      if (due.length === 0) return next && timeIn(next.key) - now;
      await Promise.all(due.map(({ value }) => this.#tend(value)));
    }
    return undefined;
  }

  async #tend(key: DutyKey): Promise<void> {
    const { clock, ledger, log, records } = this.#o;
    const duty = (await records.duties.get(key.agreement, key.id))?.value;
    if (duty === undefined) throw new TypeError(`expected duty ${key.id} behind its index`);
    try {
      await this.#answer(duty, await this.#do(duty));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const now = clock.now();
      log.warn({ err: error, duty: duty.id }, 'a duty could not be done; it is tried again');
      if (duty.due !== undefined && now > duty.due && duty.answers.length === 0) {
        return this.#answer({ ...duty, trouble: messageOf(error) }, { result: 'kept' });
      }
      const wake = this.#retryAt(duty, now);
      await ledger.change(key, async (current) => ({ duty: { ...current, wake, trouble: messageOf(error) } }));
    }
  }

  /** Ever less often, but once right after it was due, to say so. */
  #retryAt({ due, started }: DutyRecord, now: number): number {
    const later = now + Math.min(Math.max(firstRetryMs, Math.ceil((now - started) / 10)), mostRetryMs);
    return due !== undefined && now <= due ? Math.min(later, due + 1) : later;
  }

  async #do(duty: DutyRecord): Promise<Done> {
    if (duty.action === 'inform') return { result: 'informed' };
    if (duty.action === 'idsc:log') return { result: 'logged' };
    // INVARIANT: nothing is touched on behalf of a duty that is not one to delete.
    if (duty.action !== 'delete') throw new TypeError(`expected a duty that is kept here, got one to ${duty.action}`);
    const transfer = (await this.#o.records.transfers.get(duty.pid))?.value;
    const file = transfer && deliveredOf(transfer, duty.id);
    if (file === undefined) return { result: 'gone' };
    // It is given its name this very moment.
    if (transfer?.sink?.stage === 'sealed' && transfer.state === 'STARTED' && transfer.intent === undefined) {
      throw new ConnectorError('STATE_INVALID', 'the file is still being placed');
    }
    const found = await lookFor(file);
    if (found.found === 'replaced') return { result: 'replaced' };
    if (found.found === 'ours') return this.#remove(duty, file, found.path);
    if (!duty.removing) return { result: 'gone' };
    // Removed by us before a crash, and perhaps not durably yet.
    await syncFolder(dirname(file.tombstone)).catch(unlessMissing);
    return deletedOf(file);
  }

  async #remove(duty: DutyRecord, file: Delivered, path: string): Promise<Done> {
    const { ledger } = this.#o;
    if (!duty.removing) await ledger.change(duty, async (current) => ({ duty: { ...current, removing: true } }));
    try {
      return (await remove(file, path)) === 'deleted' ? deletedOf(file) : { result: 'replaced' };
    } catch (error) {
      // Whoever removes it from now on may be somebody else.
      const left = await lookFor(file).catch(() => undefined);
      if (left?.found !== 'gone') {
        await ledger.change(duty, async ({ removing: _not, ...current }) => ({ duty: current }));
      }
      throw error;
    }
  }

  /** One commit: what is said, its envelope in the lane to the log, its report in the outbox, and what follows from it. */
  async #answer(duty: DutyRecord, done: Done): Promise<void> {
    const { clock, evidence, identity, ledger, random, reporter } = this.#o;
    const at = clock.now();
    const { said, ...text } = stated(duty, done, { at, random });
    await ledger.change(duty, async (current, agreement) => {
      const { wake: _done, removing: _over, trouble: _old, ...rest } = current;
      if (isClosed(current) || current.answers.length !== duty.answers.length) return { duty: rest };
      const { own, agreement: numbered } = await signNext(identity, agreement, 'duty', text.id);
      const queued = evidence.queue(numbered, [own]);
      const again = done.result === 'kept' ? { wake: this.#retryAt(current, at), trouble: duty.trouble ?? '' } : {};
      const answered: DutyRecord = { ...rest, ...again, answers: [...current.answers, { ...text, ...own }] };
      const writes = [...queued.writes, reporter.write(answered)];
      if (said.outcome === 'violated') {
        const { duty: violated, writes: owed } = ledger.violate(answered, agreement, at);
        return { duty: violated, agreement: queued.agreement, writes: [...writes, ...owed] };
      }
      // What is to be told is done when it was told: the report's answer says so.
      const told = current.action === 'inform' || current.action === 'idsc:log';
      return { duty: told ? answered : { ...answered, state: 'fulfilled' }, agreement: queued.agreement, writes };
    });
  }
}

function deletedOf({ bytes, digest }: Delivered): Done {
  return { result: 'deleted', deleted: { bytes: String(bytes), digest } };
}

function timeIn(key: Uint8Array): number {
  const [, time] = keyParts(key);
  if (typeof time === 'number') return time;
  throw new TypeError('expected a time in the key of a waiting duty');
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
