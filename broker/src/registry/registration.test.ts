import { join } from 'node:path';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { entryTree } from '@causeway/evidence';
import { keyParts, openLevelStore, type Store, silentLogger } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Finder } from '../search/finder.js';
import { readQuery } from '../search/query.js';
import { Shown } from '../search/shown.js';
import { dying } from '../testing/dying-store.js';
import { Publisher, type Told, temporaryFolder } from '../testing/fixture.js';
import { Participants } from './participants.js';
import { openRecords } from './records.js';
import { Registrations } from './registration.js';
import { Registry } from './registry.js';
import { Sweeper } from './sweeper.js';

const limits = {
  lateAfter: 90_000,
  goneAfter: 600_000,
  registrationDeadline: 60_000,
  registrations: 2,
  maxEntries: 1_000,
  maxRegistrationSize: 1_000_000,
};

let trust: TestTrust;
let acme: Publisher;
let clock: ManualClock;
let store: Store;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  trust = await testTrust();
});

beforeEach(async () => {
  clock = new ManualClock();
  acme = new Publisher(await trust.identity('urn:causeway:acme', 'participant'), clock);
  folder = await temporaryFolder();
  store = await openLevelStore({ path: join(folder.path, 'store') });
});

afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function brokerOver(over: Store) {
  const records = openRecords(over);
  const { authorities } = await trust.trust();
  const sweeper = new Sweeper({ records, clock, log: silentLogger, abandonedAfter: 120_000 });
  const registry = new Registry({ records, clock, authorities, admission: 'open' });
  const registrations = new Registrations({ records, registry, sweeper, clock, limits });
  const finder = new Finder(new Shown(records, clock, limits));
  const search = async (query = '') => {
    const page = await finder.search(readQuery({ query, facets: [], limit: 100, cursor: '' }));
    return page.hits.map(({ entry }) => JSON.parse(Buffer.from(entry).toString()));
  };
  return { records, sweeper, registry, registrations, finder, search };
}

/** Everything in the store that belongs to some generation, by generation. */
async function generationsIn(over: Store): Promise<Set<number>> {
  const { entries, proofs, columns, posted, postings, generations } = openRecords(over);
  const numbers = new Set<number>();
  for (const [collection, at] of [
    [entries, 1],
    [proofs, 1],
    [columns, 1],
    [posted, 1],
    [postings, 3],
    [generations, 1],
  ] as const) {
    for await (const { key } of collection.all()) numbers.add(Number(keyParts(key)[at]));
  }
  return numbers;
}

async function allOf<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

function told(version: string, count: number): Told {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`part-${String(n).padStart(3, '0')}`, { keywords: [version, 'steel'] }]),
  );
}

describe('a registration', () => {
  it('killed at any commit leaves the old entries or the new, whole, and can be done again', async () => {
    const outcomes = new Set<string>();
    for (let at = 0; ; at++) {
      let reached = false;
      for (const when of ['before', 'after'] as const) {
        const before = await brokerOver(store);
        await before.registrations.register(acme.peer, acme.messages(told('old', 7)));
        await before.sweeper.close();
        const doomed = await brokerOver(dying(store, at, when));
        const registering = doomed.registrations.register(acme.peer, acme.messages(told('new', 220)));
        reached =
          (await registering.then(
            () => false,
            () => true,
          )) || reached;
        await doomed.sweeper.close();

        const after = await brokerOver(store);
        const keywords = (await after.search('steel')).map((entry) => entry.keywords[0]);
        expect([7, 100]).toContain(keywords.length);
        expect(new Set(keywords).size).toBe(1);
        outcomes.add(keywords[0]);
        after.sweeper.kick();
        await after.sweeper.idle();
        await clock.advance(120_000);
        await after.sweeper.idle();
        const shown = await after.records.publishers.get(acme.id);
        expect(await generationsIn(store)).toEqual(new Set([shown?.value.generation]));
        await after.sweeper.close();
      }
      if (!reached) break;
    }
    expect(outcomes).toEqual(new Set(['old', 'new']));
  });

  it('is seen whole or not at all by those who search meanwhile', async () => {
    const broker = await brokerOver(store);
    await broker.registrations.register(acme.peer, acme.messages(told('v0', 60)));
    let done = false;
    const seen: string[][] = [];
    const reading = (async () => {
      while (!done) seen.push((await broker.search('steel')).map((entry) => entry.keywords[0]));
    })();
    for (let version = 1; version <= 10 || seen.length <= 10; version++) {
      await broker.registrations.register(acme.peer, acme.messages(told(`v${version}`, 60)));
      await clock.advance(2_000);
    }
    done = true;
    await reading;
    for (const page of seen) {
      expect(page).toHaveLength(60);
      expect(new Set(page).size).toBe(1);
    }
    await broker.sweeper.close();
  });

  it('changes nothing when any entry of it is wrong', async () => {
    const broker = await brokerOver(store);
    await broker.registrations.register(acme.peer, acme.messages(told('old', 3)));
    const good = acme.entries(told('new', 2));
    const other = Buffer.from(JSON.stringify(good[1]));
    async function* stream(parts: readonly Uint8Array[]) {
      yield { head: await acme.head(told('new', 2)) };
      for (const entry of parts) yield { entry };
    }
    const [first, second] = entryTree(acme.id, good).entries;
    if (!first || !second) throw new Error('two entries were made');
    for (const [parts, code] of [
      [[first], 'ENTRIES_REFUSED'],
      [[first, second, second], 'ENTRIES_REFUSED'],
      [[second, first], 'ENTRIES_REFUSED'],
      [[first, first], 'ENTRIES_REFUSED'],
      [[first, other], 'ENTRIES_REFUSED'],
      [[first, Buffer.from('{}')], 'ENTRIES_REFUSED'],
      [[first, Buffer.from(Buffer.from(second).toString().replace('part-001', 'part-002'))], 'ENTRIES_REFUSED'],
      [[first, Buffer.from(Buffer.from(second).toString().replace('acme', 'bolt'))], 'ENTRIES_REFUSED'],
      [[first, Buffer.alloc(20_000, 0x20)], 'ENTRIES_REFUSED'],
    ] as const) {
      await expect(broker.registrations.register(acme.peer, stream(parts))).rejects.toMatchObject({ code });
      expect((await broker.search()).map((entry) => entry.keywords[0])).toEqual(['old', 'old', 'old']);
    }
    await broker.sweeper.idle();
    const shown = await broker.records.publishers.get(acme.id);
    expect(await generationsIn(store)).toEqual(new Set([shown?.value.generation]));
    await broker.sweeper.close();
  });

  it('ends at its deadline when its stream does not', async () => {
    const broker = await brokerOver(store);
    async function* endless() {
      yield { head: await acme.head(told('new', 2)) };
      await new Promise<never>(() => {});
    }
    const registering = broker.registrations.register(acme.peer, endless());
    const refused = expect(registering).rejects.toMatchObject({ code: 'REGISTRATION_LATE' });
    await clock.asleep();
    await clock.advance(60_000);
    await refused;
    await broker.sweeper.close();
  });

  it('gives way to a later one of the same publisher', async () => {
    const broker = await brokerOver(store);
    let begun = () => {};
    const reading = new Promise<void>((resolve) => {
      begun = resolve;
    });
    async function* stuck() {
      yield { head: await acme.head(told('new', 2)) };
      begun();
      await new Promise<never>(() => {});
    }
    const first = broker.registrations.register(acme.peer, stuck());
    const refused = expect(first).rejects.toMatchObject({ code: 'REGISTRATION_SUPERSEDED' });
    await reading;
    await broker.registrations.register(acme.peer, acme.messages(told('newer', 2)));
    await refused;
    expect(await broker.search('newer')).toHaveLength(2);
    await broker.sweeper.close();
  });

  it('is not shown when the operator removes its publisher before its end', async () => {
    const broker = await brokerOver(store);
    await broker.registrations.register(acme.peer, acme.messages(told('old', 2)));
    const participants = new Participants({ records: broker.records, clock, limits });
    async function* removedMeanwhile() {
      const [head, ...entries] = await allOf(acme.messages(told('new', 2)));
      if (head) yield head;
      // The head has been admitted when the next message is asked for.
      await participants.remove(acme.id, 'enough');
      yield* entries;
    }
    await expect(broker.registrations.register(acme.peer, removedMeanwhile())).rejects.toMatchObject({
      code: 'PARTICIPANT_REMOVED',
    });
    expect(await broker.search()).toEqual([]);
    await broker.sweeper.idle();
    await clock.advance(5_000);
    await broker.sweeper.idle();
    expect(await generationsIn(store)).toEqual(new Set());
    await broker.sweeper.close();
  });

  it('is bounded in number, entries and bytes', async () => {
    const broker = await brokerOver(store);
    await expect(broker.registrations.register(acme.peer, acme.messages(told('x', 1_001)))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    const long = { description: 'x'.repeat(3_900) };
    const large = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`p${n}`, long]));
    await expect(broker.registrations.register(acme.peer, acme.messages(large))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    await broker.sweeper.close();
  });

  it('takes a slot once its head is admitted, one a publisher: silence keeps nobody out', async () => {
    const broker = await brokerOver(store);
    const bolt = new Publisher(await trust.identity('urn:causeway:bolt', 'participant'), clock);
    const corp = new Publisher(await trust.identity('urn:causeway:corp', 'participant'), clock);
    async function* silent() {
      await new Promise<never>(() => {});
    }
    const waiting = Array.from({ length: 8 }, () => broker.registrations.register(acme.peer, silent()));
    const ended = Promise.all(waiting.map((each) => each.catch((error) => error.code)));
    await broker.registrations.register(bolt.peer, bolt.messages(told('honest', 2)));
    expect(await broker.search('honest')).toHaveLength(2);
    await clock.advance(10_000);
    expect(new Set(await ended)).toEqual(new Set(['REGISTRATION_LATE']));

    const stuck = async (publisher: Publisher) => {
      let begun = () => {};
      const reading = new Promise<void>((resolve) => {
        begun = resolve;
      });
      async function* messages() {
        yield { head: await publisher.head(told('new', 2)) };
        begun();
        await new Promise<never>(() => {});
      }
      const code: Promise<string> = broker.registrations
        .register(publisher.peer, messages())
        .then(String, (error) => error.code);
      await reading;
      // In an object, so that it is not awaited here.
      return { code };
    };
    const held = [await stuck(acme), await stuck(acme), await stuck(bolt)];
    await expect(broker.registrations.register(corp.peer, corp.messages({}))).rejects.toMatchObject({ code: 'BUSY' });
    await clock.advance(60_000);
    expect(await Promise.all(held.map(({ code }) => code))).toEqual([
      'REGISTRATION_SUPERSEDED',
      'REGISTRATION_LATE',
      'REGISTRATION_LATE',
    ]);
    await broker.sweeper.close();
  });
});
