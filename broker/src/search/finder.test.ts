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

const entry = fc.record({ keywords: fc.subarray(words), region: fc.constantFrom(...regions) });
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

function matches(candidate: DatasetEntry, { query, facets }: Omit<SearchRequest, 'cursor'>): boolean {
  const wanted = query.split(' ').filter((word) => word !== '');
  const publisher = candidate.id.slice(0, candidate.id.lastIndexOf(':'));
  return (
    wanted.every((word) => candidate.keywords.includes(word)) &&
    facets.every(({ name, values }) => values.includes((name === 'region' ? candidate.region : publisher) ?? ''))
  );
}

it('finds, page by page and in order, exactly what matches, however little it may do for one page', async () => {
  const { authorities } = await trust.trust();
  const records = openRecords(temporary.store);
  const sweeper = new Sweeper({ records, clock, log: silentLogger, abandonedAfter: 120_000 });
  const registry = new Registry({ records, clock, authorities });
  const registrations = new Registrations({ records, registry, sweeper, clock, limits });
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
        const finder = new Finder({ records, clock, limits, seeks });
        for (const asked of requests) {
          const expected = listed.filter((candidate) => matches(candidate, asked)).map(({ id }) => id);
          const found: string[] = [];
          let cursor = '';
          do {
            const page = await finder.search(readQuery({ ...asked, cursor }));
            expect(page.hits.length).toBeLessThanOrEqual(asked.limit);
            found.push(...page.hits.map((hit) => JSON.parse(Buffer.from(hit.entry).toString()).id));
            expect(page.next).not.toBe(cursor);
            cursor = page.next ?? '';
          } while (cursor !== '');
          expect(found).toEqual(expected.sort(byPublisher));
        }
      },
    ),
    { numRuns: 25 },
  );
  await sweeper.close();
});

function byPublisher(a: string, b: string): number {
  const [ownerA, ownerB] = [a, b].map((id) => id.slice(0, id.lastIndexOf(':')));
  if (ownerA !== ownerB) return (ownerA ?? '') < (ownerB ?? '') ? -1 : 1;
  return a < b ? -1 : 1;
}
