import { randomBytes } from 'node:crypto';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransferChange } from '../ports.js';
import { prepareSink } from './file-sink.js';
import { CuttingProxy } from './testing/cutting-proxy.js';
import type { NodeDouble } from './testing/node-double.js';
import { SpaceDouble, type Started } from './testing/space-double.js';

let space: SpaceDouble;
beforeEach(async () => {
  space = await SpaceDouble.start();
});
afterEach(async () => {
  await space[Symbol.asyncDispose]();
});

async function arrived(bytes: Uint8Array, { provider, consumer, target }: Started): Promise<void> {
  expect(await space.consumer.control.outcome(consumer.pid)).toEqual({ pid: consumer.pid, completed: true });
  expect((await readFile(target)).equals(bytes)).toBe(true);
  const [sent, received] = [await space.provider.transfer(provider.pid), await space.consumer.transfer(consumer.pid)];
  expect(received.sink?.stage).toBe('placed');
  expect(sent.end).toEqual(received.end);
  await Promise.all([space.provider.evidence.idle(), space.consumer.evidence.idle()]);
  // Whatever was repeated, each of the five envelopes has one leaf.
  expect(space.log.signed.leaves).toHaveLength(5);
}

test('a stream that breaks again and again goes on at the byte where it stopped', async () => {
  await using proxy = await CuttingProxy.start(space.provider.address, [700_000, 1_500_000, 900_000, 5_000]);
  const bytes = randomBytes(6_000_000);
  const begun = await space.begin(bytes, { address: proxy.address });
  space.consumer.plane.pull(begun.consumer);
  await arrived(bytes, begun);
  expect(proxy.connections).toBe(5);
});

test('what waits for the time of its next attempt is idle', async () => {
  const { consumer } = await space.begin(randomBytes(1), { address: '127.0.0.1:1' });
  space.consumer.plane.pull(consumer);
  await space.consumer.plane.idle();
  expect(await space.consumer.transfer(consumer.pid)).toMatchObject({ state: 'STARTED' });
});

describe('a crash', () => {
  /** The process dies at this commit, before or after it; everything is opened again from disk. */
  async function crashAt(
    node: NodeDouble,
    at: (change: TransferChange) => boolean,
    when: 'before' | 'after',
  ): Promise<void> {
    const bytes = randomBytes(900_000);
    const begun = await space.begin(bytes);
    const crashed = new Promise<void>((resolve) => {
      let once = true;
      const crash = (change: TransferChange) => {
        if (!once || !at(change)) return;
        once = false;
        resolve();
        throw new Error('the process dies here');
      };
      if (when === 'before') node.control.beforeCommit = crash;
      else node.control.afterCommit = crash;
    });
    space.consumer.plane.pull(begun.consumer);
    await crashed;
    await node.restart();
    if ((await space.consumer.transfer(begun.consumer.pid)).state === 'COMPLETED') {
      expect((await readFile(begun.target)).equals(bytes)).toBe(true);
      return;
    }
    space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
    await arrived(bytes, begun);
  }

  const consumerSteps: Record<string, (change: TransferChange) => boolean> = {
    'that stores the start': ({ transfer }) => transfer.start !== undefined && transfer.end === undefined,
    'that seals the file': ({ transfer }) => transfer.sink?.stage === 'sealed',
    'that says the file is placed': ({ transfer }) => transfer.sink?.stage === 'placed' && transfer.state === 'STARTED',
    'that completes': ({ transfer }) => transfer.state === 'COMPLETED',
  };
  const providerSteps: Record<string, (change: TransferChange) => boolean> = {
    'that marks it opened': ({ transfer }) => transfer.opened === true && transfer.end === undefined,
    'that closes': ({ transfer }) => transfer.end !== undefined && transfer.end.consumer === undefined,
    'that stores the receipt': ({ transfer }) => transfer.end?.consumer !== undefined,
  };
  for (const when of ['before', 'after'] as const) {
    for (const [step, at] of Object.entries(consumerSteps)) {
      test(`of the consumer ${when} the commit ${step}`, () => crashAt(space.consumer, at, when));
    }
    for (const [step, at] of Object.entries(providerSteps)) {
      test(`of the provider ${when} the commit ${step}`, () => crashAt(space.provider, at, when));
    }
  }

  test('in the middle of the bytes: a restart hashes what is on disk and goes on there', async () => {
    await using proxy = await CuttingProxy.start(space.provider.address, [2_000_000]);
    const bytes = randomBytes(4_000_000);
    const begun = await space.begin(bytes, { address: proxy.address });
    const { partial } = begun.consumer.sink ?? { partial: '' };
    proxy.cuts.push(...Array(20).fill(0));
    space.consumer.plane.pull(begun.consumer);
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThan(2);
    await space.consumer.down();
    const { length } = await readFile(partial);
    expect(length).toBeGreaterThan(500_000);
    proxy.cuts.length = 0;
    await space.consumer.up();
    space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
    await arrived(bytes, begun);
  });

  test('that damaged the bytes on disk: they are pulled again instead of disputed', async () => {
    const bytes = randomBytes(1_000_000);
    const begun = await space.begin(bytes);
    await firstHalf(begun, Buffer.alloc(500_000));
    space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
    await arrived(bytes, begun);
  });

  test('that left more bytes than there are: they are pulled again', async () => {
    const bytes = randomBytes(1_000_000);
    const begun = await space.begin(bytes);
    await firstHalf(begun, Buffer.alloc(1_000_001));
    space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
    await arrived(bytes, begun);
  });

  /** A start that was stored, and these bytes in the partial file. */
  async function firstHalf({ provider, consumer }: Started, bytes: Uint8Array): Promise<void> {
    const start = provider.start;
    if (!consumer.sink || !start) throw new Error('expected a sink and a start');
    await space.consumer.control.update(consumer.pid, async (transfer) => ({ transfer: { ...transfer, start } }));
    await prepareSink(consumer.sink);
    await writeFile(consumer.sink.partial, bytes);
  }
});

describe('a source that changed', () => {
  test('before the stream is refused, and ends the transfer', async () => {
    const begun = await space.begin(randomBytes(1_000));
    await appendFile(begun.source, 'more');
    space.consumer.plane.pull(begun.consumer);
    const ended = await space.consumer.control.outcome(begun.consumer.pid);
    expect(ended).toMatchObject({ terminated: { code: 'SOURCE_CHANGED' } });
  });

  test('to the same size while it is sent is never closed', async () => {
    // More than what the connection buffers: the provider cannot have sent all of it when it is cut.
    await using proxy = await CuttingProxy.start(space.provider.address, [500_000]);
    const bytes = randomBytes(40_000_000);
    const begun = await space.begin(bytes, { address: proxy.address });
    proxy.cuts.push(...Array(20).fill(0));
    space.consumer.plane.pull(begun.consumer);
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThan(1);
    await writeFile(begun.source, randomBytes(bytes.length));
    proxy.cuts.length = 0;
    const ended = await space.consumer.control.outcome(begun.consumer.pid);
    expect(ended).toMatchObject({ terminated: { code: 'SOURCE_CHANGED' } });
    expect((await space.provider.transfer(begun.provider.pid)).end).toBeUndefined();
  });

  test('that became shorter is refused', async () => {
    const begun = await space.begin(randomBytes(1_000));
    await truncate(begun.source, 10);
    space.consumer.plane.pull(begun.consumer);
    const ended = await space.consumer.control.outcome(begun.consumer.pid);
    expect(ended).toMatchObject({ terminated: { code: 'SOURCE_CHANGED' } });
  });
});

test('a digest that is not the published one is disputed on both sides, and the bytes are kept aside', async () => {
  const bytes = randomBytes(300_000);
  const begun = await space.begin(bytes, { version: `sha-256:${'0'.repeat(64)}` });
  space.consumer.plane.pull(begun.consumer);
  const ended = await space.consumer.control.outcome(begun.consumer.pid);
  expect(ended).toMatchObject({ terminated: { code: 'DIGEST_MISMATCH' } });
  const received = await space.consumer.transfer(begun.consumer.pid);
  const sent = await space.provider.transfer(begun.provider.pid);
  expect(received.end?.disputed?.statement).toContain('"outcome":"disputed"');
  expect(sent.end).toEqual(received.end);
  expect((await readFile(`${received.sink?.partial}.disputed`)).equals(bytes)).toBe(true);
  await Promise.all([space.provider.evidence.idle(), space.consumer.evidence.idle()]);
  expect(space.log.signed.leaves).toHaveLength(5);
});

test('a dispute survives a crash between its commit and its delivery', async () => {
  const begun = await space.begin(randomBytes(300_000), { version: `sha-256:${'0'.repeat(64)}` });
  const crashed = new Promise<void>((resolve) => {
    space.consumer.control.afterCommit = ({ transfer }) => {
      if (!transfer.end?.disputed) return;
      resolve();
      throw new Error('the process dies here');
    };
  });
  space.consumer.plane.pull(begun.consumer);
  await crashed;
  await space.consumer.restart();
  space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
  const ended = await space.consumer.control.outcome(begun.consumer.pid);
  expect(ended).toMatchObject({ terminated: { code: 'DIGEST_MISMATCH' } });
  expect((await space.provider.transfer(begun.provider.pid)).end?.disputed).toBeDefined();
});
