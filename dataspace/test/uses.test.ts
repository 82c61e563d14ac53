import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api, NegotiationView, TransferView } from '@causeway/cli';
import { Collection, openLevelStore } from '@causeway/platform';
import { seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atOnce } from './support/at-once.js';
import { CrashSpace } from './support/crash/crash-space.js';
import { until } from './support/crash/until.js';

const uses = 10;
const requests = 1_000;
/** Asked for before the others: so many uses are reserved, surely, when the provider is killed first. */
const early = 4;
/** Of the rest, at least so many have been answered when it is killed again. */
const midway = 250;
const base = '/management/v1';
const name = (index: number) => `use-${String(index).padStart(4, '0')}`;

let folder: string;
let space: CrashSpace;
let consumer: Api;
let agreement: string;
let sha256: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-uses-'));
  space = await CrashSpace.open(folder);
  const file = join(folder, 'goods.bin');
  const content = seededRandom('uses').bytes(262_144);
  await writeFile(file, content);
  sha256 = `sha-256:${createHash('sha256').update(content).digest('hex')}`;
  const provider = await space.api('provider');
  const offers = [{ terms: { assignees: [space.id('consumer')], count: uses } }];
  await provider.send('PUT', `${base}/datasets/goods`, { file, title: { en: 'goods' }, offers });
  consumer = await space.api('consumer');
  const address = `https://127.0.0.1:${space.wire('provider').port}/dsp/2025-1`;
  await consumer.send('PUT', `${base}/negotiations/goods`, { dataset: `${space.id('provider')}:goods`, address });
  const agreed = await consumer.get<NegotiationView>(`${base}/negotiations/goods?wait=20`);
  agreement = agreed.agreement ?? '';
}, 120_000);

afterAll(async () => {
  await space?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

const ask = (index: number) =>
  consumer.send('PUT', `${base}/transfers/${name(index)}`, {
    agreement,
    to: join(folder, 'received', `${name(index)}.bin`),
  });
const ended = (index: number) => consumer.get<TransferView>(`${base}/transfers/${name(index)}?wait=60`);

/** The provider's uses, by transfer, and when each was reserved, among so many transfers; while it does not run. */
async function reserved(): Promise<{ held: Map<string, number>; transfers: number }> {
  const store = await openLevelStore({ path: join(space.service('provider').home, 'store') });
  try {
    const held = new Map<string, number>();
    const all = new Collection<{ transfer: string; reserved: number }>(store, 'use', 1).all([agreement]);
    for await (const { value } of all) held.set(value.transfer, value.reserved);
    const counts = new Collection<{ used: number }>(store, 'count', 1).all([agreement]);
    for await (const { value } of counts) expect(value.used).toBe(held.size);
    let transfers = 0;
    for await (const _ of new Collection(store, 'transfer', 1).all()) transfers += 1;
    return { held, transfers };
  } finally {
    await store.close();
  }
}

test(`of ${requests} transfers at once and two kill -9 amid them, exactly ${uses} are had`, async () => {
  space.wire('exchange').hold('answer');
  await atOnce(early, early, ask);
  await until(`${early} transfers to start`, async () => {
    const { items } = await consumer.get<{ items: TransferView[] }>(`${base}/transfers`);
    return items.length === early && items.every(({ state }) => state === 'STARTED');
  });

  const rest = requests - early;
  let saved = 0;
  const asked = atOnce(rest, 100, async (index) => {
    await ask(early + index);
    saved += 1;
  });
  await answered(1, () => saved);
  await killProvider();
  const { held: first } = await reserved();
  expect(first.size).toBeGreaterThanOrEqual(early);
  await space.restart(['provider']);

  await answered(midway, () => saved);
  await killProvider();
  await asked;
  const { held: second, transfers } = await reserved();
  expect([transfers >= midway, transfers < requests]).toEqual([true, true]);
  space.wire('exchange').release();
  await space.restart(['provider']);

  const views = await atOnce(requests, 20, ended);
  const had = views.filter(({ state }) => state === 'COMPLETED');
  const refused = views.filter(({ state }) => state === 'TERMINATED');
  expect([had.length, refused.length]).toEqual([uses, requests - uses]);
  for (const { digest, inDoubt } of had) expect([digest, inDoubt]).toEqual([sha256, false]);
  const reasons = new Set(refused.map(({ reason }) => `${reason?.code}: ${reason?.en}`));
  expect([...reasons]).toEqual([`POLICY_DENIED: 0 of ${uses} uses left`]);
  expect(await readdir(join(folder, 'received'))).toHaveLength(uses);

  await space.service('provider').stop();
  const { held: last } = await reserved();
  expect(new Set(last.keys())).toEqual(new Set(had.map(({ peerPid }) => peerPid)));
  // Whatever was reserved before the kill is the same use after it.
  for (const before of [first, second]) for (const [transfer, at] of before) expect(last.get(transfer)).toBe(at);
});

/** Waits until the provider has answered so many of the requests that the consumer has saved. */
async function answered(count: number, saved: () => number): Promise<void> {
  const look = async () => {
    const before = saved();
    const { queues } = await consumer.get<{ queues: { dsp: { depth: number } } }>(`${base}/status`);
    return before - queues.dsp.depth >= count;
  };
  await until(`${count} requests to be answered`, look, 60_000);
}

/** What has begun does not end before the last kill: its use must outlast it. */
async function killProvider(): Promise<void> {
  await space.kill(['provider']);
  space.wire('exchange').hold('answer');
}
