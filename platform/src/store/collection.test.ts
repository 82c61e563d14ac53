import { describe, expect, test } from 'vitest';
import { temporaryStore } from '../testing/temporary-store.js';
import { Collection } from './collection.js';
import { key } from './keys.js';

interface Ship {
  readonly name: string;
  readonly masts: number;
}

describe('collection', () => {
  test('values come back typed, with the version to insist on', async () => {
    await using temporary = await temporaryStore();
    const ships = new Collection<Ship>(temporary.store, 'ship', 1);
    const created = await temporary.store.commit({
      conditions: [ships.absent('a', 1)],
      writes: [ships.put(['a', 1], { name: '通衢', masts: 3 })],
    });
    expect(created.ok).toBe(true);
    const stored = await ships.get('a', 1);
    expect(stored?.value).toEqual({ name: '通衢', masts: 3 });
    if (!stored) return;
    const update = { conditions: [ships.unchanged(stored)], writes: [ships.put(['a', 1], { name: 'b', masts: 4 })] };
    expect((await temporary.store.commit(update)).ok).toBe(true);
    expect((await temporary.store.commit(update)).ok).toBe(false);
    await temporary.store.commit({ writes: [ships.delete(['a', 1])] });
    expect(await ships.get('a', 1)).toBeUndefined();
  });

  test('the stored bytes name their version', async () => {
    await using temporary = await temporaryStore();
    const ships = new Collection<Ship>(temporary.store, 'ship', 2);
    await temporary.store.commit({ writes: [ships.put(['a'], { name: 'x', masts: 1 })] });
    const entry = await temporary.store.get(key('ship', 'a'));
    expect(Buffer.from(entry?.value ?? []).toString()).toBe('{"v":2,"value":{"name":"x","masts":1}}');
  });

  test('pages follow each other, both ways, within their prefix', async () => {
    await using temporary = await temporaryStore();
    const ships = new Collection<Ship>(temporary.store, 'ship', 1);
    const neighbours = new Collection<Ship>(temporary.store, 'shipyard', 1);
    const writes = Array.from({ length: 7 }, (_, masts) => ships.put(['a', masts], { name: 'n', masts }));
    const others = [ships.put(['b', 0], { name: 'n', masts: 9 }), neighbours.put(['a', 0], { name: 'n', masts: 9 })];
    await temporary.store.commit({ writes: [...writes, ...others] });

    const walk = async (reverse: boolean, limit: number) => {
      const pages: number[][] = [];
      let cursor: string | undefined;
      do {
        const page = await ships.page({ prefix: ['a'], limit, reverse, ...(cursor && { cursor }) });
        pages.push(page.items.map((item) => item.value.masts));
        cursor = page.next;
      } while (cursor);
      return pages;
    };
    expect(await walk(false, 3)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(await walk(true, 3)).toEqual([[6, 5, 4], [3, 2, 1], [0]]);
    expect(await walk(false, 7)).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
    expect((await ships.page()).items).toHaveLength(8);
  });

  test('all() crosses pages, and the largest page is a page', async () => {
    await using temporary = await temporaryStore();
    const ships = new Collection<Ship>(temporary.store, 'ship', 1);
    await temporary.store.commit({
      writes: Array.from({ length: 1_000 }, (_, masts) => ships.put([masts], { name: 'n', masts })),
    });
    let count = 0;
    for await (const { value } of ships.all()) expect(value.masts).toBe(count++);
    expect(count).toBe(1_000);
    const page = await ships.page({ limit: 1_000 });
    expect(page.items).toHaveLength(1_000);
    expect((await ships.page({ limit: 1_000, cursor: page.next ?? '' })).items).toEqual([]);
    await expect(ships.page({ limit: 1_001 })).rejects.toThrow(RangeError);
  });

  test('a cursor that no page gave out is refused, and none leads out of its list', async () => {
    await using temporary = await temporaryStore();
    const ships = new Collection<Ship>(temporary.store, 'ship', 1);
    await temporary.store.commit({ writes: ['a', 'b', 'c'].map((id) => ships.put([id, 1], { name: id, masts: 1 })) });
    for (const cursor of ['', '!', 'AA=', 'AB', 'x'.repeat(5_000)]) {
      await expect(ships.page({ cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    }
    const whole = await ships.page({ limit: 1 });
    const inside = await ships.page({ prefix: ['b'], cursor: whole.next ?? '' });
    expect(inside.items.every((item) => item.value.name === 'b')).toBe(true);
  });

  test('a later version is refused, an earlier one migrated or refused, garbage is damage', async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const at = (version: number) => new Collection<Ship>(store, 'ship', version);
    await store.commit({ writes: [at(2).put(['a'], { name: 'x', masts: 1 })] });
    await expect(at(1).get('a')).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(at(3).page()).rejects.toMatchObject({ code: 'STORE_OLDER' });
    const migrating = new Collection<Ship>(store, 'ship', 3, (from) => ({ name: `from ${from}`, masts: 0 }));
    expect((await migrating.get('a'))?.value).toEqual({ name: 'from 2', masts: 0 });
    for (const text of ['', '{', '[]', '{"v":"1","value":{}}', '{"v":1}']) {
      await store.commit({ writes: [{ put: key('ship', 'a'), value: Buffer.from(text) }] });
      await expect(at(1).get('a')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    }
  });
});
