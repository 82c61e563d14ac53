import type { Records } from '../registry/records.js';
import type { Cursor } from './cursor.js';
import { publisherAfter, publisherWith } from './postings.js';
import type { Query } from './query.js';

/** What reading one publisher's entries costs, in looks into the index. */
const visit = 8;

/** Walks the publishers that may have hits, in key order, skipping in the index from one to the next. */
export class Walk {
  readonly #records: Records;
  readonly #query: Query;
  readonly #most: number;
  #seeks = 0;
  #passed: string | undefined;

  /** @param most looks into the index that are enough for one search */
  constructor(records: Records, query: Query, most: number) {
    this.#records = records;
    this.#query = query;
    this.#most = most;
  }

  /** It has done enough for one search. */
  get tired(): boolean {
    return this.#seeks > this.#most;
  }

  /** Set when `next` gave up rather than found the end: no publisher up to and including this one has more hits. */
  get passed(): string | undefined {
    return this.#passed;
  }

  /** Where the cursor says, or the first publisher. */
  async first(): Promise<Cursor | undefined> {
    const { cursor, publishers } = this.#query;
    if (cursor?.dataset === undefined) return this.next(cursor?.publisher ?? '');
    return publishers && !publishers.includes(cursor.publisher) ? this.next(cursor.publisher) : cursor;
  }

  /** The next publisher after one that has a term of each group, though perhaps not in one entry. */
  async next(after: string): Promise<{ readonly publisher: string } | undefined> {
    const { groups } = this.#query;
    this.#seeks += visit;
    let candidate = await this.#allowed(after, false);
    for (let agreed = 0; candidate !== undefined && agreed < groups.length; ) {
      const found = await this.#withAny(groups[agreed] ?? [], candidate, true);
      if (found === candidate) {
        agreed += 1;
      } else if (this.tired && found !== undefined) {
        this.#passed = candidate;
        return undefined;
      } else {
        candidate = found === undefined ? undefined : await this.#allowed(found, true);
        agreed = 0;
      }
    }
    return candidate === undefined ? undefined : { publisher: candidate };
  }

  /** The first publisher that the query allows: after `from`, or from it on. */
  async #allowed(from: string, inclusive: boolean): Promise<string | undefined> {
    const { publishers, groups } = this.#query;
    if (publishers) return publishers.find((id) => (inclusive ? id >= from : id > from));
    if (inclusive) return from;
    const [group] = groups;
    if (group) return this.#withAny(group, from, false);
    this.#seeks += 1;
    return publisherAfter(this.#records, from);
  }

  async #withAny(group: readonly string[], from: string, inclusive: boolean): Promise<string | undefined> {
    let first: string | undefined;
    for (const term of group) {
      this.#seeks += 1;
      const found = await publisherWith(this.#records, term, from, inclusive);
      if (found !== undefined && (first === undefined || found < first)) first = found;
    }
    return first;
  }
}
