import type { Identity } from '@causeway/certs/peer';
import {
  buildHead,
  type DatasetEntry,
  type EntryTree,
  entryTree,
  readHead,
  type SignedHead,
  signHead,
  verifyHead,
} from '@causeway/evidence';
import { type Clock, Collection, type Logger, messageOf, type Store } from '@causeway/platform';
import { Broker, type causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import type { BrokerChannel } from './broker-channel.js';

export interface RegistrarOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly channel: BrokerChannel;
  /** What people call us. */
  readonly name?: string;
  /** Our DSP base URL; asked for at each head, because it may stand only after our own start. */
  readonly dsp: () => string;
  /** `host:port` of our gRPC server, asked for as well. */
  readonly exchange?: () => string;
  /** What we list now. */
  readonly entries: () => Promise<readonly DatasetEntry[]>;
  /** Milliseconds between two heartbeats. Default 30,000. */
  readonly heartbeatMs?: number;
  /** Milliseconds for which a head is good. Default 300,000. */
  readonly headLifeMs?: number;
}

/** How our listing stands with the broker. */
export interface RegistrationStatus {
  readonly state: 'registered' | 'waiting';
  /** Of the head that the broker took last. */
  readonly sequence?: number;
  readonly entries?: number;
  /** When that head expires: milliseconds since epoch. */
  readonly expires?: number;
  /** Why it waits. */
  readonly trouble?: string;
  /** The broker's code, where the broker refused. */
  readonly refused?: string;
}

const firstRetryMs = 1_000;
const registerDeadlineMs = 120_000;

/**
 * Keeps what we list registered: signs heads with a rising sequence, renews them long before they expire, and registers
 * again whenever the broker holds something else, whether that is because we changed it or because it forgot.
 */
export class Registrar {
  readonly #o: RegistrarOptions;
  readonly #own: Collection<{ readonly sequence: number }>;
  readonly #stopped = new AbortController();
  /** What the broker is known to hold; absent when that must be found out. */
  #held: (Pick<EntryTree, 'root'> & { readonly count: number }) | undefined;
  #changed = true;
  /** Whether the broker was asked for the last head that we signed, which a store restored from a back-up has forgotten. */
  #recalled = false;
  #status: RegistrationStatus = { state: 'waiting' };
  #wake: AbortController | undefined;
  #loop: Promise<void> | undefined;
  #busy = false;
  readonly #resting = new Set<() => void>();

  constructor(options: RegistrarOptions) {
    this.#o = options;
    this.#own = new Collection(options.store, 'own-head', 1);
  }

  get status(): RegistrationStatus {
    return this.#status;
  }

  start(): void {
    this.#busy = true;
    this.#loop ??= this.#run();
  }

  /** What we list has changed: register it now. */
  changed(): void {
    this.#changed = true;
    if (this.#loop === undefined || this.#stopped.signal.aborted) return;
    this.#busy = true;
    this.#wake?.abort();
  }

  /** Resolves when nothing is due: the broker was told, or a retry waits for its time. */
  async idle(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#resting.add(resolve));
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.#wake?.abort();
    await this.#loop;
    this.#rest();
  }

  /** Stops, and tells the broker that we go, by a head over nothing. @throws ConnectorError */
  async withdraw(): Promise<void> {
    await this.close();
    const head = await this.#sign({ root: entryTree(this.#o.identity.id, []).root, count: 0 });
    await this.#o.channel.call((channel) => channel.unary(Broker.deregister, { head }));
    this.#status = { state: 'waiting', trouble: 'withdrawn' };
  }

  async #run(): Promise<void> {
    const { clock, log, heartbeatMs = 30_000 } = this.#o;
    const { signal } = this.#stopped;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      let pause = heartbeatMs;
      try {
        await this.#renew();
        retryMs = firstRetryMs;
      } catch (error) {
        if (signal.aborted) break;
        const { refused: _before, ...known } = this.#status;
        const refused = brokerCode(error);
        this.#status = {
          ...{ ...known, state: 'waiting', trouble: messageOf(error) },
          ...(typeof refused === 'string' && { refused }),
        };
        log.warn({ err: error }, 'the broker was not told what we list; trying again');
        pause = Math.min(retryMs, heartbeatMs);
        retryMs *= 2;
        if (!(error instanceof ConnectorError)) this.#held = undefined;
      }
      if (this.#changed && this.#status.state === 'registered') continue;
      this.#wake = new AbortController();
      if (signal.aborted) break;
      this.#rest();
      await clock.sleep(pause, this.#wake.signal).catch(() => undefined);
      this.#busy = true;
    }
  }

  #rest(): void {
    this.#busy = false;
    for (const resolve of this.#resting) resolve();
    this.#resting.clear();
  }

  async #renew(): Promise<void> {
    // INVARIANT: before the first head of this run, so that no sequence is given to two heads.
    if (!this.#recalled) await this.#recall();
    this.#recalled = true;
    if (this.#held === undefined || this.#changed) {
      this.#changed = false;
      try {
        const tree = entryTree(this.#o.identity.id, await this.#o.entries());
        const count = tree.entries.length;
        const known = this.#held !== undefined;
        // After a start the broker may hold just this already.
        if (known || !(await this.#heartbeat({ root: tree.root, count }))) await this.#register(tree);
        this.#held = { root: tree.root, count };
      } catch (error) {
        this.#changed = true;
        throw error;
      }
      return;
    }
    if (await this.#heartbeat(this.#held)) return;
    this.#held = undefined;
    await this.#renew();
  }

  /** Whether the broker held these entries; if not, it must be told them. */
  async #heartbeat(over: { readonly root: Uint8Array; readonly count: number }): Promise<boolean> {
    try {
      const options = { signal: this.#stopped.signal };
      await this.#tell(over, (head) =>
        this.#o.channel.call((channel) => channel.unary(Broker.heartbeat, { head }, options)),
      );
      return true;
    } catch (error) {
      if (brokerCode(error) === 'NOT_REGISTERED') return false;
      throw error;
    }
  }

  async #register(tree: EntryTree): Promise<void> {
    await this.#tell({ root: tree.root, count: tree.entries.length }, (head) => {
      const messages: causeway.broker.v1.RegisterRequest.$Properties[] = [{ head }];
      for (const entry of tree.entries) messages.push({ entry });
      const options = { deadlineMs: registerDeadlineMs, signal: this.#stopped.signal };
      return this.#o.channel.call((channel) => channel.clientStream(Broker.register, messages, options));
    });
  }

  async #tell(
    over: { readonly root: Uint8Array; readonly count: number },
    send: (head: SignedHead) => Promise<unknown>,
  ): Promise<void> {
    let head = await this.#sign(over);
    try {
      await send(head);
    } catch (error) {
      // Another connector with our keys is at work, or the broker showed us an older head than it has.
      if (brokerCode(error) !== 'SEQUENCE_STALE' || !(await this.#recall())) throw error;
      head = await this.#sign(over);
      await send(head);
    }
    const { sequence, expires, count } = readHead(head.head);
    this.#status = {
      state: 'registered',
      sequence: Number(sequence),
      entries: Number(count),
      expires: Date.parse(expires),
    };
  }

  /** Signs a head under a sequence that was never used before: it is saved as used before anybody sees it. */
  async #sign(over: { readonly root: Uint8Array; readonly count: number }): Promise<SignedHead> {
    const { identity, clock, name, dsp, exchange, headLifeMs = 300_000 } = this.#o;
    const sequence = await this.#raise((used) => used + 1);
    const issued = clock.now();
    const head = buildHead({
      ...over,
      publisher: identity.id,
      ...(name !== undefined && { name }),
      dsp: dsp(),
      ...(exchange && { exchange: exchange() }),
      sequence,
      issued,
      expires: issued + headLifeMs,
    });
    return { head: await signHead(head, identity.signing), keyStatement: identity.signing.keyStatement };
  }

  /** Learns from the broker the last head that we signed; only our own signature counts. Whether there was a newer one. */
  async #recall(): Promise<boolean> {
    const { channel, identity } = this.#o;
    const participant = identity.id;
    const head = await channel
      .call((open) => open.unary(Broker.describe, { participant }))
      .then(
        (described) => described.head,
        (error: unknown) => {
          if (brokerCode(error) === 'NOT_FOUND') return undefined;
          throw error;
        },
      );
    if (head === undefined || head === null) return false;
    const signed = { head: head?.head ?? '', keyStatement: head?.keyStatement ?? '' };
    const found = readHead(signed.head);
    // It may have expired since; that we signed it once is what counts.
    const now = Date.parse(found.issued);
    const verdict = await verifyHead(signed, { authorities: identity.trust.authorities, now });
    if (!verdict.ok || verdict.value.publisher !== participant) return false;
    const sequence = Number(verdict.value.sequence);
    return (await this.#raise((used) => Math.max(used, sequence))) === sequence;
  }

  async #raise(next: (used: number) => number): Promise<number> {
    for (;;) {
      const known = await this.#own.get('sequence');
      const sequence = next(known?.value.sequence ?? 0);
      const committed = await this.#o.store.commit({
        conditions: [known ? this.#own.unchanged(known) : this.#own.absent('sequence')],
        writes: [this.#own.put(['sequence'], { sequence })],
      });
      if (committed.ok) return sequence;
    }
  }
}

function brokerCode(error: unknown): unknown {
  return error instanceof ConnectorError ? error.data.broker : undefined;
}
