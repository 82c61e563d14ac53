import { Collection, type Store } from '@causeway/platform';
import type { Heard } from '../liveness.js';
import type { Columns } from '../search/columns.js';
import type { Refusal } from './admission.js';

/**
 * A publisher, by its id. INVARIANT: this one record decides what readers see, and who may register. The entries it shows are those of its
 * generation, complete before the record ever names it and never changed afterwards, so replacing them is one write.
 * It stays when the publisher goes: a sequence is never used again.
 */
export interface PublisherRecord extends Heard {
  readonly sequence: number;
  readonly head: string;
  readonly keyStatement: string;
  readonly count: number;
  /** base64url */
  readonly root: string;
  /** Absent while there are no entries. */
  readonly generation?: number;
  /** By which version of the index its generation is found; absent: the first. */
  readonly index?: number;
  /** What the publisher calls itself in its head. */
  readonly name?: string;
  /** When the certificate ends with which it came last: milliseconds since epoch. */
  readonly certificateExpires?: number;
  /** It is not admitted; it shows nothing then, and registers nothing. */
  readonly refused?: Refusal;
}

/**
 * A generation that no publisher shows: being written; replaced, but still whole for those who began to read it; or being
 * removed. One that is shown has no such record.
 */
export interface GenerationRecord {
  readonly publisher: string;
  readonly state: 'writing' | 'replaced' | 'removing';
  /** Milliseconds since epoch. */
  readonly since: number;
}

/** All that the broker stores. */
export interface Records {
  readonly store: Store;
  readonly publishers: Collection<PublisherRecord>;
  /** By number. */
  readonly generations: Collection<GenerationRecord>;
  /** One record, key 'generation': the next number, used once and never again. */
  readonly counters: Collection<{ readonly next: number }>;
  /** By (generation, index): the canonical JSON of the entry. */
  readonly entries: Collection<{ readonly entry: string }>;
  /** By (generation, index): the inclusion proof, each hash in base64url. */
  readonly proofs: Collection<{ readonly proof: readonly string[] }>;
  /** By (term, publisher, generation, block): the indexes of the entries that have the term, ascending. */
  readonly postings: Collection<{ readonly indexes: readonly number[] }>;
  /** By (generation, block): what the entries say for the facets, to count them. */
  readonly columns: Collection<Columns>;
  /** By (generation, number): which postings one commit wrote, so that they are found again to be removed. */
  readonly posted: Collection<{ readonly block: number; readonly terms: readonly string[] }>;
}

const version = 1;

/** The collection of postings, whose keys the search also reads as they are. */
export const postingsName = 'posting';

export function openRecords(store: Store): Records {
  return {
    store,
    publishers: new Collection(store, 'publisher', version),
    generations: new Collection(store, 'generation', version),
    counters: new Collection(store, 'counter', version),
    entries: new Collection(store, 'entry', version),
    proofs: new Collection(store, 'proof', version),
    postings: new Collection(store, postingsName, version),
    columns: new Collection(store, 'columns', version),
    posted: new Collection(store, 'posted', version),
  };
}
