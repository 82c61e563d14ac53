import { type PeerChannel, RpcError, TrustError } from '@causeway/certs/peer';
import { envelopeDigest } from '@causeway/evidence';
import { keyParts, messageOf } from '@causeway/platform';
import { ClearingHouse } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import { recordChannel } from '../logging/record-reader.js';
import type { Agreement, Restoration, UnknownAgreement } from '../model.js';
import type { StoreChecked } from '../ports.js';
import { catchUp } from './catch-up.js';
import type { RestoringContext } from './context.js';
import { noteRestoration } from './restoration.js';
import { lookThrough } from './unknown-agreements.js';

export interface StoreCheckOptions extends RestoringContext {
  /** Ends the open transfers of an agreement that has to catch up; answers how many. */
  readonly endForgotten: (agreement: Agreement['digest']) => Promise<number>;
}

/** How the store stands to its record, as the people who run this connector see it. */
export interface StoreStatus {
  readonly state: 'checked' | 'waiting';
  /** Why it waits: what the clearing house did not answer. */
  readonly trouble?: string;
  /** This store went on from an older back-up. */
  readonly restored?: Restoration;
  /** The first of the agreements that only the log remembers. */
  readonly unknown: readonly (UnknownAgreement & { readonly agreement: string })[];
}

/** Agreements of one question; the most that the clearing house answers. */
const together = 1_000;
const deadlineMs = 10_000;
const firstRetryMs = 1_000;
const mostRetryMs = 30_000;
const unknownShown = 20;

/**
 * Finds out at every start whether this store is older than what was signed in its name: a back-up that was put back, a machine that
 * was rolled back. One number an agreement is compared with the clearing house's; what is missing is read back and taken up. Until
 * that is done nothing is signed, started or streamed under any agreement, and peers are told to come again.
 */
export class StoreCheck implements StoreChecked {
  readonly #o: StoreCheckOptions;
  readonly #closing = new AbortController();
  #passed = false;
  #trouble: string | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: StoreCheckOptions) {
    this.#o = options;
  }

  get passed(): boolean {
    return this.#passed;
  }

  demand(): void {
    if (this.#passed) return;
    throw new ConnectorError(
      'EVIDENCE_PENDING',
      `this connector has not compared its store with its record in the log yet${this.#trouble ? `: ${this.#trouble}` : ''}; try again later`,
    );
  }

  /**
   * Returns after the first attempt, whatever came of it; further ones follow until one passes.
   *
   * @param passed called once, when it does
   */
  async start(passed: () => Promise<void>): Promise<void> {
    // A store without an agreement can repeat nothing; whether the log knows of some is told all the same.
    const fresh = (await this.#o.records.agreements.page({ limit: 1 })).items.length === 0;
    if (fresh) await this.#pass(passed);
    if (!fresh && (await this.#attempt())) await this.#pass(passed);
    else this.#running = this.#retry(passed, fresh);
  }

  async status(): Promise<StoreStatus> {
    const { records } = this.#o;
    const restored = (await records.restoration.get('store'))?.value;
    const unknown = (await records.unknownAgreements.page({ limit: unknownShown })).items;
    return {
      state: this.#passed ? 'checked' : 'waiting',
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
      ...(restored === undefined ? {} : { restored }),
      unknown: unknown.map(({ key, value }) => ({ agreement: String(keyParts(key).at(-1)), ...value })),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #pass(passed: () => Promise<void>): Promise<void> {
    this.#passed = true;
    await passed();
  }

  async #retry(passed: () => Promise<void>, now: boolean): Promise<void> {
    const { clock, log } = this.#o;
    const { signal } = this.#closing;
    for (
      let pause = now ? 0 : firstRetryMs;
      !signal.aborted;
      pause = Math.min(pause * 2 || firstRetryMs, mostRetryMs)
    ) {
      if (pause > 0) await clock.sleep(pause, signal).catch(() => undefined);
      if (signal.aborted || !(await this.#attempt())) continue;
      if (!this.#passed)
        await this.#pass(passed).catch((error: unknown) => log.error({ err: error }, 'the connector does not go on'));
      return;
    }
  }

  /** Whether the store is now known to be as new as its record. */
  async #attempt(): Promise<boolean> {
    const channel = recordChannel(this.#o);
    const abort = () => channel.close();
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#compare(channel);
      await lookThrough(this.#o, channel);
      this.#trouble = undefined;
      return true;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      const expected = error instanceof RpcError || error instanceof TrustError || error instanceof ConnectorError;
      this.#trouble = messageOf(error);
      const waits = this.#passed ? 'it serves meanwhile' : 'nothing is served under agreements until it is';
      this.#o.log[expected ? 'warn' : 'error'](
        { err: error },
        `the store was not compared with its record in the log; ${waits}`,
      );
      return false;
    } finally {
      this.#closing.signal.removeEventListener('abort', abort);
      channel.close();
    }
  }

  async #compare(channel: PeerChannel): Promise<void> {
    let asked: Agreement[] = [];
    for await (const { value } of this.#o.records.agreements.all()) {
      asked.push(value);
      if (asked.length < together) continue;
      await this.#compareSome(channel, asked);
      asked = [];
    }
    if (asked.length > 0) await this.#compareSome(channel, asked);
  }

  async #compareSome(channel: PeerChannel, asked: readonly Agreement[]): Promise<void> {
    const { signal } = this.#closing;
    const agreements = asked.map(({ digest }) => digest);
    const { standings = [] } = await channel.unary(ClearingHouse.standing, { agreements }, { deadlineMs, signal });
    if (standings?.length !== asked.length) {
      throw new ConnectorError('EVIDENCE_PENDING', 'expected the clearing house to say how each agreement stands');
    }
    for (const [index, agreement] of asked.entries()) {
      const { next = 1, ended = false } = standings[index] ?? {};
      await this.#demandKnown(agreement, next ?? 1);
      const behind = (next ?? 1) > agreement.sequence;
      if (behind || (ended === true && agreement.ended === undefined))
        await this.#takeUp(channel, agreement, next ?? 1);
    }
  }

  /** A clearing house that has forgotten what it gave a receipt for is no witness of what else was signed. */
  async #demandKnown({ digest, own, finalized }: Agreement, next: number): Promise<void> {
    if (next > 1 || finalized === undefined) return;
    if ((await this.#o.records.receipts.get(envelopeDigest(own.envelope))) === undefined) return;
    throw new ConnectorError(
      'EVIDENCE_INVALID',
      `the clearing house says that nothing of ours is in the record of ${digest}, and gave us a receipt for it`,
    );
  }

  async #takeUp(channel: PeerChannel, agreement: Agreement, next: number): Promise<void> {
    const { log, endForgotten } = this.#o;
    const { digest, role, peer } = agreement;
    const behind = next > agreement.sequence;
    // INVARIANT: ended before the sequence is raised, so a crash between the two is found again and finished.
    const transfers = behind ? await endForgotten(digest) : 0;
    const { starts, ends, others, ended } = await catchUp(this.#o, channel, digest, next);
    if (behind) await noteRestoration(this.#o, { agreements: 1, starts: role === 'provider' ? starts : 0, transfers });
    const lost = { agreement: digest, peer, role, starts, ends, others, transfers };
    if (behind) log.warn(lost, 'this store is older than its record: it went on from there');
    if (behind && role === 'consumer' && ends > 0) {
      log.warn(lost, 'data was delivered that this store has lost: what is owed for it is not kept, see to it by hand');
    }
    if (ended) log.warn({ agreement: digest, peer }, 'an agreement ended, as the log shows');
  }
}
