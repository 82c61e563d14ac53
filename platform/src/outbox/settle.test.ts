import { expect, test } from 'vitest';
import { key } from '../store/keys.js';
import type { Condition, Store } from '../store/store.js';
import { temporaryStore } from '../testing/temporary-store.js';
import { settleWork } from './settle.js';

const work = key('work');
const result = { put: key('result'), value: Uint8Array.of(1) };

async function prepare(store: Store): Promise<{ fence: Condition; work: Condition; release: () => Promise<void> }> {
  const lease = await store.lease('outbox');
  const saved = await store.commit({ writes: [{ put: work, value: new Uint8Array() }] });
  if (!lease || !saved.ok) throw new Error('a fresh store refuses nothing');
  return { fence: lease.fence, work: { key: work, version: saved.version }, release: () => lease.release() };
}

test('the outcome and the removal of its work are one commit, which happens once', async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const own = await prepare(store);
  expect(await settleWork(store, async () => ({ writes: [result] }), own)).toBe('settled');
  expect(await store.get(work)).toBeUndefined();
  await store.commit({ writes: [{ delete: result.put }] });
  expect(await settleWork(store, async () => ({ writes: [result] }), own)).toBe('gone');
  expect(await store.get(result.put)).toBeUndefined();
});

test('only the changes that are committed are reacted to', async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const own = await prepare(store);
  const told: number[] = [];
  let asked = 0;
  const changes = async () => {
    const number = ++asked;
    const conditions = number === 1 ? [{ key: key('never'), version: 1n }] : [];
    return { conditions, writes: [result], react: () => told.push(number) };
  };
  expect(await settleWork(store, changes, own)).toBe('settled');
  expect(await settleWork(store, changes, own)).toBe('gone');
  await own.release();
  await store.lease('outbox');
  expect(await settleWork(store, changes, own)).toBe('fenced');
  expect([asked, told]).toEqual([4, [2]]);
});

test('who has lost the lease settles nothing', async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const own = await prepare(store);
  await own.release();
  await store.lease('outbox');
  expect(await settleWork(store, async () => ({ writes: [result] }), own)).toBe('fenced');
  expect(await store.get(work)).toBeDefined();
});

test('changes that never fit are reported, not asked for ever', async () => {
  await using temporary = await temporaryStore();
  const own = await prepare(temporary.store);
  const stale = { key: key('never'), version: 1n };
  const settling = settleWork(temporary.store, async () => ({ conditions: [stale], writes: [result] }), own);
  await expect(settling).rejects.toThrow('100 conflicts');
});
