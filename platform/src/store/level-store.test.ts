import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StoreFixture, storeSuite } from '../testing/store-suite.js';
import { CommitQueue } from './level-commits.js';
import { formatKey } from './level-format.js';
import { type LevelStore, openLevelStore } from './level-store.js';

async function fixtureIn(path: string): Promise<StoreFixture> {
  const a = await openLevelStore({ path });
  return {
    a,
    b: a.client(),
    reopen: async () => {
      await a.close();
      return fixtureIn(path);
    },
    close: async () => {
      await a.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

storeSuite('level', async () => fixtureIn(await mkdtemp(join(tmpdir(), 'causeway-store-'))));

describe('level store', () => {
  let path: string;
  const open: LevelStore[] = [];
  const openStore = async (folder = path) => {
    const store = await openLevelStore({ path: folder });
    open.push(store);
    return store;
  };

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'causeway-level-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
    await rm(path, { recursive: true, force: true });
  });

  test('the locked folder is the lease: a second opener is told who is in the way', async () => {
    const store = await openStore();
    await expect(openLevelStore({ path })).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_LOCKED' });
    await store.close();
    await openStore();
  });

  test('makes the folder, and those above it', async () => {
    const store = await openStore(join(path, 'a', 'b'));
    expect((await store.commit({ writes: [] })).ok).toBe(true);
  });

  test('says why a folder cannot be used', async () => {
    await writeFile(join(path, 'file'), '');
    await expect(openLevelStore({ path: join(path, 'file') })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('refuses a store of a later release', async () => {
    const db = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
    await db.put(formatKey, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2));
    await db.close();
    await expect(openLevelStore({ path })).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(openLevelStore({ path })).rejects.toMatchObject({ code: 'STORE_NEWER' });
  });

  test('closing lets accepted commits become durable, and closes the clients', async () => {
    const store = await openStore();
    const client = store.client();
    const accepted = Array.from({ length: 50 }, (_, n) =>
      client.commit({ writes: [{ put: Uint8Array.of(1, n), value: Uint8Array.of(n) }] }),
    );
    await store.close();
    expect((await Promise.all(accepted)).every((result) => result.ok)).toBe(true);
    await expect(client.get(Uint8Array.of(1))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    const again = await openStore();
    expect(await again.scan({ limit: 100 })).toHaveLength(50);
  });

  test('a copy holds one instant, whole commits only, while others go on', async () => {
    const store = await openStore();
    const pair = (at: number) =>
      [`a${at}`, `b${at}`].map((name) => ({ put: Buffer.from(name), value: Buffer.alloc(2_000) }));
    const commits = Array.from({ length: 400 }, (_, at) => store.commit({ writes: pair(at) }));
    await commits[100];
    const to = join(path, 'copy');
    const copied = await store.copyTo(to);
    await Promise.all(commits);
    const copy = await openStore(to);
    const names = async (from: LevelStore) =>
      (await from.scan({ limit: 1_000 })).map(({ key }) => Buffer.from(key).toString());
    const held = await names(copy);
    expect(held.filter((name) => name.startsWith('a')).map((name) => name.slice(1))).toEqual(
      held.filter((name) => name.startsWith('b')).map((name) => name.slice(1)),
    );
    expect(held.length).toBeGreaterThanOrEqual(200);
    expect(copied.entries).toBeGreaterThanOrEqual(held.length);
    expect(await names(store)).toHaveLength(800);
    // A copy never goes into what is there already.
    await expect(store.copyTo(to)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('many small commits share their fsyncs, and each keeps its own conditions', async () => {
    const store = await openStore();
    let groups = 0;
    store.watch(Uint8Array.of(1), () => groups++);
    const results = await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => {
        const key = Uint8Array.of(1, (n >> 1) >> 8, (n >> 1) & 0xff);
        return store.commit({ conditions: [{ key, version: null }], writes: [{ put: key, value: Uint8Array.of(n) }] });
      }),
    );
    expect(results.map((result) => result.ok)).toEqual(Array.from({ length: 2_000 }, (_, n) => n % 2 === 0));
    expect(groups).toBeLessThan(10);
  });

  test('once the medium has failed, nothing is accepted and nobody is told that it was', async () => {
    const db = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
    await db.open();
    const woken: unknown[] = [];
    const queue = new CommitQueue(db, 7n, (written) => woken.push(written));
    const write = () => queue.add({ writes: [{ put: Uint8Array.of(1), value: Uint8Array.of(1) }] });
    expect(await write()).toEqual({ ok: true, version: 8n });
    await db.close();
    const results = await Promise.allSettled([write(), write()]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_FAILED' } });
    await db.open();
    await expect(write()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(woken).toHaveLength(1);
    await db.close();
    await queue.close();
  });

  test('what waits for the disk is bounded', async () => {
    const store = await openStore();
    const value = new Uint8Array(4_000_000);
    const writes = [1, 2, 3, 4].map((n) => ({ put: Uint8Array.of(1, n), value }));
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.commit({ writes })));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(10);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'STORE_BUSY' });
  });

  test('knows the version of far more keys than it remembers', async () => {
    const store = await openStore();
    const keys = Array.from({ length: 12_000 }, (_, n) => Uint8Array.of(1, n >> 8, n & 0xff));
    const versions = await Promise.all(
      keys.map(async (key) => {
        const result = await store.commit({ writes: [{ put: key, value: Uint8Array.of(1) }] });
        return result.ok ? result.version : 0n;
      }),
    );
    const again = await Promise.all(
      keys.map((key, n) =>
        store.commit({ conditions: [{ key, version: versions[n] ?? null }], writes: [{ delete: key }] }),
      ),
    );
    expect(again.every((result) => result.ok)).toBe(true);
    expect(await store.scan({ limit: 1 })).toEqual([]);
  });
});
