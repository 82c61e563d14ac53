import { type Hit, publisherOf } from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { type Liveness, type LivenessLimits, livenessOf } from '../liveness.js';
import type { PublisherRecord, Records } from '../registry/records.js';
import { type Cursor, writeCursor } from './cursor.js';
import { entriesWith } from './postings.js';
import type { Query } from './query.js';
import { Walk } from './walk.js';

/** A hit as the broker tells it. Liveness is the broker's own word; the rest proves itself. */
export interface FoundHit extends Hit {
  readonly liveness: Liveness;
}

export interface FoundPage {
  readonly hits: readonly FoundHit[];
  /** Cursor of the next page; absent at the end. A page may be short, even empty, and still have a next one. */
  readonly next?: string;
}

export interface FinderOptions {
  readonly records: Records;
  readonly clock: Clock;
  readonly limits: LivenessLimits;
  /** How many times one search may look into the index before it hands out what it has. Default 4,000. */
  readonly seeks?: number;
}

/** Bytes of one page, and how often a publisher's entries are read anew when they were replaced meanwhile. */
const budget = { pageBytes: 700_000, retries: 5 } as const;

/** Reads what publishers show. */
export class Finder {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #limits: LivenessLimits;
  readonly #seeks: number;

  constructor(options: FinderOptions) {
    this.#records = options.records;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#seeks = options.seeks ?? 4_000;
  }

  /** @throws BrokerError BUSY */
  async search(query: Query): Promise<FoundPage> {
    if (query.hopeless) return { hits: [] };
    const walk = new Walk(this.#records, query, this.#seeks);
    const hits: FoundHit[] = [];
    let bytes = 0;
    // One hit more than asked for tells whether there is a next page.
    for (let at = await walk.first(); at !== undefined; at = await walk.next(at.publisher)) {
      const room = query.limit + 1 - hits.length;
      for (const hit of await this.#hitsOf(at, query.groups, room, budget.pageBytes - bytes)) {
        bytes += sizeOf(hit);
        const last = hits.at(-1);
        if (last && (hits.length === query.limit || bytes > budget.pageBytes)) {
          const dataset = idOf(last);
          return { hits, next: writeCursor({ publisher: publisherOf(dataset) ?? '', dataset }) };
        }
        hits.push(hit);
      }
      if (walk.tired) return { hits, next: writeCursor({ publisher: at.publisher }) };
    }
    return walk.passed === undefined ? { hits } : { hits, next: writeCursor({ publisher: walk.passed }) };
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
        : await this.#unchanged(publisher, async (record, generation) => {
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
    const stored = participant.length <= 200 ? await this.#records.publishers.get(participant) : undefined;
    if (!stored)
      throw new BrokerError('NOT_FOUND', `No participant ${JSON.stringify(participant.slice(0, 200))} is here.`);
    const { head, keyStatement } = stored.value;
    return { head, keyStatement, liveness: this.#livenessOf(stored.value) };
  }

  async #hitsOf(at: Cursor, groups: Query['groups'], room: number, bytes: number): Promise<readonly FoundHit[]> {
    const { publisher, dataset } = at;
    const found = await this.#unchanged(publisher, async (record, generation) => {
      if (this.#livenessOf(record).state === 'gone') return [];
      const from = dataset === undefined ? 0 : await this.#indexAfter(generation, record.count, dataset, false);
      const indexes =
        groups.length === 0
          ? Array.from({ length: Math.max(0, Math.min(room, record.count - from)) }, (_, offset) => from + offset)
          : (await entriesWith(this.#records, groups, publisher, generation)).filter((index) => index >= from);
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

  /**
   * Reads the entries that a publisher shows. INVARIANT: what is answered is all of the one generation that the record
   * named, and nothing of it had been removed when the reading ended, so nobody sees a set that is mixed or half gone.
   */
  async #unchanged<T>(
    publisher: string,
    read: (record: PublisherRecord, generation: number) => Promise<T>,
  ): Promise<T | undefined> {
    for (let attempt = 0; attempt < budget.retries; attempt++) {
      const before = await this.#records.publishers.get(publisher);
      if (before?.value.generation === undefined) return undefined;
      const { generation } = before.value;
      const result = await read(before.value, generation);
      const after = await this.#records.publishers.get(publisher);
      if (after?.value.generation === generation) return result;
      if ((await this.#records.generations.get(generation))?.value.state === 'replaced') return result;
    }
    throw new BrokerError('BUSY', `${publisher} is replacing its entries again and again; try again in a moment.`);
  }

  /** The index of the first entry whose id is above `id`, or not below it: entries stand in id order. */
  async #indexAfter(generation: number, count: number, id: string, inclusive: boolean): Promise<number> {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const stored = await this.#records.entries.get(generation, middle);
      if (!stored) return count;
      const at = entryId(stored.value.entry);
      if (at < id || (at === id && !inclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #hitAt(record: PublisherRecord, generation: number, index: number): Promise<FoundHit | undefined> {
    const [entry, proof] = await Promise.all([
      this.#records.entries.get(generation, index),
      this.#records.proofs.get(generation, index),
    ]);
    if (!entry || !proof) return undefined;
    return {
      entry: Buffer.from(entry.value.entry),
      index,
      proof: proof.value.proof.map((hash) => Buffer.from(hash, 'base64url')),
      head: record.head,
      keyStatement: record.keyStatement,
      liveness: this.#livenessOf(record),
    };
  }

  #livenessOf(record: PublisherRecord): Liveness {
    return livenessOf(record, this.#clock.now(), this.#limits);
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
