import { silentLogger } from '@causeway/platform';
import { ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attestedFacts } from '../facts/table.js';
import type { Dataset, JsonObject } from '../model.js';
import { openRecords, type Records } from '../records.js';
import { CatalogService } from './catalog.js';
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
          callers.map((caller) => [caller, { held: '', etag: '', content: '', all: new Map<string, string>() }]),
        );
        const contents = new Map<string, string>();
        for (const [at, one] of steps.entries()) {
          if ('publish' in one) {
            await publish(one.publish, one.as);
            model.set(one.publish, one.as);
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
            for (const gone of news.withdrawn) expect(mirror.all.delete(gone)).toBe(true);
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
