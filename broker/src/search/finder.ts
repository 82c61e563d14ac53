import { type Hit, publisherOf } from '@causeway/evidence';
import { BrokerError } from '../errors.js';
import type { Liveness } from '../liveness.js';
import type { PublisherRecord } from '../registry/records.js';
import { Budget } from './budget.js';
import { writeCursor } from './cursor.js';
import { entriesIn } from './postings.js';
import type { Groups, Query } from './query.js';
import type { Shown } from './shown.js';
import { type Tally, tally } from './tally.js';
import { type Place, Walk } from './walk.js';

/** A hit as the broker tells it. Liveness is the broker's own word; the rest proves itself. */
export interface FoundHit extends Hit {
  readonly liveness: Liveness;
}

export interface FoundPage {
  readonly hits: readonly FoundHit[];
  /** Cursor of the next page; absent at the end. A page may be short, even empty, and still have a next one. */
  readonly next?: string;
  /** With the first page: what there is in all. The broker's own word, like liveness. */
  readonly tally?: Tally;
}

export interface FinderOptions {
  /** How many times one search may look into the index before it hands out what it has. Default 4,000. */
  readonly seeks?: number;
}

/** Bytes of one page. */
const pageBytes = 700_000;

/** Reads what publishers show. */
export class Finder {
  readonly #shown: Shown;
  readonly #seeks: number;

  constructor(shown: Shown, options: FinderOptions = {}) {
    this.#shown = shown;
    this.#seeks = options.seeks ?? 4_000;
  }

  /** @throws BrokerError BUSY */
  async search(query: Query): Promise<FoundPage> {
    if (query.hopeless) return { hits: [] };
    const page = await this.#page(query);
    return query.cursor ? page : { ...page, tally: await tally(this.#shown, query, this.#seeks) };
  }

  async #page({ tiers, publishers, cursor, limit }: Query): Promise<FoundPage> {
    const { records } = this.#shown;
    const budget = new Budget(this.#seeks);
    const hits: FoundHit[] = [];
    let last: { readonly tier: number; readonly dataset: string } | undefined;
    let bytes = 0;
    for (let tier = cursor?.tier ?? 0; tier < tiers.length; tier++) {
      const walk = new Walk({
        ...{ records, budget, groups: tiers[tier] ?? [] },
        ...(publishers && { publishers }),
        ...(cursor?.tier === tier && { from: cursor }),
      });
      for (let at = await walk.first(); at !== undefined; at = await walk.next(at.publisher)) {
        // One hit more than asked for tells whether there is a next page.
        const room = limit + 1 - hits.length;
        for (const hit of await this.#hitsOf(at, tiers.slice(0, tier + 1), room, pageBytes - bytes, budget)) {
          bytes += sizeOf(hit);
          if (last && (hits.length === limit || bytes > pageBytes)) {
            return { hits, next: writeCursor({ ...last, publisher: publisherOf(last.dataset) ?? '' }) };
          }
          hits.push(hit);
          last = { tier, dataset: idOf(hit) };
        }
        if (budget.tired) return { hits, next: writeCursor({ tier, publisher: at.publisher }) };
      }
      if (walk.passed !== undefined) return { hits, next: writeCursor({ tier, publisher: walk.passed }) };
    }
    return { hits };
  }

  /**
   * One dataset, also of a publisher that is gone.
   *
   * @throws BrokerError NOT_FOUND, BUSY
   */
  async resolve(id: string): Promise<FoundHit> {
    const publisher = publisherOf(id);
    const hit =
      publisher === undefined
        ? undefined
        : await this.#shown.read(publisher, async (record, generation) => {
            const index = await this.#indexAfter(generation, record.count, id, true);
            const found = await this.#hitAt(record, generation, index);
            return found && idOf(found) === id ? found : undefined;
          });
    if (!hit) throw new BrokerError('NOT_FOUND', `No publisher lists a dataset ${JSON.stringify(id.slice(0, 300))}.`);
    return hit;
  }

  /**
   * One participant's head and liveness.
   *
   * @throws BrokerError NOT_FOUND
   */
  async describe(participant: string): Promise<Pick<FoundHit, 'head' | 'keyStatement' | 'liveness'>> {
    const { publishers } = this.#shown.records;
    const stored = participant.length <= 200 ? await publishers.get(participant) : undefined;
    if (!stored || stored.value.refused)
      throw new BrokerError('NOT_FOUND', `No participant ${JSON.stringify(participant.slice(0, 200))} is here.`);
    const { head, keyStatement } = stored.value;
    return { head, keyStatement, liveness: this.#shown.livenessOf(stored.value) };
  }

  async #hitsOf(
    { publisher, dataset }: Place,
    tiers: readonly Groups[],
    room: number,
    bytes: number,
    budget: Budget,
  ): Promise<readonly FoundHit[]> {
    const { records } = this.#shown;
    const found = await this.#shown.readAlive(publisher, async (record, generation) => {
      const from = dataset === undefined ? 0 : await this.#indexAfter(generation, record.count, dataset, false);
      const indexes =
        tiers.at(-1)?.length === 0
          ? Array.from({ length: Math.max(0, Math.min(room, record.count - from)) }, (_, offset) => from + offset)
          : (await entriesIn(records, tiers, publisher, generation, budget)).filter((index) => index >= from);
      const hits: FoundHit[] = [];
      let left = bytes;
      for (const index of indexes.slice(0, room)) {
        const hit = await this.#hitAt(record, generation, index);
        if (!hit) return hits;
        hits.push(hit);
        left -= sizeOf(hit);
        if (left < 0) return hits;
      }
      return hits;
    });
    return found ?? [];
  }

  /** The index of the first entry whose id is above `id`, or not below it: entries stand in id order. */
  async #indexAfter(generation: number, count: number, id: string, inclusive: boolean): Promise<number> {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const stored = await this.#shown.records.entries.get(generation, middle);
      if (!stored) return count;
      const at = entryId(stored.value.entry);
      if (at < id || (at === id && !inclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #hitAt(record: PublisherRecord, generation: number, index: number): Promise<FoundHit | undefined> {
    const { entries, proofs } = this.#shown.records;
    const [entry, proof] = await Promise.all([entries.get(generation, index), proofs.get(generation, index)]);
    if (!entry || !proof) return undefined;
    return {
      entry: Buffer.from(entry.value.entry),
      index,
      proof: proof.value.proof.map((hash) => Buffer.from(hash, 'base64url')),
      head: record.head,
      keyStatement: record.keyStatement,
      liveness: this.#shown.livenessOf(record),
    };
  }
}

function entryId(entry: string): string {
  const { id }: { id: string } = JSON.parse(entry);
  return id;
}

function idOf(hit: Hit): string {
  return entryId(Buffer.from(hit.entry).toString('utf8'));
}

function sizeOf(hit: Hit): number {
  return hit.entry.length + hit.proof.length * 34 + hit.head.length + hit.keyStatement.length + 64;
}
