import { randomBytes } from 'node:crypto';
import { PeerChannel } from '@causeway/certs/peer';
import { GrpcFailure, silentLogger } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attesting } from './attesting.js';
import { SpaceDouble } from './testing/space-double.js';

const clock = new ManualClock();
const minute = 60_000;
let space: SpaceDouble;
/** Tokens that the provider was shown, and by whom. */
let shown: string[];
let admit: () => { expires: number };
let channel: PeerChannel;

/** The consumer's own token, numbered. */
const tokens = {
  handedOut: 0,
  async for(audience: string): Promise<string> {
    this.handedOut += 1;
    return `${this.handedOut} for ${audience}`;
  },
};

beforeAll(async () => {
  const attest = async (peer: { id: string }, token: string) => {
    const admitted = admit();
    shown.push(`${peer.id} shows ${token}`);
    return admitted;
  };
  space = await SpaceDouble.start({ provider: { attest }, consumer: { tokens } });
  const { identity } = space.consumer;
  const expect = { id: space.provider.identity.id, role: 'participant' } as const;
  channel = new PeerChannel({ identity, address: space.provider.address, expect });
});
beforeEach(() => {
  shown = [];
  tokens.handedOut = 0;
  admit = () => ({ expires: clock.now() + 10 * minute });
});
afterAll(async () => {
  channel.close();
  await space[Symbol.asyncDispose]();
});

const show = (signal: AbortSignal) =>
  attesting({ clock, log: silentLogger, tokens }, channel, space.provider.identity.id, signal);
const nth = (number: number) => `${space.consumer.identity.id} shows ${number} for ${space.provider.identity.id}`;

test('a consumer shows its token before it pulls', async () => {
  const { consumer } = await space.begin(randomBytes(1_000));
  space.consumer.plane.pull(consumer);
  expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ completed: true });
  expect(shown).toEqual([nth(1)]);
});

test('a newer one is shown before the last expires, until the stream is over', async () => {
  const over = new AbortController();
  await show(over.signal);
  expect(shown).toEqual([nth(1)]);
  await clock.asleep();
  await clock.advance(9 * minute + 9_999);
  expect(shown).toHaveLength(1);
  await clock.advance(1);
  await expect.poll(() => shown).toEqual([nth(1), nth(2)]);
  await clock.asleep();
  over.abort();
  await clock.advance(60 * minute);
  expect(shown).toHaveLength(2);
});

test('one that cannot be shown keeps nobody from pulling, and is tried again', async () => {
  admit = () => {
    throw new GrpcFailure(status.UNAVAILABLE, 'AWAY', 'not now');
  };
  const over = new AbortController();
  await show(over.signal);
  admit = () => ({ expires: clock.now() + minute });
  await clock.asleep();
  await clock.advance(2_000);
  await expect.poll(() => shown).toEqual([nth(2)]);
  over.abort();
});
