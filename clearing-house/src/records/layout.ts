import type { Digest } from '@causeway/evidence';
import { Collection, type Store } from '@causeway/platform';

/** How far the sequencer has come. */
export interface Head {
  /** Indexes given out so far: the next envelope gets this one. */
  readonly size: number;
}

/** An envelope that has its place in the log. */
export interface Entry {
  readonly digest: Digest;
  readonly envelope: string;
  readonly keyStatement: string;
  readonly record: Digest;
  /** Milliseconds since epoch, by the log's clock. */
  readonly logged: number;
}

/** The envelopes of one signer under one agreement digest, which attach to the record its agreement envelope opened. */
export interface Chain {
  readonly record: Digest;
  readonly provider: string;
  readonly consumer: string;
  /** The sequence number its next envelope must have. */
  readonly next: number;
  /** It ended the agreement. */
  readonly ended?: true;
}

/** Who may see the envelopes of a record. Opened by the agreement envelope at index `opened`. */
export interface RecordHead {
  readonly agreement: Digest;
  readonly provider: string;
  readonly consumer: string;
  readonly auditors: readonly string[];
  readonly opened: number;
}

/** That an index belongs to a digest. */
interface Place {
  readonly index: number;
}

/** That a viewer may see a record. */
interface View {
  readonly record: Digest;
}

/** What the clearing house stores, by key. Everything but `head` and `chains` is written once and never changes. */
export interface Layout {
  /** [] */
  readonly head: Collection<Head>;
  /** [index] */
  readonly entries: Collection<Entry>;
  /** [envelope digest] */
  readonly places: Collection<Place>;
  /** [agreement digest, signer] */
  readonly chains: Collection<Chain>;
  /** [record] */
  readonly records: Collection<RecordHead>;
  /** [record, index]: the entries of a record in the order of the log */
  readonly members: Collection<Place>;
  /** [viewer, opened] */
  readonly views: Collection<View>;
  /** [viewer, agreement digest, opened] */
  readonly agreementViews: Collection<View>;
}

export function layoutOf(store: Store): Layout {
  return {
    head: new Collection<Head>(store, 'head', 1),
    entries: new Collection<Entry>(store, 'entry', 1),
    places: new Collection<Place>(store, 'place', 1),
    chains: new Collection<Chain>(store, 'chain', 1),
    records: new Collection<RecordHead>(store, 'record', 1),
    members: new Collection<Place>(store, 'member', 1),
    views: new Collection<View>(store, 'view', 1),
    agreementViews: new Collection<View>(store, 'agreement-view', 1),
  };
}
