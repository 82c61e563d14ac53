import type { Records } from '../registry/records.js';
import type { Budget } from './budget.js';
import { publisherAfter, publisherWith } from './postings.js';
import type { Groups } from './query.js';

/** What reading one publisher's entries costs, in looks into the index. */
const visit = 8;

/** Where to go on: at a dataset of a publisher, or after all of it. */
export interface Place {
  readonly publisher: string;
  readonly dataset?: string;
}

export interface WalkOptions {
  readonly records: Records;
  readonly groups: Groups;
  /** Sorted; any publisher unless given. */
  readonly publishers?: readonly string[];
  /** From the beginning unless given. */
  readonly from?: Place;
  readonly budget: Budget;
}

/** Walks the publishers that may have hits, in key order, skipping in the index from one to the next. */
export class Walk {
  readonly #o: WalkOptions;
  #passed: string | undefined;

  constructor(options: WalkOptions) {
    this.#o = options;
  }

  /** Set when `next` gave up rather than found the end: no publisher up to and including this one has more hits. */
  get passed(): string | undefined {
    return this.#passed;
  }

  /** Where it was told to begin, or the first publisher. */
  async first(): Promise<Place | undefined> {
    const { from, publishers } = this.#o;
    if (from?.dataset === undefined) return this.next(from?.publisher ?? '');
    return publishers && !publishers.includes(from.publisher) ? this.next(from.publisher) : from;
  }

  /** The next publisher after one that has a term of each group, though perhaps not in one entry. */
  async next(after: string): Promise<Place | undefined> {
    const { groups, budget } = this.#o;
    budget.spend(visit);
    let candidate = await this.#allowed(after, false);
    for (let agreed = 0; candidate !== undefined && agreed < groups.length; ) {
      const found = await this.#withAny(groups[agreed] ?? [], candidate, true);
      if (found === candidate) {
        agreed += 1;
      } else if (budget.tired && found !== undefined) {
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
    const { publishers, groups, budget, records } = this.#o;
    if (publishers) return publishers.find((id) => (inclusive ? id >= from : id > from));
    if (inclusive) return from;
    const [group] = groups;
    if (group) return this.#withAny(group, from, false);
    budget.spend(1);
    return publisherAfter(records, from);
  }

  async #withAny(group: readonly string[], from: string, inclusive: boolean): Promise<string | undefined> {
    let first: string | undefined;
    for (const term of group) {
      this.#o.budget.spend(1);
      const found = await publisherWith(this.#o.records, term, from, inclusive);
      if (found !== undefined && (first === undefined || found < first)) first = found;
    }
    return first;
  }
}
