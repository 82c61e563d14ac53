import type { Service } from '@causeway/platform';
import { Broker } from '@causeway/proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSpace, type Publisher, register, type Space } from '../testing/fixture.js';
import { partNumber, toldOf } from '../testing/supply-chain.js';

// 1,000 descriptions of several publishers, through the real broker; bench/search.mjs asks the same of 10,000.
const [each, names] = [250, ['oem', 'hydraulics', 'castings', 'fasteners']];

let space: Space;
let service: Service;
let publishers: Publisher[];

beforeAll(async () => {
  space = await openSpace();
  service = await space.start();
  publishers = await Promise.all(names.map((name) => space.publisher(name)));
  for (const [place, publisher] of publishers.entries()) {
    await register(space.channel(service, publisher.identity), publisher, toldOf(place * each, each));
  }
});

afterAll(() => space[Symbol.asyncDispose]());

async function search(query: string, facets: Readonly<Record<string, string>> = {}, cursor = '') {
  const [asking] = publishers;
  if (!asking) throw new Error('publishers were made');
  const wanted = Object.entries(facets).map(([name, value]) => ({ name, values: [value] }));
  const channel = space.channel(service, asking.identity);
  const { hits, tally, next } = await channel.unary(Broker.search, { query, facets: wanted, cursor });
  const entries = hits.map(({ entry }) => JSON.parse(Buffer.from(entry ?? []).toString()));
  return { entries, tally, next };
}

it.each(['动臂', '斗齿', '油缸'])('finds the datasets of %s on the first page, by their names', async (word) => {
  const { entries, tally, next } = await search(word);
  expect(entries).toHaveLength(20);
  for (const { title } of entries) expect(title.zh).toContain(word);
  // It stands in many descriptions as well: parts that go with it come later.
  expect(tally?.found).toBeGreaterThan(entries.length);
  expect(next).not.toBe('');
});

it('finds exactly the datasets of a part number, whatever its case and width', async () => {
  const number = partNumber(42, 1);
  const { entries, tally } = await search(number);
  expect(entries.length).toBeGreaterThan(3);
  for (const { title } of entries) expect(title.zh).toContain(number);
  expect(tally?.found).toBe(entries.length);
  expect((await search(number.toLowerCase().replace(/-/g, '－'))).entries).toEqual(entries);
  expect((await search(number.slice(0, -3))).entries).toEqual([]);
});

it('narrows down by what it counted, to that count, and pages through all of it', async () => {
  const { tally } = await search('斗齿');
  for (const { name = '', values } of tally?.facets ?? []) {
    for (const { value = '', count } of values ?? []) {
      const narrowed = await search('斗齿', { [name ?? '']: value ?? '' });
      expect(narrowed.tally?.found).toBe(count);
    }
  }
  const seen = new Set<string>();
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { entries, next } = await search('斗齿', {}, cursor);
    for (const { id } of entries) seen.add(id);
    cursor = next === '' ? undefined : next;
  }
  expect(seen.size).toBe(tally?.found);
});
