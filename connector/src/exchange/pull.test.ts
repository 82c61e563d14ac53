import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
    expect(await space.consumer.control.outcome()).toEqual({ pid: consumer.pid, completed: true });
    expect((await readFile(target)).equals(bytes)).toBe(true);
    const [sent, received] = [await space.provider.transfer(provider.pid), await space.consumer.transfer(consumer.pid)];
    expect(sent.opened).toBe(true);
    expect(sent.end).toEqual(received.end);
    expect(received.sink).toMatchObject({ stage: 'placed', bytes: bytes.length });
  });
});
