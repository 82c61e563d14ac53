import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NegotiationView } from '@causeway/cli';
import { seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audited, logOf, rederived } from './support/crash/audit.js';
import { CrashSpace } from './support/crash/crash-space.js';
import { crashedEnrolment } from './support/crash/enrolment.js';
import { type Goods, Job } from './support/crash/job.js';
import { plan } from './support/crash/plan.js';
import { moments, points } from './support/crash/points.js';
import { crashRun, type Landing } from './support/crash/run.js';
import { heldBy } from './support/crash/stores.js';

const seed = process.env.CAUSEWAY_CRASH_SEED ?? '20261121';
/** `npm run interop:crash` makes it 50 and more. */
const runs = Number(process.env.CAUSEWAY_CRASH_RUNS ?? 40);
const bytes = 4 * 1_048_576;
/** Agreement twice, start, end twice. */
const envelopesOfJob = 5;

let folder: string;
let space: CrashSpace;
let goods: Goods;
const landings: Landing[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-crash-'));
  space = await CrashSpace.open(folder);
  const file = join(folder, 'goods.bin');
  const content = seededRandom(seed).bytes(bytes);
  await writeFile(file, content);
  const offer = { terms: { assignees: [space.id('consumer')], count: 1 } };
  const dataset = `${space.id('provider')}:goods`;
  const address = `https://127.0.0.1:${space.wire('provider').port}/dsp/2025-1`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const job = new Job(space, 'run-00', { file, dataset, address, bytes, sha256 });
  await job.publish('goods', true, file, [offer]);
  const api = await space.api('consumer');
  const asked = await api.send<NegotiationView & { offer: object }>('PUT', `/management/v1/negotiations/${job.name}`, {
    dataset,
    address,
  });
  goods = { ...job.goods, offer: asked.offer };
  // The first run goes without a crash: whatever fails here is no matter of crashes.
  await job.finish();
}, 120_000);

afterAll(async () => {
  await space?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
}, 60_000);

describe(`kill -9 at every point of the main job (seed ${seed})`, () => {
  for (const [place, stops] of plan(seed, runs).entries()) {
    const name = `run-${String(place + 1).padStart(2, '0')}`;
    const where = stops.map(({ point, moment }) => (point ? `${point.message}, ${moment}` : 'amid the bytes'));
    test(`${name}: ${where.join('; then ')}`, async () => {
      landings.push(...(await crashRun(space, name, goods, stops)));
    });
  }

  for (const [moment, more] of [
    ['committed', []],
    ['delivered', ['authority']],
  ] as const) {
    test(`Enrolment, ${moment}`, async () => {
      landings.push(await crashedEnrolment(space, `newcomer-${moment}`, moment, more));
    });
  }

  test('every point was reached, and half of the runs amid the bytes', () => {
    process.stdout.write(`${tableOf(landings)}\n`);
    const reached = new Set(landings.map(({ point }) => point));
    const messages = [...points.map(({ message }) => message), 'Enrolment'];
    const missed = messages.flatMap((message) =>
      moments.map((moment) => `${message}, ${moment}`).filter((point) => !reached.has(point)),
    );
    expect(missed).toEqual([]);
    const amid = landings.filter(({ received }) => received > 0 && received < bytes);
    expect(new Set(amid.map(({ run }) => run)).size).toBeGreaterThanOrEqual(runs / 2);
  });

  test('each envelope has exactly one leaf, and each signer counts without a gap', async () => {
    const logged = await logOf(space, 'provider');
    expect(await logOf(space, 'consumer')).toEqual(logged);
    expect(new Set(logged.map(({ digest }) => digest)).size).toBe(logged.length);
    expect(logged.map(({ index }) => index)).toEqual(logged.map((_, index) => index));
    expect(await space.logSize()).toBe(logged.length);
    const records = new Map<string, typeof logged>();
    for (const entry of logged) records.set(entry.record, [...(records.get(entry.record) ?? []), entry]);
    expect(records.size).toBe(runs + 1);
    for (const entries of records.values()) {
      expect(entries).toHaveLength(envelopesOfJob);
      for (const side of ['provider', 'consumer'] as const) {
        const own = entries.filter(({ signer }) => signer === space.id(side)).map(({ sequence }) => sequence);
        expect(own.sort()).toEqual(own.map((_, place) => place + 1));
      }
      const digests = entries.map(({ digest }) => digest);
      const agreement = entries[0]?.agreement ?? '';
      expect(await audited(space, agreement)).toEqual({ provider: digests, consumer: digests });
    }
  });

  test('both stores agree, nothing is left to be done, and no use was counted twice', async () => {
    await space.space.stop();
    const report = await rederived(space);
    expect(report).toMatchObject({ ok: true, findings: [], sequenced: (runs + 1) * envelopesOfJob });
    expect(report.integrated).toBe(report.sequenced);
    const provider = await heldBy(space, 'provider');
    const consumer = await heldBy(space, 'consumer');
    expect(consumer.negotiations).toEqual(provider.negotiations);
    expect(consumer.transfers).toEqual(provider.transfers);
    expect(consumer.agreements).toEqual(provider.agreements);
    expect([...provider.left, ...consumer.left]).toEqual([]);
    const once = Object.fromEntries(Object.keys(provider.agreements).map((agreement) => [agreement, 1]));
    expect(Object.keys(once)).toHaveLength(runs + 1);
    expect(provider.counted).toEqual(once);
    expect(provider.used).toEqual(once);
    for (const ended of Object.values(provider.negotiations)) expect(ended).toMatch(/^FINALIZED 0 open/);
    for (const ended of Object.values(provider.transfers)) expect(ended).toMatch(/^COMPLETED 0 open/);
  });
});

function tableOf(rows: readonly Landing[]): string {
  const cells = rows.map(({ run, point, victims, seen, received, seconds }) => [
    ...[run, point, victims, String(received), seconds.toFixed(1), seen],
  ]);
  const header = ['run', 'killed at', 'killed', 'bytes', 's', 'seen from outside'];
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  return [header, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
