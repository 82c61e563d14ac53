import { type TestTrust, testTrust } from '@causeway/certs/testing';
import type { DatasetEntry } from '@causeway/evidence';
import { silentLogger } from '@causeway/platform';
import { ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRecords } from '../registry/records.js';
import { Registrations } from '../registry/registration.js';
import { Registry } from '../registry/registry.js';
import { Sweeper } from '../registry/sweeper.js';
import { Publisher, type Told } from '../testing/fixture.js';
import { Finder } from './finder.js';
import { readQuery, type SearchRequest } from './query.js';
import { Shown } from './shown.js';
import type { Tally } from './tally.js';

const limits = {
  lateAfter: 90_000,
  goneAfter: 600_000,
  registrationDeadline: 60_000,
  registrations: 8,
  maxEntries: 1_000,
  maxRegistrationSize: 10_000_000,
};
const names = ['a', 'a.b', 'ab', 'b', 'c-1'];
const words = ['steel', 'boom', '动臂', '斗齿', 'xg-4021-07'];
const regions = ['CN-SH', 'CN-JS', 'DE'];

let trust: TestTrust;
let temporary: TemporaryStore;
let publishers: Publisher[];
const clock = new ManualClock();

beforeAll(async () => {
  trust = await testTrust();
  temporary = await temporaryStore();
  publishers = await Promise.all(
    names.map(async (name) => new Publisher(await trust.identity(`urn:causeway:${name}`, 'participant'), clock)),
  );
});

afterAll(async () => {
  await temporary[Symbol.asyncDispose]();
});

async function broker() {
  const { authorities } = await trust.trust();
  const records = openRecords(temporary.store);
  const sweeper = new Sweeper({ records, clock, log: silentLogger, abandonedAfter: 120_000 });
  const registry = new Registry({ records, clock, authorities, admission: 'open' });
  const registrations = new Registrations({ records, registry, sweeper, clock, limits });
  return { sweeper, registrations, shown: new Shown(records, clock, limits) };
}

const entry = fc.record({
  title: fc.subarray(words).map((some) => ({ en: ['data', ...some].join(' ') })),
  keywords: fc.subarray(words),
  region: fc.constantFrom(...regions),
});
const catalogue: fc.Arbitrary<Told> = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,5}$/), entry, {
  maxKeys: 12,
});
const request: fc.Arbitrary<Omit<SearchRequest, 'cursor'>> = fc.record({
  query: fc.subarray(words, { maxLength: 2 }).map((some) => some.join(' ')),
  facets: fc
    .tuple(fc.subarray(regions), fc.subarray(names))
    .map(([region, publisher]) => [
      ...(region.length > 0 ? [{ name: 'region', values: region }] : []),
      ...(publisher.length > 0 ? [{ name: 'publisher', values: publisher.map((name) => `urn:causeway:${name}`) }] : []),
    ]),
  limit: fc.integer({ min: 1, max: 7 }),
});

const ownerOf = ({ id }: DatasetEntry) => id.slice(0, id.lastIndexOf(':'));

/** The tier in which an entry is found; undefined when it is not. A code in title or keywords is what it is about. */
function tierOf(found: DatasetEntry, { query, facets }: Omit<SearchRequest, 'cursor'>): number | undefined {
  const wanted = query.split(' ').filter((word) => word !== '');
  const title = (found.title.en ?? '').split(' ');
  const narrowed = facets.every(({ name, values }) =>
    values.includes((name === 'region' ? found.region : ownerOf(found)) ?? ''),
  );
  if (!narrowed || !wanted.every((word) => [...title, ...found.keywords].includes(word))) return undefined;
  if (wanted.length === 0) return 0;
  const named = (word: string) => title.includes(word) || word === 'xg-4021-07';
  if (query === 'xg-4021-07') return 0;
  return wanted.every(named) ? 1 : 2;
}

function tallyOf(found: readonly DatasetEntry[]): Tally {
  const count = (name: 'publisher' | 'region', values: readonly (string | undefined)[]) => ({
    name,
    values: [...new Set(values)]
      .map((value) => ({ value: value ?? '', count: values.filter((each) => each === value).length }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
  });
  const facets = [
    count('publisher', found.map(ownerOf)),
    count(
      'region',
      found.map(({ region }) => region),
    ),
  ];
  return { found: found.length, facets: facets.filter(({ values }) => values.length > 0), partial: false };
}

it('finds, page by page and in order, exactly what matches, however little it may do for one page, and counts it', async () => {
  const { sweeper, registrations, shown } = await broker();
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...names.map(() => catalogue)),
      fc.array(request, { minLength: 5, maxLength: 5 }),
      fc.constantFrom(1, 12, 4_000),
      async (catalogues, requests, seeks) => {
        const listed: DatasetEntry[] = [];
        for (const [index, publisher] of publishers.entries()) {
          const told = catalogues[index] ?? {};
          await registrations.register(publisher.peer, publisher.messages(told));
          listed.push(...publisher.entries(told));
        }
        const finder = new Finder(shown, { seeks });
        for (const asked of requests) {
          const expected = listed.filter((candidate) => tierOf(candidate, asked) !== undefined);
          const ranked = expected.toSorted(
            (a, b) => (tierOf(a, asked) ?? 0) - (tierOf(b, asked) ?? 0) || byPublisher(a, b),
          );
          const found: string[] = [];
          let cursor = '';
          do {
            const page = await finder.search(readQuery({ ...asked, cursor }));
            expect(page.hits.length).toBeLessThanOrEqual(asked.limit);
            found.push(...page.hits.map((hit) => JSON.parse(Buffer.from(hit.entry).toString()).id));
            expect(page.next).not.toBe(cursor);
            if (cursor !== '') expect(page.tally).toBeUndefined();
            else if (seeks === 4_000) expect(page.tally).toEqual(tallyOf(expected));
            else expect(page.tally?.partial === true || page.tally?.found === expected.length).toBe(true);
            cursor = page.next ?? '';
          } while (cursor !== '');
          expect(found).toEqual(ranked.map(({ id }) => id));
        }
      },
    ),
    { numRuns: 25 },
  );
  await sweeper.close();
});

function byPublisher(a: DatasetEntry, b: DatasetEntry): number {
  if (ownerOf(a) !== ownerOf(b)) return ownerOf(a) < ownerOf(b) ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

it('shows what is called so before what is named after it, and that before what mentions it', async () => {
  const { sweeper, registrations, shown } = await broker();
  const [acme, ...others] = publishers;
  if (!acme) throw new Error('publishers were made');
  for (const other of others) await registrations.register(other.peer, other.messages({}));
  const told: Told = {
    a: { title: { zh: '挖掘机' }, description: '含动臂、XG-4021-07 等' },
    b: { title: { zh: '挖掘机动臂总成' }, keywords: ['XG-4021-07'] },
    c: { title: { zh: '动臂' } },
    d: { title: { zh: '斗齿 XG-4021-07.csv' } },
    'xg-4021-07': {},
  };
  await registrations.register(acme.peer, acme.messages(told));
  const finder = new Finder(shown);
  const found = async (query: string) => {
    const { hits } = await finder.search(readQuery({ query, facets: [], limit: 0, cursor: '' }));
    return hits.map((hit) => JSON.parse(Buffer.from(hit.entry).toString()).id.split(':').at(-1));
  };
  expect(await found('动臂')).toEqual(['c', 'b', 'a']);
  expect(await found('ＸＧ－４０２１－０７')).toEqual(['b', 'd', 'xg-4021-07', 'a']);
  expect(await found('斗齿 XG-4021-07')).toEqual(['d']);
  expect(await found('臂')).toEqual(['b', 'c', 'a']);
  await sweeper.close();
});
