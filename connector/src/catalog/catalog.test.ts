import { silentLogger } from '@causeway/platform';
import { ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attestedFacts } from '../facts/table.js';
import type { Dataset, JsonObject } from '../model.js';
import { openRecords, type Records } from '../records.js';
import { CatalogService } from './catalog.js';
import { changesKept } from './draft.js';
import { CatalogLedger } from './ledger.js';
import { readOffer } from './offer-input.js';
import { rebuildIndex } from './rebuild.js';

const self = 'urn:causeway:p';
const callers = ['urn:causeway:a', 'urn:causeway:b', 'urn:causeway:c'] as const;
type Caller = (typeof callers)[number];
interface Attributes {
  readonly role: string;
  readonly country: string;
}

/** What an offer is for, in words of the test: its oracle evaluates no policy. */
interface For {
  readonly names?: readonly string[];
  readonly roles?: readonly string[];
  readonly places?: readonly string[];
}

const crowd = Array.from({ length: 30 }, (_one, at) => `urn:causeway:crowd${at}`);
const kinds: readonly For[] = [
  {},
  { names: ['urn:causeway:a'] },
  { names: ['urn:causeway:a', 'urn:causeway:b'] },
  { names: [...crowd, 'urn:causeway:c'] },
  { roles: ['buyer'] },
  { roles: ['buyer', 'maker'] },
  { places: ['CN'] },
  { roles: ['maker'], places: ['CN'] },
  { names: ['urn:causeway:b', 'urn:causeway:c'], roles: ['maker'] },
];

function mayBeSeen({ names, roles, places }: For, caller: string, { role, country }: Attributes): boolean {
  return (
    (names === undefined || names.includes(caller)) &&
    (roles === undefined || roles.includes(role)) &&
    (places === undefined || places.includes(country))
  );
}

interface Published {
  readonly title: string;
  /** Kinds in rising order, each with what else stands in its offer. */
  readonly offers: readonly (readonly [kind: number, count: number])[];
}

function datasetOf(name: string, { title, offers }: Published): Dataset {
  const id = `${self}:${name}`;
  return {
    ...{ id, title: { en: title }, keywords: [], mediaType: 'text/csv', listed: false, created: 0, updated: 0 },
    source: { kind: 'file', path: '/secret', version: `sha-256:${'0'.repeat(64)}`, bytes: 1, stamp: '' },
    offers: offers.flatMap(([kind, count]) => {
      const { names = ['*'], roles, places } = kinds[kind] ?? {};
      const more = { ...(roles === undefined ? {} : { roles }), ...(places === undefined ? {} : { places }) };
      const terms = { assignees: [...names], count, ...more };
      return readOffer({ dataset: id, provider: self }, { terms }, '') ?? [];
    }),
  };
}

const clock = new ManualClock();
let temporary: TemporaryStore;
let records: Records;
let ledger: CatalogLedger;
let catalog: CatalogService;
let attributes: Map<string, Attributes>;

const open = async () => {
  records = openRecords(temporary.store);
  await rebuildIndex(temporary.store, records, silentLogger);
  ledger = new CatalogLedger(temporary.store, records);
  attributes = new Map();
  catalog = new CatalogService({
    ...{ store: temporary.store, records, self, dspBase: () => 'https://p.example/dsp', clock },
    factsFor: async (id) => ({ values: attestedFacts({ ...attributes.get(id) }) }),
  });
};
beforeEach(async () => {
  temporary = await temporaryStore();
  await open();
});
afterEach(() => temporary[Symbol.asyncDispose]());

const datasetsIn = (page: JsonObject | undefined): JsonObject[] => (page?.['dataset'] ?? []) as JsonObject[];
const publish = (name: string, published: Published) =>
  ledger.change(`${self}:${name}`, () => datasetOf(name, published));
const withdraw = (name: string) =>
  ledger.change(`${self}:${name}`, (before) => ({ ...(before ?? datasetOf(name, nothing)), withdrawn: 1 }));
const nothing: Published = { title: '', offers: [] };

/** Everything that a caller is shown, with the entity tag and the revision that it then holds. */
async function crawl(caller: string, limit: number, since?: string) {
  const pages: JsonObject[] = [];
  let [etag, held, incremental] = ['', '', true];
  let next: { cursor?: string; since?: string } | undefined = since === undefined ? {} : { since };
  while (next !== undefined) {
    const page: Awaited<ReturnType<CatalogService['page']>> = await catalog.page(caller, { ...next, limit });
    pages.push(page.catalog ?? {});
    etag ||= page.etag;
    held = page.held ?? held;
    incremental &&= 'urn:causeway:v1:since' in (page.catalog ?? {});
    next = page.next;
  }
  const withdrawn = pages.flatMap((page) => (page['urn:causeway:v1:withdrawn'] ?? []) as string[]);
  return { datasets: pages.flatMap(datasetsIn), withdrawn, etag, held, incremental };
}

type Step =
  | { readonly publish: string; readonly as: Published }
  | { readonly withdraw: string }
  | { readonly recount: string }
  | { readonly caller: Caller; readonly is: Attributes };
const name = fc.constantFrom('d0', 'd1', 'd2', 'd3', 'd4', 'd5');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      publish: name,
      as: fc.record({
        title: fc.constantFrom('one', 'two'),
        offers: fc
          .uniqueArray(fc.tuple(fc.nat(kinds.length - 1), fc.integer({ min: 1, max: 2 })), {
            selector: ([kind]) => kind,
            maxLength: 3,
          })
          .map((all) => all.sort(([a], [b]) => a - b)),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ withdraw: name }) },
  { weight: 2, arbitrary: fc.record({ recount: name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      caller: fc.constantFrom(...callers),
      is: fc.record({
        role: fc.constantFrom('buyer', 'maker', 'auditor'),
        country: fc.constantFrom('CN', 'DE'),
      }),
    }),
  },
);

test('property: whatever changes, each caller is shown what it may see, and told so when that changes and only then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        await using fresh = await temporaryStore();
        const outer = temporary;
        temporary = fresh;
        await open();
        const model = new Map<string, Published>();
        const mirrors = new Map(
          callers.map((caller) => [
            caller,
            { held: '', etag: '', content: '', all: new Map<string, string>(), ever: new Set<unknown>() },
          ]),
        );
        const contents = new Map<string, string>();
        for (const [at, one] of steps.entries()) {
          if ('publish' in one) {
            await publish(one.publish, one.as);
            model.set(one.publish, one.as);
          } else if ('recount' in one) {
            // The same title for the same callers, under other terms.
            const { title, offers } = model.get(one.recount) ?? nothing;
            const as: Published = { title, offers: offers.map(([kind, count]) => [kind, 3 - count]) };
            await publish(one.recount, as);
            model.set(one.recount, as);
          } else if ('withdraw' in one) {
            await withdraw(one.withdraw);
            model.set(one.withdraw, nothing);
          } else attributes.set(one.caller, one.is);
          for (const caller of callers) {
            const known = attributes.get(caller) ?? { role: '', country: '' };
            const expected = [...model]
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .flatMap(([local, published]) => {
                const counts = published.offers.filter(([kind]) => mayBeSeen(kinds[kind] ?? {}, caller, known));
                return counts.length === 0
                  ? []
                  : [`${self}:${local} ${published.title} ${counts.map(([, count]) => count)}`];
              });
            const full = await crawl(caller, limit);
            expect(full.datasets.map(inWords)).toEqual(expected);
            for (const local of model.keys()) {
              const id = `${self}:${local}`;
              const seen = full.datasets.find((dataset) => dataset['@id'] === id);
              expect(await catalog.visible(id, caller)).toBe(seen !== undefined);
              if (seen) expect(await catalog.dataset(caller, id)).toMatchObject(seen);
              else await expect(catalog.dataset(caller, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
            }

            const mirror = mirrors.get(caller);
            if (mirror === undefined) continue;
            const content = JSON.stringify(full.datasets);
            for (const dataset of full.datasets) mirror.ever.add(dataset['@id']);
            expect(full.etag === mirror.etag).toBe(content === mirror.content && mirror.etag !== '');
            expect(contents.get(`${caller} ${full.etag}`) ?? content).toBe(content);
            contents.set(`${caller} ${full.etag}`, content);
            const unless = (etag: string): boolean => etag === mirror.etag;
            expect('catalog' in (await catalog.page(caller, { unless }))).toBe(full.etag !== mirror.etag);
            [mirror.etag, mirror.content] = [full.etag, content];

            // Some look less often than others.
            if (at % (1 + callers.indexOf(caller)) !== 0) continue;
            const news = mirror.held === '' ? full : await crawl(caller, limit, mirror.held);
            if (!news.incremental) mirror.all.clear();
            for (const gone of news.withdrawn) {
              // Nobody is told of what it never could see; of what came and went between two pages, perhaps.
              expect(mirror.ever).toContain(gone);
              mirror.all.delete(gone);
            }
            for (const dataset of news.datasets) mirror.all.set(String(dataset['@id']), JSON.stringify(dataset));
            mirror.held = news.held;
            expect([...mirror.all.values()].sort()).toEqual(
              full.datasets.map((dataset) => JSON.stringify(dataset)).sort(),
            );
            expect(await crawl(caller, limit, mirror.held)).toMatchObject({
              datasets: [],
              withdrawn: [],
              incremental: true,
            });
          }
        }
        temporary = outer;
      },
    ),
    { numRuns: 15 },
  );
});

function inWords(dataset: JsonObject): string {
  const [title] = dataset['dct:title'] as JsonObject[];
  const counts = JSON.stringify(dataset['hasPolicy']).matchAll(/"odrl:count"[^}]*?"@value":"(\d+)"/g);
  return `${dataset['@id']} ${title?.['@value']} ${[...counts].map(([, count]) => count)}`;
}

describe('where many accesses show a caller something', () => {
  test('datasets are looked at one by one, so many for one request', async () => {
    const mine: Attributes = { role: 'buyer', country: 'CN' };
    attributes.set('urn:causeway:a', mine);
    const terms = (other: string) => ({ assignees: ['*'], roles: [other, 'buyer'] });
    const numbers = Array.from({ length: 501 }, (_one, at) => String(at).padStart(4, '0'));
    const make = (at: string): Dataset => ({
      ...datasetOf(at, nothing),
      offers: [readOffer({ dataset: `${self}:${at}`, provider: self }, { terms: terms(`r${at}`) }, '')].flatMap(
        (offer) => offer ?? [],
      ),
    });
    await Promise.all(numbers.map((at) => ledger.change(`${self}:${at}`, () => make(at))));
    const ids = numbers.map((at) => `${self}:${at}`);
    const { datasets, etag } = await crawl('urn:causeway:a', 100);
    expect(datasets.map((dataset) => dataset['@id'])).toEqual(ids);
    await withdraw('0100');
    const fewer = await crawl('urn:causeway:a', 100);
    expect(fewer.datasets).toHaveLength(500);
    expect(fewer.etag).not.toBe(etag);
    expect((await crawl('urn:causeway:b', 200)).datasets).toEqual([]);
  });
});

describe('changes made at the same time', () => {
  test('are all made, in the order in which they were asked for', async () => {
    const { held } = await crawl('urn:causeway:a', 50);
    const published = (count: number): Published => ({ title: 'one', offers: [[0, count]] });
    const asked = Array.from({ length: 250 }, (_one, at) => publish(`d${at % 50}`, published(1 + Math.floor(at / 50))));
    await Promise.all(asked);
    const { datasets } = await crawl('urn:causeway:a', 200);
    expect(datasets).toHaveLength(50);
    expect(new Set(datasets.map((dataset) => inWords(dataset).split(' ').at(-1)))).toEqual(new Set(['5']));
    const news = await crawl('urn:causeway:a', 7, held);
    expect([news.incremental, new Set(news.datasets.map((dataset) => dataset['@id'])).size]).toEqual([true, 50]);
  });

  test('cannot give one offer to two datasets, and one that fails takes no other with it', async () => {
    const own = (local: string) => (): Dataset => {
      const id = `${self}:${local}`;
      const policy = { '@type': 'Offer', '@id': 'urn:o', permission: [{ action: 'use' }] };
      return {
        ...datasetOf(local, nothing),
        offers: [readOffer({ dataset: id, provider: self }, { policy }, '')].flatMap((one) => one ?? []),
      };
    };
    const made = await Promise.allSettled([
      ledger.change(`${self}:d0`, own('d0')),
      ledger.change(`${self}:d1`, own('d1')),
      publish('d2', { title: 'one', offers: [[0, 1]] }),
    ]);
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(made[1]).toMatchObject({ reason: { code: 'REQUEST_INVALID' } });
    expect(await catalog.visible(`${self}:d1`, 'urn:causeway:a')).toBe(false);
    await publish('d0', nothing);
    await expect(ledger.change(`${self}:d1`, own('d1'))).resolves.toMatchObject({ offers: [{ id: 'urn:o' }] });
  });
});

test('a cursor stays good when the dataset that it is of goes, and when others come before and after it', async () => {
  const all: Published = { title: 'one', offers: [[0, 1]] };
  for (const local of ['d1', 'd3', 'd5', 'd7']) await publish(local, all);
  const first = await catalog.page('urn:causeway:a', { limit: 2 });
  await withdraw('d3');
  for (const local of ['d0', 'd4']) await publish(local, all);
  const { catalog: second } = await catalog.page('urn:causeway:a', { limit: 9, ...first.next });
  expect(datasetsIn(second).map((dataset) => dataset['@id'])).toEqual(
    ['d4', 'd5', 'd7'].map((local) => `${self}:${local}`),
  );
});

test('a dataset that goes from one access to another while a page is read is not left out of it', async () => {
  const others = (kind: number): Published => ({ title: 'one', offers: [[kind, 1]] });
  await publish('d0', others(0));
  await publish('d1', others(1));
  let scans = 0;
  const moving = new CatalogService({
    ...{ records, self, dspBase: () => 'https://p.example/dsp', clock },
    store: {
      scan: async (range) => {
        // It leaves the second prefix for the first, which has been read.
        if (++scans === 2) await publish('d1', others(0));
        return temporary.store.scan(range);
      },
    },
  });
  expect(datasetsIn((await moving.page('urn:causeway:a')).catalog)).toHaveLength(2);
});

test('the last changes are kept; who has missed more is given the catalog, and told so', async () => {
  await publish('d0', { title: 'one', offers: [[0, 1]] });
  const { held } = await crawl('urn:causeway:a', 50);
  const [revision, tag] = [changesKept + 1, held.slice(0, 32)];
  const { catalogHead, catalogChanges } = records;
  // As if so many changes had come after it.
  const [known] = [await catalogChanges.get(2)];
  if (known === undefined) throw new Error('expected the change');
  await temporary.store.commit({
    writes: [
      catalogHead.put(['head'], { revision, tag: 'f'.repeat(32) }),
      catalogChanges.put([revision], { ...known.value, tag: 'f'.repeat(32), touched: [] }),
    ],
  });
  expect((await crawl('urn:causeway:a', 50, held)).incremental).toBe(true);
  await publish('d1', { title: 'one', offers: [[0, 1]] });
  expect(await catalogChanges.get(2)).toBeUndefined();
  expect(await records.catalogTags.get(tag)).toBeUndefined();
  const late = await crawl('urn:causeway:a', 50, held);
  expect([late.incremental, late.datasets.length]).toEqual([false, 2]);
});

test('a store that was set back and went on differently knows no revision of what it has lost', async () => {
  await publish('d0', { title: 'one', offers: [[0, 1]] });
  const lost = await crawl('urn:causeway:a', 50);
  await temporary[Symbol.asyncDispose]();
  temporary = await temporaryStore();
  await open();
  await publish('d0', { title: 'two', offers: [[0, 1]] });
  expect((await crawl('urn:causeway:a', 50)).etag).not.toBe(lost.etag);
  expect(await crawl('urn:causeway:a', 50, lost.held)).toMatchObject({ incremental: false });
});

test.each([['x'], ['!!'], [''.padEnd(3_000, 'A')], [Buffer.from('no key').toString('base64url')]])(
  'a cursor that no page gave out is refused: %s',
  async (cursor) => {
    await publish('d0', { title: 'one', offers: [[0, 1]] });
    await expect(catalog.page('urn:causeway:a', { cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  },
);
