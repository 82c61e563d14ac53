import { isAbsolute } from 'node:path';
import type { CatalogService } from '../catalog/catalog.js';
import type { PeerCatalog } from '../catalog/peer-catalog.js';
import type { DatasetChange, Publication } from '../catalog/publication.js';
import type { Previewed, Publisher } from '../catalog/publish.js';
import { facetNames } from '../discovery/broker-tally.js';
import { entryOf } from '../discovery/listed.js';
import { ConnectorError } from '../errors.js';
import { describeFile } from '../exchange/file-source.js';
import { filesIn, isFolder } from '../inspect/folder.js';
import { inspect } from '../inspect/inspect.js';
import type { Dataset } from '../model.js';
import { countInForce } from '../negotiation/agreements-of.js';
import type { Discovery, DiscoveryPage } from '../ports.js';
import type { Records } from '../records.js';
import { trimSlashes } from '../trim-slashes.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';
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
const readChange = bodyReader<DatasetChange>('DatasetChange');
const readInspection = bodyReader<{ readonly path: string }>('InspectionRequest');
const readCatalogRequest = bodyReader<{ readonly provider: string; readonly address?: string; readonly next?: string }>(
  'CatalogRequest',
);
const previewQuery = { preview: 'true: answers what would come of it, and changes nothing' } as const;
const localName = /^[A-Za-z0-9._-]{1,100}$/;

/** Datasets of our own, catalogs of peers, and what the broker finds. */
export function datasetOperations(context: DatasetContext): Operation[] {
  const { records, publisher, catalog, peers, discovery } = context;
  const need = async (name: string): Promise<Dataset> => {
    const found = (await records.datasets.get(publisher.id(name)))?.value;
    if (found) return found;
    throw new ConnectorError('NOT_FOUND', `There is no dataset ${publisher.id(name)}.`);
  };
  const view = async (dataset: Dataset): Promise<object> => ({
    ...datasetView(dataset),
    agreements: await countInForce(records, dataset.id),
  });
  const previewed = async ({ dataset, sample }: Previewed): Promise<object> => ({
    ...(await view(dataset)),
    sample,
    shown: {
      catalog: catalog.told(dataset, dataset.offers),
      ...(dataset.listed ? { entry: entryOf(dataset) } : {}),
    },
  });
  return [
    {
      method: 'put',
      path: '/datasets/{name}',
      id: 'publishDataset',
      summary: 'Publishes a file; under a name that is taken, a new version of it',
      query: previewQuery,
      body: 'Publication',
      answer: 'Dataset',
      async handle({ params: { name = '' }, query, body }) {
        if (!localName.test(name)) {
          throw new ConnectorError('REQUEST_INVALID', `Expected a name of letters, digits, . _ and -; got ${name}.`);
        }
        const publication = readPublication(body);
        if (isPreview(query)) return ok(await previewed(await publisher.preview(name, publication)));
        return ok(await view(await publisher.publish(name, publication)));
      },
    },
    {
      method: 'patch',
      path: '/datasets/{name}',
      id: 'changeDataset',
      summary: 'Changes a dataset: what is not given stays; agreements that exist stand, and give the new version',
      query: previewQuery,
      body: 'DatasetChange',
      answer: 'Dataset',
      async handle({ params: { name = '' }, query, body }) {
        const change = readChange(body);
        if (isPreview(query)) return ok(await previewed(await publisher.preview(name, change, 'change')));
        return ok(await view(await publisher.change(name, change)));
      },
    },
    {
      method: 'post',
      path: '/inspections',
      id: 'inspect',
      summary: 'Looks at a file as publication would, or lists the files of a folder; nothing is kept of it',
      body: 'InspectionRequest',
      answer: 'Inspection',
      handle: async ({ body, signal }) => ok(await inspection(readInspection(body).path, signal)),
    },
    {
      method: 'get',
      path: '/datasets',
      id: 'listDatasets',
      summary: 'Lists the datasets of this connector',
      query: pageQuery,
      answer: 'DatasetPage',
      handle: async ({ query }) =>
        pageReply(await records.datasets.page(pageOptions(query)), ({ value }) => view(value)),
    },
    {
      method: 'get',
      path: '/datasets/{name}',
      id: 'getDataset',
      summary: 'Shows a dataset of this connector',
      answer: 'Dataset',
      handle: async ({ params: { name = '' } }) => ok(await view(await need(name))),
    },
    {
      method: 'delete',
      path: '/datasets/{name}',
      id: 'withdrawDataset',
      summary: 'Offers a dataset to nobody any more; agreements that exist stand',
      query: { reason: 'Why; kept with the dataset, told to nobody' },
      answer: 'Dataset',
      async handle({ params: { name = '' }, query: { reason } }) {
        if (reason !== undefined && reason.length > 1_000) {
          throw new ConnectorError('REQUEST_INVALID', 'Expected a reason of at most 1000 characters.');
        }
        return ok(await view(await publisher.withdraw(name, reason)));
      },
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

function isPreview({ preview }: Readonly<Record<string, string>>): boolean {
  return preview === 'true';
}

async function inspection(path: string, signal: AbortSignal): Promise<object> {
  if (!isAbsolute(path)) throw new ConnectorError('REQUEST_INVALID', `Expected an absolute path, got ${path}.`);
  if (await isFolder(path)) return { kind: 'folder', path, ...(await filesIn(path)) };
  const source = await describeFile(path);
  const { bytes, version } = source;
  return { kind: 'file', path, bytes, version, ...(await inspect(source, signal)) };
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
