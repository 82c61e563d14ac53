import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SpaceDouble } from './testing/space-double.js';

let space: SpaceDouble;
beforeAll(async () => {
  space = await SpaceDouble.start();
});
afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

describe('a whole transfer', () => {
  test('arrives, is signed by both sides and logged', async () => {
    const bytes = randomBytes(3_000_000);
    const { provider, consumer, target } = await space.begin(bytes);
    space.consumer.plane.pull(consumer);
    expect(await space.consumer.control.outcome(consumer.pid)).toEqual({ pid: consumer.pid, completed: true });
    expect((await readFile(target)).equals(bytes)).toBe(true);
    const sent = await space.provider.transfer(provider.pid);
    const received = await space.consumer.transfer(consumer.pid);
    expect(sent.opened).toBe(true);
    expect(sent.end).toEqual(received.end);
    expect(received.sink).toMatchObject({ stage: 'placed', bytes: bytes.length });

    await Promise.all([space.provider.evidence.idle(), space.consumer.evidence.idle()]);
    const end = sent.end;
    if (!end?.consumer || !sent.start) throw new Error('expected both envelopes of the end');
    const envelopes = [sent.start, end.provider, end.consumer];
    for (const node of [space.provider, space.consumer]) {
      expect(await node.evidence.receipts(envelopes)).toHaveLength(3);
      expect(await node.evidence.status()).toMatchObject({ depth: 0, refused: [] });
    }
    // Two of the agreement, one of the start, two of the end, whoever submitted them.
    expect(space.log.signed.leaves).toHaveLength(5);
  });

  test('of an empty file arrives as an empty file', async () => {
    const { consumer, target } = await space.begin(new Uint8Array());
    space.consumer.plane.pull(consumer);
    expect(await space.consumer.control.outcome(consumer.pid)).toEqual({ pid: consumer.pid, completed: true });
    expect(await readFile(target)).toHaveLength(0);
  });

  test.each([1, 262_143, 262_144, 262_145, 5_000_000])('of %i bytes arrives', async (length) => {
    const bytes = randomBytes(length);
    const { consumer, target } = await space.begin(bytes);
    space.consumer.plane.pull(consumer);
    await space.consumer.control.outcome(consumer.pid);
    expect((await readFile(target)).equals(bytes)).toBe(true);
    expect((await readdir(dirname(target))).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('never replaces a file that is there', async () => {
    const { consumer, target } = await space.begin(randomBytes(1_000));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, 'mine');
    space.consumer.plane.pull(consumer);
    expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ terminated: { code: 'SINK_EXISTS' } });
    expect(await readFile(target, 'utf8')).toBe('mine');
  });

  test('never replaces a file that appeared while it came', async () => {
    const { consumer, target } = await space.begin(randomBytes(1_000));
    space.consumer.control.afterCommit = ({ transfer }) => {
      if (transfer.pid === consumer.pid && transfer.sink?.stage === 'sealed')
        space.consumer.control.blocked = writeFile(target, 'mine');
    };
    space.consumer.plane.pull(consumer);
    expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ terminated: { code: 'SINK_EXISTS' } });
    expect(await readFile(target, 'utf8')).toBe('mine');
  });

  test('many at once arrive', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, () => space.begin(randomBytes(400_000))));
    for (const { consumer } of begun) space.consumer.plane.pull(consumer);
    const ends = await Promise.all(begun.map(({ consumer }) => space.consumer.control.outcome(consumer.pid)));
    expect(ends.every((end) => 'completed' in end)).toBe(true);
  });
});
