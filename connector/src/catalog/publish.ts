import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { canonicalJson } from '@causeway/evidence';
import type { Clock, Store, Write } from '@causeway/platform';
import { type OfferTerms, offerFor, PolicyError, readPolicy, toWire } from '@causeway/policies';
import { listingFlaw } from '../discovery/listed.js';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import { describeFile } from '../exchange/file-source.js';
import type { Dataset, JsonObject, Offer } from '../model.js';
import type { Records } from '../records.js';
import { assigneesOf } from './visibility.js';

/** What the owner of a dataset says of it. */
export interface Publication {
  /** Absolute path of the file. */
  readonly file: string;
  readonly title: Dataset['title'];
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly category?: string;
  readonly region?: string;
  readonly classification?: NonNullable<Dataset['classification']>;
  readonly mediaType?: string;
  readonly listed?: boolean;
  readonly offers?: readonly OfferInput[];
}

/** A policy in ODRL, or the terms of a common one. `assignees` absent: nobody; `['*']`: every member. */
export type OfferInput = ({ readonly policy: JsonObject } | { readonly terms: Omit<OfferTerms, 'id' | 'target'> }) & {
  /** A person has to approve each agreement on it. */
  readonly approval?: boolean;
  /** A request for more gets a counter-offer. */
  readonly negotiable?: boolean;
};

export interface PublisherOptions {
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly events: ConnectorEvents;
  readonly self: string;
  /** Told after what we list has changed. */
  readonly changed: () => void;
}

const everybody = '*';
const attempts = 10;

/** Puts datasets and their offers into the catalog, and takes them out. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  id(name: string): string {
    return `${this.#options.self}:${name}`;
  }

  /**
   * Publishes a file under a local name; under the same name again, a new version of it. Without offers nobody may
   * anything.
   *
   * @throws ConnectorError POLICY_INVALID with the path in the policy, REQUEST_INVALID with the member that the broker could
   * not be told, SOURCE_UNREADABLE, SOURCE_CHANGED
   */
  async publish(name: string, publication: Publication): Promise<Dataset> {
    const { clock, events, changed } = this.#options;
    const id = this.id(name);
    const offers = (publication.offers ?? []).flatMap((input, index) => readOffer(id, input, `/offers/${index}`) ?? []);
    if (!isAbsolute(publication.file)) {
      throw new ConnectorError('REQUEST_INVALID', `Expected an absolute path, got ${publication.file}.`);
    }
    for (const offer of offers) await this.#demandOwn(offer.id, id);
    const source = await describeFile(publication.file);
    const now = clock.now();
    const published: Dataset = {
      id,
      title: publication.title,
      ...(publication.description === undefined ? {} : { description: publication.description }),
      keywords: [...(publication.keywords ?? [])],
      ...(publication.category === undefined ? {} : { category: publication.category }),
      ...(publication.region === undefined ? {} : { region: publication.region }),
      ...(publication.classification === undefined ? {} : { classification: publication.classification }),
      mediaType: publication.mediaType ?? 'application/octet-stream',
      source,
      offers,
      listed: publication.listed ?? false,
      created: now,
      updated: now,
    };
    if (published.listed) demandListable(published);
    const dataset = await this.#replace(id, (before) => ({ ...published, created: before?.created ?? now }));
    events.published(id, source.version, source.bytes);
    changed();
    return dataset;
  }

  /** Offers it to nobody any more. Agreements that exist stand. @throws ConnectorError NOT_FOUND */
  async withdraw(name: string): Promise<Dataset> {
    const id = this.id(name);
    const now = this.#options.clock.now();
    const dataset = await this.#replace(id, (before) => {
      if (before === undefined) throw new ConnectorError('NOT_FOUND', `There is no dataset ${id}.`);
      return before.withdrawn === undefined ? { ...before, withdrawn: now, updated: now } : before;
    });
    this.#options.events.withdrawn(id);
    this.#options.changed();
    return dataset;
  }

  /** An offer's id finds its dataset, so no two datasets share one. */
  async #demandOwn(offer: string, dataset: string): Promise<void> {
    const holder = (await this.#options.records.offers.get(offer))?.value.dataset;
    if (holder === undefined || holder === dataset) return;
    throw new ConnectorError('REQUEST_INVALID', `Offer ${offer} stands under ${holder} already; give it another @id.`);
  }

  async #replace(id: string, make: (before: Dataset | undefined) => Dataset): Promise<Dataset> {
    const { store, records } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await records.datasets.get(id);
      const after = make(before?.value);
      const gone = (before?.value.offers ?? []).filter((old) => !after.offers.some((offer) => offer.id === old.id));
      const writes: Write[] = [
        records.datasets.put([id], after),
        ...gone.map((offer) => records.offers.delete([offer.id])),
        ...after.offers.map((offer) => records.offers.put([offer.id], { dataset: id })),
      ];
      const condition = before === undefined ? records.datasets.absent(id) : records.datasets.unchanged(before);
      if ((await store.commit({ conditions: [condition], writes })).ok) return after;
    }
    throw new ConnectorError('QUEUE_FULL', `Dataset ${id} is being changed by too many at once; try again.`);
  }
}

/** What its owner wants listed and the broker would not take is refused, not left out in silence. */
function demandListable(dataset: Dataset): void {
  const cause = listingFlaw(dataset);
  if (cause === undefined) return;
  const { code, message, data } = cause;
  const problems = [{ path: data.pointer ?? '', message, code }];
  throw new ConnectorError('REQUEST_INVALID', `The dataset cannot be listed: ${message}`, {
    cause,
    data: { problems },
  });
}

/**
 * An offer as it will stand in the catalog. Its id is made of the dataset and the policy's digest: the same terms are
 * the same offer, other terms are another. Terms for nobody make no offer.
 */
function readOffer(dataset: string, input: OfferInput, path: string): Offer | undefined {
  try {
    const policy = 'policy' in input ? asOffer(input.policy) : fromTerms(input.terms);
    if (policy === undefined) return undefined;
    const id = typeof policy['@id'] === 'string' && policy['@id'] !== '' ? policy['@id'] : offerId(dataset, policy);
    const parsed = readPolicy({ ...policy, '@id': id }, { kind: 'Offer' });
    const assignees = assigneesOf(parsed);
    return {
      ...{ id, policy: toWire(parsed), ...(assignees === undefined ? {} : { assignees }) },
      ...(input.approval === true ? { approval: true } : {}),
      ...(input.negotiable === true ? { negotiable: true } : {}),
    };
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    const problems = cause.problems.map((problem) => ({ ...problem, path: `${path}/policy${problem.path}` }));
    throw new ConnectorError('POLICY_INVALID', cause.message, { cause, data: { problems } });
  }
}

/** Under its dataset an offer names no target: the schema of a dataset forbids it. */
function asOffer(policy: JsonObject): JsonObject {
  const { target: _dataset, '@context': _wire, ...rest } = policy;
  return { ...rest, '@type': 'Offer' };
}

function fromTerms(terms: Omit<OfferTerms, 'id' | 'target'>): JsonObject | undefined {
  const { assignees = [], ...rest } = terms;
  if (assignees.length === 0) return undefined;
  const named = assignees.includes(everybody) ? {} : { assignees };
  const { '@id': _placeholder, ...policy } = offerFor({ ...rest, ...named, id: 'urn:causeway:offer' });
  return policy;
}

function offerId(dataset: string, policy: JsonObject): string {
  const digest = createHash('sha256').update(canonicalJson(policy)).digest('hex');
  return `${dataset}:offer-${digest.slice(0, 32)}`;
}
