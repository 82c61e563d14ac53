import type { Digest } from '@causeway/evidence';
import { ConnectorError } from '../errors.js';
import type { Inspected } from '../inspect/inspect.js';
import type { Dataset, FileSource, Offer } from '../model.js';
import { classificationOf } from '../negotiation/terms.js';
import { type OfferInput, readOffer } from './offer-input.js';

/** What the owner of a dataset says of it. */
export interface Publication {
  /** Absolute path of the file. */
  readonly file: string;
  readonly title: Dataset['title'];
  /** Made of what is found in the file unless given. */
  readonly description?: string;
  /** Whether that leaves the names of columns out. */
  readonly hideColumns?: boolean;
  readonly keywords?: readonly string[];
  readonly category?: string;
  readonly region?: string;
  readonly classification?: NonNullable<Dataset['classification']>;
  readonly domain?: NonNullable<Dataset['domain']>;
  readonly mediaType?: string;
  readonly listed?: boolean;
  readonly offers?: readonly OfferInput[];
  /** The file as a preview showed it: another one is refused. */
  readonly version?: Digest;
  /** Whether an offer to somebody who is not enrolled is refused. */
  readonly enrolledOnly?: boolean;
}

/** What is not given stays as it is. */
export type DatasetChange = Partial<Publication>;

/** A file as it was hashed and looked at. */
export interface Looked extends Inspected {
  readonly source: FileSource;
}

/** What a dataset begins with: nobody may anything, nobody is shown it. */
const blank = { title: {}, keywords: [], mediaType: 'application/octet-stream', offers: [], listed: false } as const;

export interface Making {
  readonly id: string;
  readonly self: string;
  readonly now: number;
  /** What the change is made to; absent for a publication. */
  readonly before?: Dataset;
  /** The file; that of `before` unless given. */
  readonly looked?: Looked;
}

/**
 * The dataset that a publication makes, or a change.
 *
 * @throws ConnectorError POLICY_INVALID with the path in the offer: not understood, enforced by nobody, or below the floor of the
 *   classification as it is from now on
 */
export function datasetOf(change: DatasetChange, { id, self, now, before, looked }: Making): Dataset {
  const base = before ?? blank;
  const { file: _path, version: _seen, enrolledOnly: _asked, offers, ...given } = change;
  const { content: _known, source: kept, ...rest } = { source: undefined, content: undefined, ...base };
  const source = looked?.source ?? kept;
  if (source === undefined) throw new ConnectorError('REQUEST_INVALID', 'Expected the file of the dataset.');
  const content = looked === undefined ? before?.content : looked.content;
  const described = {
    ...rest,
    ...stated(given),
    ...{ id, source, created: before?.created ?? now, updated: now },
    ...(content === undefined ? {} : { content }),
  };
  return { ...described, offers: offersOf(offers ?? base.offers, described, self) };
}

function offersOf(
  offers: readonly (OfferInput | Offer)[],
  dataset: Pick<Dataset, 'id' | 'classification' | 'domain'>,
  self: string,
): Offer[] {
  const classification = classificationOf(dataset);
  const offered = { dataset: dataset.id, provider: self, ...(classification === undefined ? {} : { classification }) };
  return offers.flatMap((offer, index) => readOffer(offered, offer, `/offers/${index}`) ?? []);
}

/** Without the members that say nothing. */
function stated<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const said = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { [K in keyof T]: Exclude<T[K], undefined> };
}
