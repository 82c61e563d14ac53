import type { CatalogService } from '../catalog/catalog.js';
import type { PeerCatalog } from '../catalog/peer-catalog.js';
import type { Publication, Publisher } from '../catalog/publish.js';
import { facetNames } from '../discovery/broker-tally.js';
import { ConnectorError } from '../errors.js';
import type { Dataset } from '../model.js';
import type { Discovery, DiscoveryPage } from '../ports.js';
import type { Records } from '../records.js';
import { trimSlashes } from '../trim-slashes.js';
import { type Operation, ok, pageOptions, pageQuery } from './operation.js';
import { bodyReader } from './read-body.js';
import { datasetView } from './views.js';

export interface DatasetContext {
  readonly records: Records;
  readonly publisher: Publisher;
  readonly catalog: CatalogService;
  readonly peers: PeerCatalog;
  readonly discovery: Discovery;
}

const readPublication = bodyReader<Publication>('Publication');
const readCatalogRequest = bodyReader<{ readonly provider: string; readonly address?: string; readonly next?: string }>(
  'CatalogRequest',
);
const localName = /^[A-Za-z0-9._-]{1,100}$/;

/** Datasets of our own, catalogs of peers, and what the broker finds. */
export function datasetOperations(context: DatasetContext): Operation[] {
  const { records, publisher, peers, discovery } = context;
  const need = async (name: string): Promise<Dataset> => {
    const found = (await records.datasets.get(publisher.id(name)))?.value;
    if (found) return found;
    throw new ConnectorError('NOT_FOUND', `There is no dataset ${publisher.id(name)}.`);
  };
  return [
    {
      method: 'put',
      path: '/datasets/{name}',
      id: 'publishDataset',
      summary: 'Publishes a file; under a name that is taken, a new version of it',
      body: 'Publication',
      answer: 'Dataset',
      async handle({ params: { name = '' }, body }) {
        if (!localName.test(name)) {
          throw new ConnectorError('REQUEST_INVALID', `Expected a name of letters, digits, . _ and -; got ${name}.`);
        }
        return ok(datasetView(await publisher.publish(name, readPublication(body))));
      },
    },
    {
      method: 'get',
      path: '/datasets',
      id: 'listDatasets',
      summary: 'Lists the datasets of this connector',
      query: pageQuery,
      answer: 'DatasetPage',
      async handle({ query }) {
        const { items, next } = await records.datasets.page(pageOptions(query));
        return ok({ items: items.map(({ value }) => datasetView(value)), ...(next === undefined ? {} : { next }) });
      },
    },
    {
      method: 'get',
      path: '/datasets/{name}',
      id: 'getDataset',
      summary: 'Shows a dataset of this connector',
      answer: 'Dataset',
      handle: async ({ params: { name = '' } }) => ok(datasetView(await need(name))),
    },
    {
      method: 'delete',
      path: '/datasets/{name}',
      id: 'withdrawDataset',
      summary: 'Offers a dataset to nobody any more; agreements that exist stand',
      answer: 'Dataset',
      handle: async ({ params: { name = '' } }) => ok(datasetView(await publisher.withdraw(name))),
    },
    {
      method: 'post',
      path: '/catalog-requests',
      id: 'requestCatalog',
      summary: 'Asks another participant for its catalog, as far as we may see it',
      body: 'CatalogRequest',
      answer: 'CatalogPage',
      async handle({ body }) {
        const { provider, address, next } = readCatalogRequest(body);
        const base = address === undefined ? await discovery.address(provider) : trimSlashes(address);
        return ok(await peers.page(provider, base, next));
      },
    },
    {
      method: 'get',
      path: '/search',
      id: 'search',
      summary: 'Searches the data space through the broker; every hit is proven by its publisher',
      query: {
        q: 'Words, all of which must be found',
        publisher: 'Only of this participant',
        category: 'Only of this category',
        classification: 'Only of this level',
        format: 'Only of this media type, or subtype such as csv',
        region: 'Only of this region',
        ...pageQuery,
      },
      answer: 'SearchPage',
      async handle({ query }) {
        const { cursor, limit } = pageOptions(query);
        const facets = facetNames.flatMap((name) => {
          const value = query[name];
          return value === undefined ? [] : [[name, [value]] as const];
        });
        const search = { query: query['q'] ?? '', facets: Object.fromEntries(facets), limit: Math.min(limit, 100) };
        return ok(pageView(await discovery.search({ ...search, ...(cursor === undefined ? {} : { cursor }) })));
      },
    },
    {
      method: 'get',
      path: '/resolve',
      id: 'resolveDataset',
      summary: 'Finds one dataset by its identifier through the broker',
      query: { id: 'Identifier of the dataset' },
      answer: 'SearchPage',
      handle: async ({ query }) => ok(pageView(await discovery.resolve(query['id'] ?? ''))),
    },
  ];
}

function pageView({ hits, dropped, next, tally }: DiscoveryPage): object {
  return {
    hits,
    dropped: dropped.map(({ reason, ...about }) => ({
      ...about,
      reason: reason.code,
      detail: reason.en,
      zh: reason.zh,
    })),
    ...(next === undefined ? {} : { next }),
    ...(tally === undefined ? {} : { tally }),
  };
}
