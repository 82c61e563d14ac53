import { isAbsolute } from 'node:path';
import type { Clock, Store, Write } from '@causeway/platform';
import { listingFlaw } from '../discovery/listed.js';
import { ConnectorError } from '../errors.js';
import type { ConnectorEvents } from '../events.js';
import { describeFile } from '../exchange/file-source.js';
import type { Dataset } from '../model.js';
import { classificationOf } from '../negotiation/terms.js';
import type { Records } from '../records.js';
import { type OfferInput, readOffer } from './offer-input.js';

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
  readonly domain?: NonNullable<Dataset['domain']>;
  readonly mediaType?: string;
  readonly listed?: boolean;
  readonly offers?: readonly OfferInput[];
}

export interface PublisherOptions {
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly events: ConnectorEvents;
  readonly self: string;
  /** Told after what we list has changed. */
  readonly changed: () => void;
}

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
   * @throws ConnectorError POLICY_INVALID with the path in the policy (what nobody enforces, or is below the floor of the
   * classification, included), REQUEST_INVALID with the member that the broker could
   * not be told, SOURCE_UNREADABLE, SOURCE_CHANGED
   */
  async publish(name: string, publication: Publication): Promise<Dataset> {
    const { clock, events, changed } = this.#options;
    const id = this.id(name);
    const classification = classificationOf(publication);
    const offered = {
      ...{ dataset: id, provider: this.#options.self },
      ...(classification === undefined ? {} : { classification }),
    };
    const offers = (publication.offers ?? []).flatMap(
      (input, index) => readOffer(offered, input, `/offers/${index}`) ?? [],
    );
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
      ...(publication.domain === undefined ? {} : { domain: publication.domain }),
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
