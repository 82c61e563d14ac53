import { type Commit, type Store, silentLogger } from '@causeway/platform';
import { type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRecords } from '../records.js';
import { CatalogLedger } from './ledger.js';
import { rebuildIndex } from './rebuild.js';
import type { IndexState } from './records.js';

const self = 'urn:causeway:p';

/** A dataset as the first release wrote it: with the names in its offers, and whether they had conditions. */
function first(number: number): object {
  const id = `${self}:d${String(number).padStart(3, '0')}`;
  const role = { leftOperand: 'urn:causeway:v1:role', operator: 'isAnyOf', rightOperand: [`r${number % 3}`] };
  const permission = [{ action: 'use', ...(number % 2 === 0 ? { constraint: [role] } : {}) }];
  const names = number % 5 === 0 ? { assignee: 'urn:causeway:a' } : {};
  const offer = {
    ...{ id: `${id}:o`, policy: { '@type': 'Offer', '@id': `${id}:o`, permission, ...names } },
    ...(number % 2 === 0 ? { conditional: true } : {}),
    ...(number % 5 === 0 ? { assignees: ['urn:causeway:a'] } : {}),
  };
  return {
    ...{
      id,
      title: { en: 'x' },
      keywords: [],
      mediaType: 'text/csv',
      listed: number % 4 === 0,
      created: 0,
      updated: 0,
    },
    source: { kind: 'file', path: '/secret', version: `sha-256:${'0'.repeat(64)}`, bytes: 1, stamp: '' },
    offers: [offer],
    ...(number % 7 === 0 ? { withdrawn: 1 } : {}),
  };
}

async function olderStore(count: number): Promise<TemporaryStore> {
  const temporary = await temporaryStore();
  const { datasets } = openRecords(temporary.store);
  const value = (number: number) => Buffer.from(JSON.stringify({ v: 1, value: first(number) }));
  const writes = Array.from({ length: count }, (_one, number) => {
    const { id } = first(number) as { id: string };
    return { put: datasets.key(id), value: value(number) };
  });
  await temporary.store.commit({ writes });
  return temporary;
}

/** Everything that is stored. */
async function everything(store: Store): Promise<string[]> {
  const found: string[] = [];
  for (let after: Uint8Array | undefined; ; ) {
    const entries = await store.scan({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    found.push(...entries.map(({ key, value }) => `${Buffer.from(key).toString('latin1')} ${Buffer.from(value)}`));
    after = entries.at(-1)?.key;
    if (entries.length < 1_000 || after === undefined) return found;
  }
}

/** A store whose process dies after so many commits. */
function dying(store: Store, commits: number): Store {
  let left = commits;
  const commit = async (one: Commit) => {
    if (left-- <= 0) throw new Error('the process is gone');
    return store.commit(one);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'commit') return commit;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

test('an older store is indexed as one that was written anew, wherever that is interrupted', async () => {
  await using whole = await olderStore(230);
  await rebuildIndex(whole.store, openRecords(whole.store), silentLogger);
  const expected = await everything(whole.store);
  const records = openRecords(whole.store);
  const accesses = [];
  for await (const { key } of records.catalogAccess.all()) accesses.push(key);
  // Everybody; a; everybody in one of three roles; a in one of three roles.
  expect(accesses).toHaveLength(8);
  let entries = 0;
  for await (const _one of records.catalogEntries.all()) entries++;
  expect(entries).toBe(230 - Math.ceil(230 / 7));

  const interruptions = fc.array(fc.integer({ min: 0, max: 240 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(interruptions, async (deaths) => {
      await using older = await olderStore(230);
      for (const commits of deaths) {
        const store = dying(older.store, commits);
        await rebuildIndex(store, openRecords(store), silentLogger).catch(() => undefined);
      }
      await rebuildIndex(older.store, openRecords(older.store), silentLogger);
      expect(await everything(older.store)).toEqual(expected);
    }),
    { numRuns: 8 },
  );
});

test('an index of another version is made anew, and nobody holds a revision of the former any more', async () => {
  await using temporary = await olderStore(20);
  const records = openRecords(temporary.store);
  const rebuild = () => rebuildIndex(temporary.store, records, silentLogger);
  await rebuild();
  const before = (await records.catalogHead.get('head'))?.value;
  const ledger = new CatalogLedger(temporary.store, records);
  await ledger.change(`${self}:d001`, (dataset) => ({ ...(dataset ?? never()), withdrawn: 1 }));
  const written = await everything(temporary.store);
  await rebuild();
  expect(await everything(temporary.store)).toEqual(written);

  const other: IndexState = { index: 0, stage: 'whole', tag: '' };
  await temporary.store.commit({
    writes: [
      records.catalogIndex.put(['index'], other),
      records.catalogEntries.put(['*', '', `${self}:gone`], {}),
      records.catalogAccess.put(['urn:causeway:nobody', ''], { tag: '' }),
    ],
  });
  await rebuild();
  const after = (await records.catalogHead.get('head'))?.value;
  expect(after?.revision).toBe((before?.revision ?? 0) + 2);
  expect(await records.catalogTags.get(before?.tag ?? '')).toBeUndefined();
  expect(await records.catalogEntries.get('*', '', `${self}:gone`)).toBeUndefined();
  expect(await records.catalogAccess.get('urn:causeway:nobody', '')).toBeUndefined();
});

function never(): never {
  throw new Error('it is there');
}
