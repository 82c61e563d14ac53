import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { keyParts, type Store, silentLogger } from '@causeway/platform';
import { ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Finder } from '../search/finder.js';
import { readQuery } from '../search/query.js';
import { Shown } from '../search/shown.js';
import { dying } from '../testing/dying-store.js';
import { Publisher } from '../testing/fixture.js';
import { openRecords } from './records.js';
import { Registrations } from './registration.js';
import { Registry } from './registry.js';
import { Reindexer } from './reindexer.js';
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
let temporary: TemporaryStore;
let clock: ManualClock;
let publishers: Publisher[];

beforeAll(async () => {
  trust = await testTrust();
});

beforeEach(async () => {
  clock = new ManualClock();
  temporary = await temporaryStore();
  const ids = ['urn:causeway:acme', 'urn:causeway:bolt'];
  publishers = await Promise.all(ids.map(async (id) => new Publisher(await trust.identity(id, 'participant'), clock)));
});

afterEach(() => temporary[Symbol.asyncDispose]());

async function brokerOver(store: Store) {
  const records = openRecords(store);
  const { authorities } = await trust.trust();
  const sweeper = new Sweeper({ records, clock, log: silentLogger, abandonedAfter: 120_000 });
  const registry = new Registry({ records, clock, authorities, admission: 'open' });
  const registrations = new Registrations({ records, registry, sweeper, clock, limits });
  const reindexer = new Reindexer({ records, registry, sweeper, clock, log: silentLogger });
  return { records, sweeper, registry, registrations, reindexer, shown: new Shown(records, clock, limits) };
}

/** Leaves the store as the release before left it: its words under other keys, no columns, no version. */
async function makeOld(store: Store): Promise<void> {
  const { publishers: known, postings, posted, columns } = openRecords(store);
  const rest = (key: Uint8Array) => keyParts(key).slice(1);
  for await (const { key } of columns.all()) await store.commit({ writes: [columns.delete(rest(key))] });
  for await (const { key, value } of postings.all()) {
    const [term, ...place] = rest(key);
    const writes = [postings.delete(rest(key)), postings.put([`word:${String(term).split(':')[1]}`, ...place], value)];
    await store.commit({ writes });
  }
  for await (const { key, value } of posted.all()) {
    const terms = [...new Set(value.terms.map((term) => `word:${term.split(':')[1]}`))];
    await store.commit({ writes: [posted.put(rest(key), { ...value, terms })] });
  }
  for await (const { key, value } of known.all()) {
    const { index: _index, ...old } = value;
    await store.commit({ writes: [known.put(rest(key), old)] });
  }
}

async function found(store: Store): Promise<readonly string[]> {
  const { shown } = await brokerOver(store);
  const { hits, tally } = await new Finder(shown).search(
    readQuery({ query: '动臂', facets: [], limit: 0, cursor: '' }),
  );
  expect(tally?.found).toBe(hits.length);
  return hits.map((hit) => JSON.parse(Buffer.from(hit.entry).toString()).id);
}

async function listed(): Promise<void> {
  const { registrations, sweeper } = await brokerOver(temporary.store);
  for (const publisher of publishers) {
    await registrations.register(
      publisher.peer,
      publisher.messages({ boom: { title: { zh: '动臂总成' } }, other: {} }),
    );
  }
  await sweeper.close();
  await makeOld(temporary.store);
}

const all = ['urn:causeway:acme:boom', 'urn:causeway:bolt:boom'];

describe('what an older release indexed', () => {
  it('is indexed anew, killed at any commit and started again, and the old index is removed', async () => {
    for (let at = 0, died = true; died; at++) {
      await listed();
      expect(await found(temporary.store)).toEqual([]);
      for (const when of ['before', 'after'] as const) {
        const doomed = await brokerOver(dying(temporary.store, at, when));
        doomed.reindexer.start();
        await doomed.reindexer.idle();
        await doomed.sweeper.close();
        died = !doomed.reindexer.done;
      }
      const { records, reindexer, sweeper } = await brokerOver(temporary.store);
      reindexer.start();
      await reindexer.idle();
      expect(reindexer.done).toBe(true);
      expect(await found(temporary.store)).toEqual(all);
      sweeper.kick();
      await sweeper.idle();
      await clock.advance(120_000);
      await sweeper.idle();
      for await (const { key } of records.postings.all()) expect(String(keyParts(key)[1])).not.toMatch(/^word:/);
      for await (const { key } of records.generations.all()) expect(keyParts(key)).toBeUndefined();
      await sweeper.close();
    }
  });

  it('stays as its publisher registers it meanwhile, and is not taken for new by a heartbeat', async () => {
    await listed();
    const { registry, registrations, reindexer, records, sweeper } = await brokerOver(temporary.store);
    const [acme, bolt] = publishers;
    if (!acme || !bolt) throw new Error('two publishers were made');
    const told = { boom: { title: { zh: '动臂总成' } }, other: {} };
    await registry.heartbeat(bolt.peer, await bolt.head(told));
    expect((await records.publishers.get(bolt.id))?.value.index).toBeUndefined();
    await registrations.register(acme.peer, acme.messages({ boom: { title: { zh: '动臂' } } }));
    reindexer.start();
    await reindexer.idle();
    expect(await found(temporary.store)).toEqual(['urn:causeway:acme:boom', 'urn:causeway:bolt:boom']);
    await sweeper.close();
  });
});
