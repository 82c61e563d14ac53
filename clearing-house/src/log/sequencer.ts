import { type Digest, type Envelope, leafData } from '@causeway/evidence';
import type { Lease, Store, Write } from '@causeway/platform';
import { LogError } from '../errors.js';
import { type Chain, type Entry, type Layout, layoutOf, type RecordHead } from '../records/layout.js';
import { chainKey, type Known, type Placement, type Plan, plan, type VerifiedSubmission } from '../records/plan.js';
import { recordOf, viewersOf } from '../records/record.js';

/** Well within the store's bounds of 10,000 writes and 16 MiB: values carry some JSON around the envelope. */
const bounds = { writes: 8_000, bytes: 4 * 1_048_576 };
/** Entries read at once when the log catches up with its store. */
const scanned = 256;

/** What a batch became. Only its first `placements.length` envelopes had room. */
export interface Sequenced {
  readonly placements: readonly Placement[];
  /** Leaves of the indexes that are new, in order. */
  readonly leaves: readonly Uint8Array[];
}

/**
 * Gives out indexes, one durable commit a batch. Sequenced is not integrated: nobody is answered yet.
 *
 * INVARIANT: there is one sequencer, by the store's lease; each commit insists on its fence and on the head it was
 * planned on, so a second one can plan but never commit.
 */
export class Sequencer {
  readonly #store: Store;
  readonly #layout: Layout;
  readonly #lease: Lease;

  private constructor(store: Store, lease: Lease) {
    this.#store = store;
    this.#layout = layoutOf(store);
    this.#lease = lease;
  }

  /** @throws LogError LOG_DEPOSED while another process is the sequencer */
  static async take(store: Store): Promise<Sequencer> {
    const lease = await store.lease('sequencer');
    if (lease === undefined) throw deposed();
    return new Sequencer(store, lease);
  }

  async size(): Promise<number> {
    return (await this.#layout.head.get())?.value.size ?? 0;
  }

  /** The leaves from `from` on, a bounded number of them; none at the end. */
  async leaves(from: number): Promise<Uint8Array[]> {
    const { entries } = this.#layout;
    const after = from === 0 ? undefined : entries.key(from - 1);
    const found = await this.#store.scan({ prefix: entries.key(), limit: scanned, ...(after && { after }) });
    return found.map((entry) => leafData(entries.read(entry).value.envelope));
  }

  /** @throws LogError LOG_DEPOSED when another process took over; StoreError when nobody knows whether it was written */
  async sequence(batch: readonly VerifiedSubmission[], now: number): Promise<Sequenced> {
    const [head, known] = await Promise.all([this.#layout.head.get(), this.#known(batch)]);
    const size = head?.value.size ?? 0;
    const planned = plan(batch, known, { size, now, ...bounds });
    if (planned.entries.size === 0) return { placements: planned.placements, leaves: [] };
    const unchanged = head ? this.#layout.head.unchanged(head) : this.#layout.head.absent();
    const result = await this.#store.commit({
      conditions: [this.#lease.fence, unchanged],
      writes: [...this.#writes(planned)],
    });
    if (!result.ok) throw deposed();
    return {
      placements: planned.placements,
      leaves: Array.from(planned.entries.values(), (entry) => leafData(entry.envelope)),
    };
  }

  async release(): Promise<void> {
    await this.#lease.release();
  }

  /**
   * INVARIANT: an envelope and the step of its chain are one commit, so what has a place lies below its chain's next
   * number. Whatever lies at it or beyond is new without looking, and costs no read of its own.
   */
  async #known(batch: readonly VerifiedSubmission[]): Promise<Known> {
    const layout = this.#layout;
    const chains = new Map<string, Chain>();
    const places = new Map<Digest, number>();
    const records = new Map<Digest, RecordHead>();
    const claimed = new Map(batch.map(({ claims }) => [chainKey(claims.agreement, claims.signer), claims]));
    const readChain = async ([id, { agreement, signer }]: [string, Envelope]) => {
      const found = await layout.chains.get(agreement, signer);
      if (found) chains.set(id, found.value);
    };
    const readRest = async ({ digest, claims: { agreement, signer, sequence, parties } }: VerifiedSubmission) => {
      const chain = chains.get(chainKey(agreement, signer));
      if (chain && Number(sequence) < chain.next) {
        const found = await layout.places.get(digest);
        if (found) places.set(digest, found.value.index);
      }
      const record = parties && !chain ? recordOf(agreement, parties) : undefined;
      const found = record && (await layout.records.get(record));
      if (record && found) records.set(record, found.value);
    };
    await Promise.all(Array.from(claimed, readChain));
    await Promise.all(batch.map(readRest));
    return { chains, places, records };
  }

  *#writes(planned: Plan): Generator<Write> {
    const layout = this.#layout;
    yield layout.head.put([], { size: planned.size });
    for (const [index, entry] of planned.entries) yield* this.#entry(index, entry);
    for (const { agreement, signer, chain } of planned.chains.values())
      yield layout.chains.put([agreement, signer], chain);
    for (const [id, record] of planned.records) {
      yield layout.records.put([id], record);
      for (const viewer of viewersOf(record)) {
        yield layout.views.put([viewer, record.opened], { record: id });
        yield layout.agreementViews.put([viewer, record.agreement, record.opened], { record: id });
      }
    }
  }

  *#entry(index: number, entry: Entry): Generator<Write> {
    yield this.#layout.entries.put([index], entry);
    yield this.#layout.places.put([entry.digest], { index });
    yield this.#layout.members.put([entry.record, index], { index });
  }
}

function deposed(): LogError {
  return new LogError('LOG_DEPOSED', 'expected to be the only sequencer of this store; another process is');
}
