import { randomBytes } from 'node:crypto';
import { PeerChannel } from '@causeway/certs/peer';
import { Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { OpenStreams } from './open-streams.js';
import { SpaceDouble, type Started } from './testing/space-double.js';

test('streams are bounded for each consumer and for all; a newer one of the same transfer is no other', async () => {
  const streams = new OpenStreams({ streams: 3, streamsPerPeer: 2 });
  using first = await streams.take('one', 'a');
  const second = await streams.take('two', 'a');
  await expect(streams.take('three', 'a')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  using _other = await streams.take('four', 'b');
  await expect(streams.take('five', 'c')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  first.signal.addEventListener('abort', () => first[Symbol.dispose]());
  using _newer = await streams.take('one', 'a');
  expect(first.signal.aborted).toBe(true);
  second[Symbol.dispose]();
  using _third = await streams.take('three', 'a');
});

test('a consumer that has too many open is told so, and its puller goes on when there is room', async () => {
  await using space = await SpaceDouble.start({ provider: { streams: { streams: 4, streamsPerPeer: 1 } } });
  const [stalled, wanted] = [await space.begin(randomBytes(10)), await space.begin(randomBytes(10))];
  const over = new AbortController();
  const held = await open(space, stalled, over.signal);
  const refused = open(space, wanted, over.signal);
  await expect(refused).rejects.toMatchObject({ status: status.RESOURCE_EXHAUSTED, code: 'QUEUE_FULL' });
  space.consumer.plane.pull(wanted.consumer);
  await space.consumer.plane.idle();
  expect((await space.consumer.transfer(wanted.consumer.pid)).state).toBe('STARTED');
  held.close();
  over.abort();
  await space.provider.plane.idle();
  space.consumer.plane.pull(wanted.consumer);
  await space.consumer.plane.idle();
  expect((await space.consumer.transfer(wanted.consumer.pid)).end?.consumer).toBeDefined();
});

/** Opens a stream up to its first answer, and then reads no more of it. */
async function open(space: SpaceDouble, { provider }: Started, signal: AbortSignal): Promise<PeerChannel> {
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const { identity } = space.consumer;
  const channel = new PeerChannel({ identity, address: space.provider.address, expect: expectProvider });
  try {
    const { token } = await channel.unary(Exchange.renew, { transfer: provider.pid });
    const stream = channel.bidi(Exchange.pull, { metadata: { authorization: `Bearer ${token}` }, signal });
    await stream.send({ open: { transfer: provider.pid, offset: 0, expectedVersion: '' } });
    await stream.responses[Symbol.asyncIterator]().next();
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  }
}
