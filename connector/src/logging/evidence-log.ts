import { setMaxListeners } from 'node:events';
import { type Identity, PeerChannel } from '@causeway/certs/peer';
import {
  EvidenceError,
  envelopeDigest,
  leafData,
  leafHash,
  noteVerifier,
  readEnvelope,
  verifyReceipt,
} from '@causeway/evidence';
import {
  type Attempt,
  type Clock,
  Collection,
  type Commit,
  type Logger,
  type Metrics,
  messageOf,
  Outbox,
  type Random,
  type Store,
  type Work,
} from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Agreement, Reason, SignedEnvelope } from '../model.js';
import type { EvidenceLog, LoggedReceipt } from '../ports.js';
import type { Records } from '../records.js';
import { Waker } from '../waker.js';
import { CheckpointView, type Proven } from './checkpoint-view.js';
import { distrust } from './distrust.js';
import { type PublishedLog, publishedLog } from './published-log.js';
import { SubmitStream } from './submit-stream.js';

export interface EvidenceLogOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Milliseconds between two looks at the published checkpoint when nothing is logged. Default 60,000. */
  readonly monitorMs?: number;
  /** The public log; read over HTTPS from the address in the trust bundle unless told. */
  readonly published?: PublishedLog;
}

/** An envelope that the clearing house will never take: somebody has to look. */
export interface RefusedEnvelope extends SignedEnvelope {
  readonly agreement: string;
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export interface LogStatus {
  readonly distrusted?: Reason;
  /** Leaves under the last verified checkpoint, decimal. */
  readonly size?: string;
  readonly depth: number;
  readonly oldestMs: number;
  /** Why the clearing house does not answer, if so. */
  readonly trouble?: string;
  /** The first of the envelopes that it refused for good. */
  readonly refused: readonly RefusedEnvelope[];
}

type Logged = { readonly receipt: string; readonly index: string };

const recheckMs = 1_000;
const centuryMs = 100 * 365 * 86_400_000;

/** The evidence lane of one connector, and its watch on the log. */
export class ClearingLog implements EvidenceLog {
  readonly #o: EvidenceLogOptions;
  readonly #outbox: Outbox<SignedEnvelope, Logged>;
  readonly #refused: Collection<RefusedEnvelope>;
  readonly #stream: SubmitStream;
  readonly #view: CheckpointView;
  readonly #verifier;
  readonly #clearingHouse: string;
  readonly #closing = new AbortController();
  #monitor: Promise<void> = Promise.resolve();
  /** The monitor's look under way. */
  #look: Promise<void> = Promise.resolve();

  constructor(options: EvidenceLogOptions) {
    const { identity, store, records, clock, random, log } = options;
    const { clearingHouse } = identity.trust.bundle;
    this.#o = options;
    // Every request under way listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#clearingHouse = clearingHouse.id;
    this.#refused = new Collection(store, 'refused-envelope', 1);
    this.#verifier = noteVerifier(clearingHouse.vkey);
    const published = options.published ?? publishedLog({ identity, clock, signal: this.#closing.signal });
    this.#view = new CheckpointView({ records, store, published, verifier: this.#verifier, clock, log });
    this.#stream = new SubmitStream({
      connect: () =>
        new PeerChannel({
          identity,
          address: clearingHouse.grpc,
          expect: { id: clearingHouse.id, role: 'clearing-house' },
          clock,
        }),
      clock,
      random,
      recovered: () => this.#outbox.nudge(clearingHouse.id),
    });
    this.#outbox = new Outbox({
      ...{ store, name: 'logging', clock, random, log },
      ...(options.metrics && { metrics: options.metrics }),
      perform: (work, signal) => this.#submit(work, signal),
      settle: (work, outcome) => Promise.resolve(this.#settled(work, outcome)),
      // There is one peer, and its answers come in batches: many lanes are under way at once.
      lanes: 512,
      lanesPerPeer: 512,
      perPeer: 10_000,
      deadlineMs: 20_000,
      // Evidence is never given up: an envelope waits for its clearing house as long as it takes.
      giveUpMs: centuryMs,
      backoff: { firstMs: 50, mostMs: 5_000 },
    });
  }

  async start(): Promise<void> {
    await this.#outbox.start();
    this.#monitor = this.#watch();
  }

  queue(agreement: Agreement, envelopes: readonly SignedEnvelope[]) {
    const writes = envelopes.map(({ envelope, keyStatement }, index) => {
      const { type, signer } = readEnvelope(envelope).envelope;
      return this.#outbox.write(
        {
          // The log takes the envelopes of each signer in order; those of the two need not wait for one another.
          lane: `${agreement.digest} ${signer}`,
          sequence: agreement.lane + index,
          peer: this.#clearingHouse,
          payload: { envelope, keyStatement },
          created: this.#o.clock.now(),
        },
        // A full lane refuses new transfers; what was agreed or has ended is recorded whatever happens.
        { ending: type !== 'transfer-start' },
      );
    });
    return { agreement: { ...agreement, lane: agreement.lane + envelopes.length }, writes };
  }

  async receipts(envelopes: readonly SignedEnvelope[]): Promise<LoggedReceipt[]> {
    const found = envelopes.map(async ({ envelope, keyStatement }) => {
      const digest = envelopeDigest(envelope);
      const stored = await this.#o.records.receipts.get(digest);
      return stored ? [{ envelope, keyStatement, digest, ...stored.value }] : [];
    });
    return (await Promise.all(found)).flat();
  }

  async wait(envelopes: readonly SignedEnvelope[], timeoutMs: number, signal: AbortSignal): Promise<LoggedReceipt[]> {
    const { clock, records, store } = this.#o;
    const until = clock.monotonic() + timeoutMs;
    const waker = new Waker(clock);
    const watched = [records.receipts.key(), records.logView.key(), this.#refused.key()];
    const unwatch = watched.map((prefix) => store.watch(prefix, waker.wake));
    try {
      for (;;) {
        const lie = await this.#view.distrusted();
        if (lie) throw distrust(lie);
        const found = await this.receipts(envelopes);
        if (found.length === envelopes.length) return found;
        await this.#demandNoneRefused(envelopes);
        const left = until - clock.monotonic();
        if (left <= 0) throw pending(envelopes.length - found.length, this.#stream.trouble);
        await waker.next(Math.min(left, recheckMs), signal);
      }
    } finally {
      for (const stop of unwatch) stop();
    }
  }

  async admit(logged: readonly (SignedEnvelope & { readonly receipt: string })[]): Promise<LoggedReceipt[]> {
    const lie = await this.#view.distrusted();
    if (lie) throw distrust(lie);
    // Every stream of a transfer, and every transfer under an agreement, brings the same receipts again.
    const known = new Map((await this.receipts(logged)).map((each) => [each.digest, each]));
    const fresh = new Set<LoggedReceipt>();
    const admitted = await Promise.all(
      logged.map(async ({ envelope, keyStatement, receipt }) => {
        const digest = envelopeDigest(envelope);
        const stored = known.get(digest);
        if (stored) return stored;
        const { index } = await this.#verify(envelope, receipt);
        const verified = { envelope, keyStatement, receipt, index, digest };
        fresh.add(verified);
        return verified;
      }),
    );
    if (fresh.size > 0) {
      const { receipts } = this.#o.records;
      const writes = [...fresh].map(({ digest, receipt, index }) => receipts.put([digest], { receipt, index }));
      await this.#o.store.commit({ writes });
    }
    return admitted;
  }

  prove(sizes: readonly bigint[]): Promise<Proven | undefined> {
    return this.#view.prove(sizes);
  }

  distrusted(): Promise<Reason | undefined> {
    return this.#view.distrusted();
  }

  backlog() {
    return { depth: this.#outbox.depth(), oldestMs: this.#outbox.oldestMs() };
  }

  /** What the people who run this connector should see of its evidence. */
  async status(): Promise<LogStatus> {
    const distrusted = await this.#view.distrusted();
    const current = await this.#view.current();
    const refused = await this.#refused.page({ limit: 20 });
    return {
      ...this.backlog(),
      ...(distrusted && { distrusted }),
      ...(current && { size: String(current.size) }),
      ...(this.#stream.trouble !== undefined && { trouble: this.#stream.trouble }),
      refused: refused.items.map(({ value }) => value),
    };
  }

  /** Looks at the published log now. */
  refresh(): Promise<void> {
    return this.#view.refresh();
  }

  nudge(): void {
    this.#outbox.nudge(this.#clearingHouse);
  }

  async idle(): Promise<void> {
    await this.#look;
    await this.#outbox.idle();
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectorError('PEER_UNREACHABLE', 'this connector is closing'));
    await this.#outbox.stop();
    this.#stream.close();
    await this.#monitor;
  }

  async #submit({ payload }: Work<SignedEnvelope>, signal: AbortSignal): Promise<Attempt<Logged>> {
    const lie = await this.#view.distrusted();
    if (lie) return { retry: lie.code };
    // The peer holds some of the same envelopes, and its receipt may have come with a transfer.
    const [known] = await this.receipts([payload]);
    if (known) return { done: { receipt: known.receipt, index: known.index } };
    try {
      const submitted = await this.#stream.submit(payload, signal);
      if ('receipt' in submitted) return { done: await this.#verify(payload.envelope, submitted.receipt) };
      const { code, message, retryable } = submitted.refusal;
      return retryable ? { retry: `${code}: ${message}` } : { refused: message, data: { code } };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === 'EVIDENCE_INVALID')
        this.#o.log.error({ err: error }, 'a receipt of the clearing house does not verify');
      return { retry: `${error.code}: ${error.message}` };
    }
  }

  /** A receipt counts only when the published log, extending all we saw before, holds our leaf (I6). */
  async #verify(envelope: string, receipt: string): Promise<Logged> {
    const leaf = leafData(envelope);
    const { index, checkpoint, note } = readReceipt(() => verifyReceipt(receipt, leaf, this.#verifier));
    await this.#view.cover({ index, leafHash: leafHash(leaf), checkpoint, note });
    return { receipt, index: String(index) };
  }

  #settled({ payload }: Work<SignedEnvelope>, outcome: { done: Logged } | { refused: string; data?: unknown }): Commit {
    const digest = envelopeDigest(payload.envelope);
    if ('done' in outcome) return { writes: [this.#o.records.receipts.put([digest], outcome.done)] };
    const { refused: message, data } = outcome;
    const code = typeof data === 'object' && data !== null && 'code' in data ? String(data.code) : 'REFUSED';
    const { agreement } = readEnvelope(payload.envelope).envelope;
    this.#o.log.error({ agreement, code, message }, 'the clearing house refuses an envelope for good');
    return {
      writes: [this.#refused.put([digest], { ...payload, agreement, code, message, at: this.#o.clock.now() })],
    };
  }

  async #demandNoneRefused(envelopes: readonly SignedEnvelope[]): Promise<void> {
    for (const { envelope } of envelopes) {
      const refused = await this.#refused.get(envelopeDigest(envelope));
      if (!refused) continue;
      const { code, message } = refused.value;
      throw new ConnectorError('EVIDENCE_INVALID', `the clearing house refuses the evidence: ${message}`, {
        data: { code },
      });
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted && !(await this.#view.distrusted())) {
      this.#look = this.#view.refresh().catch((error) => {
        this.#o.log.warn({ reason: messageOf(error) }, 'the published log could not be followed');
      });
      await this.#look;
      await this.#o.clock.sleep(this.#o.monitorMs ?? 60_000, signal).catch(() => undefined);
    }
  }
}

export function openEvidenceLog(options: EvidenceLogOptions): ClearingLog {
  return new ClearingLog(options);
}

function readReceipt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new ConnectorError('EVIDENCE_INVALID', `expected a receipt of the log for this envelope: ${error.message}`, {
      cause: error,
    });
  }
}

function pending(missing: number, trouble: string | undefined): ConnectorError {
  const why = trouble ? `; the clearing house: ${trouble}` : '';
  return new ConnectorError(
    'EVIDENCE_PENDING',
    `${missing} receipts of the log are still missing${why}; try again later`,
  );
}
