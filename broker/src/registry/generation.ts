import type { DatasetEntry } from '@causeway/evidence';
import type { Stored, Write } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { columnRows, columnsOf } from '../search/columns.js';
import { termsOf } from '../search/terms.js';
import type { GenerationRecord, Records } from './records.js';

/** Bounds of what is held in memory and of one commit. */
const batch = { entries: 200, postings: 50_000, blockEntries: 1_000, terms: 1_000 } as const;

/**
 * The entries of one registration on their way into the store, and the index over them. Nobody reads them before the
 * publisher's record names their generation. Memory is bounded: entries and postings leave in batches, each commit fenced
 * by the generation's own record, so that nothing is written after the generation was given up and removed.
 */
export class Generation {
  readonly number: number;
  readonly #records: Records;
  readonly #publisher: string;
  readonly #stored: Stored<GenerationRecord>;
  #entries: Write[] = [];
  #columns: DatasetEntry[] = [];
  #count = 0;
  #postings = new Map<string, number[]>();
  #pending = 0;
  #block = 0;
  #blockFrom = 0;
  #posted = 0;

  private constructor(records: Records, number: number, publisher: string, stored: Stored<GenerationRecord>) {
    this.#records = records;
    this.number = number;
    this.#publisher = publisher;
    this.#stored = stored;
  }

  /** Takes the next number and says in the store who is writing under it, since when. */
  static async begin(records: Records, publisher: string, now: number): Promise<Generation> {
    const { counters, generations, store } = records;
    for (;;) {
      const counter = await counters.get('generation');
      const number = counter?.value.next ?? 1;
      const committed = await store.commit({
        conditions: [counter ? counters.unchanged(counter) : counters.absent('generation')],
        writes: [
          counters.put(['generation'], { next: number + 1 }),
          generations.put([number], { publisher, state: 'writing', since: now }),
        ],
      });
      if (!committed.ok) continue;
      const stored = await generations.get(number);
      if (stored) return new Generation(records, number, publisher, stored);
    }
  }

  /** What a commit that depends on this generation demands: nobody has given it up. */
  get fence() {
    return this.#records.generations.unchanged(this.#stored);
  }

  /** Adds the next entry in id order. */
  async add(entry: DatasetEntry, text: string): Promise<void> {
    const index = this.#count++;
    this.#entries.push(this.#records.entries.put([this.number, index], { entry: text }));
    this.#columns.push(entry);
    for (const term of termsOf(entry)) {
      const indexes = this.#postings.get(term);
      if (indexes) indexes.push(index);
      else this.#postings.set(term, [index]);
      this.#pending += 1;
    }
    if (this.#entries.length >= batch.entries) await this.#flushEntries();
    if (this.#columns.length === columnRows) await this.#flushColumns();
    if (this.#pending >= batch.postings || this.#count - this.#blockFrom >= batch.blockEntries)
      await this.#flushBlock();
  }

  /** Writes what is left, and the proof of each entry. The generation is complete then. */
  async complete(proofs: readonly (readonly Uint8Array[])[]): Promise<void> {
    await this.#flushEntries();
    await this.#flushColumns();
    await this.#flushBlock();
    for (let from = 0; from < proofs.length; from += batch.entries) {
      const writes = proofs.slice(from, from + batch.entries).map((hashes, offset) => {
        const proof = hashes.map((hash) => Buffer.from(hash).toString('base64url'));
        return this.#records.proofs.put([this.number, from + offset], { proof });
      });
      await this.#commit(writes);
    }
  }

  /** Gives the generation up; what was written of it is removed later. */
  async discard(now: number): Promise<void> {
    const { generations, store } = this.#records;
    await store.commit({
      conditions: [this.fence],
      writes: [generations.put([this.number], { publisher: this.#publisher, state: 'removing', since: now })],
    });
  }

  async #flushEntries(): Promise<void> {
    const writes = this.#entries;
    this.#entries = [];
    if (writes.length > 0) await this.#commit(writes);
  }

  async #flushColumns(): Promise<void> {
    const entries = this.#columns;
    this.#columns = [];
    if (entries.length === 0) return;
    const block = Math.floor((this.#count - 1) / columnRows);
    await this.#commit([this.#records.columns.put([this.number, block], columnsOf(entries))]);
  }

  async #flushBlock(): Promise<void> {
    const postings = [...this.#postings];
    const block = this.#block++;
    this.#postings = new Map();
    this.#pending = 0;
    this.#blockFrom = this.#count;
    for (let from = 0; from < postings.length; from += batch.terms) {
      const some = postings.slice(from, from + batch.terms);
      const writes = some.map(([term, indexes]) =>
        this.#records.postings.put([term, this.#publisher, this.number, block], { indexes }),
      );
      const terms = some.map(([term]) => term);
      await this.#commit([...writes, this.#records.posted.put([this.number, this.#posted++], { block, terms })]);
    }
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    const committed = await this.#records.store.commit({ conditions: [this.fence], writes });
    if (!committed.ok) throw new BrokerError('REGISTRATION_LATE', 'The registration took too long and was given up.');
  }
}
