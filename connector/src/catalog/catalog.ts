import type { Clock, Page } from '@causeway/platform';
import { dspContext, extension, formats } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import { transferFacts } from '../facts/table.js';
import { descriptionOf } from '../inspect/summary.js';
import type { Dataset, JsonObject, Offer } from '../model.js';
import type { FactsFor } from '../ports.js';
import type { Records } from '../records.js';
import { type Viewer, visibleOffers } from './visibility.js';

/** Datasets looked at for one page, seen or not: what a caller may not see costs a bounded time. */
const lookedAt = 1_000;
const mostPerPage = 200;

export interface CatalogOptions {
  readonly records: Records;
  /** Our id. */
  readonly self: string;
  /** Our DSP base URL. */
  readonly dspBase: () => string;
  readonly clock: Clock;
  /** What is attested of a caller; nothing unless given. */
  readonly factsFor?: FactsFor;
}

/** What a caller may see of our datasets (Dataspace Protocol 2025-1, Catalog Protocol). */
export class CatalogService {
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /**
   * One page of the catalog, in the order of ids.
   *
   * @throws PlatformError CURSOR_INVALID
   */
  async page(
    caller: string,
    options: { readonly cursor?: string; readonly limit?: number } = {},
  ): Promise<{ catalog: JsonObject; next?: string }> {
    const limit = Math.min(options.limit ?? 50, mostPerPage);
    const viewer = await this.#viewer(caller);
    const found: JsonObject[] = [];
    let cursor = options.cursor;
    for (let looked = 0; looked < lookedAt && found.length < limit; ) {
      const page: Page<{ readonly value: Dataset }> = await this.#options.records.datasets.page({
        limit: limit - found.length,
        ...(cursor === undefined ? {} : { cursor }),
      });
      looked += page.items.length;
      cursor = page.next;
      for (const { value } of page.items) {
        const shown = this.#show(value, viewer);
        if (shown !== undefined) found.push(shown);
      }
      if (cursor === undefined) break;
    }
    return { catalog: this.#catalog(found), ...(cursor === undefined ? {} : { next: cursor }) };
  }

  /** @throws ConnectorError NOT_FOUND for a dataset that does not exist, or not for this caller */
  async dataset(caller: string, id: string): Promise<JsonObject> {
    const stored = (await this.#options.records.datasets.get(id))?.value;
    const shown = stored && this.#show(stored, await this.#viewer(caller));
    if (shown !== undefined) return { '@context': [dspContext], ...shown };
    throw new ConnectorError('NOT_FOUND', `There is no dataset ${id} for you here.`);
  }

  async visible(id: string, caller: string): Promise<boolean> {
    const stored = (await this.#options.records.datasets.get(id))?.value;
    return stored !== undefined && visibleOffers(stored, await this.#viewer(caller)).length > 0;
  }

  #catalog(datasets: JsonObject[]): JsonObject {
    const { self } = this.#options;
    return {
      '@context': [dspContext],
      '@type': 'Catalog',
      '@id': `${self}:catalog`,
      participantId: self,
      service: [this.#service()],
      ...(datasets.length === 0 ? {} : { dataset: datasets }),
    };
  }

  #service(): JsonObject {
    return { '@type': 'DataService', '@id': `${this.#options.self}:connector`, endpointURL: this.#options.dspBase() };
  }

  async #viewer(id: string): Promise<Viewer> {
    const attested = await this.#options.factsFor?.(id, this.#options.clock.now());
    return { id, values: transferFacts({ peer: id, now: 0, attested: attested ?? { values: {} } }) };
  }

  #show(dataset: Dataset, viewer: Viewer): JsonObject | undefined {
    const offers = visibleOffers(dataset, viewer);
    return offers.length === 0 ? undefined : this.told(dataset, offers);
  }

  /** What a caller is told who may see these offers. */
  told(dataset: Dataset, offers: readonly Offer[]): JsonObject {
    return {
      '@type': 'Dataset',
      '@id': dataset.id,
      ...described(dataset),
      hasPolicy: offers.map(({ policy }) => policy),
      distribution: formats.map((format) => ({
        '@type': 'Distribution',
        format,
        'dcat:mediaType': dataset.mediaType,
        'dcat:byteSize': { '@value': String(dataset.source.bytes), '@type': 'xsd:nonNegativeInteger' },
        accessService: this.#service(),
      })),
    };
  }
}

function described(dataset: Dataset): JsonObject {
  const description = descriptionOf(dataset);
  const titles = (['zh', 'en'] as const).flatMap((language) => {
    const title = dataset.title[language];
    return title === undefined ? [] : [{ '@value': title, '@language': language }];
  });
  return {
    ...(titles.length === 0 ? {} : { 'dct:title': titles }),
    ...(description === undefined ? {} : { 'dct:description': description }),
    ...(dataset.keywords.length === 0 ? {} : { 'dcat:keyword': [...dataset.keywords] }),
    ...(dataset.category === undefined ? {} : { 'dcat:theme': dataset.category }),
    [extension.version]: dataset.source.version,
  };
}
