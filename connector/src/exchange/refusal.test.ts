import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type Identity, PeerChannel } from '@causeway/certs/peer';
import { type Clock, systemClock } from '@causeway/platform';
import { Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectorError } from '../errors.js';
import type { Transfer } from '../model.js';
import { reason } from '../reasons.js';
import { CuttingProxy } from './testing/cutting-proxy.js';
import { SpaceDouble } from './testing/space-double.js';
import { TransferTokens } from './transfer-token.js';

let space: SpaceDouble;
let other: Identity;
beforeAll(async () => {
  space = await SpaceDouble.start({ provider: { evidenceWaitMs: 300 } });
  other = await space.trust.identity('urn:causeway:other', 'participant');
});
afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

interface Opening {
  readonly as?: Identity;
  readonly token?: string;
  readonly offset?: number;
  readonly expectedVersion?: string;
}

/** Opens a stream as a client of its own making would, and reads what comes until the provider ends it. */
async function open(pid: string, { as = space.consumer.identity, token, offset = 0, expectedVersion = '' }: Opening) {
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const channel = new PeerChannel({ identity: as, address: space.provider.address, expect: expectProvider });
  const over = new AbortController();
  try {
    const metadata: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const stream = channel.bidi(Exchange.pull, { metadata, signal: over.signal });
    await stream.send({ open: { transfer: pid, offset, expectedVersion } });
    let bytes = 0;
    for await (const { chunk, closing } of stream.responses) {
      bytes += chunk?.length ?? 0;
      if (closing) return { bytes };
    }
    return { bytes };
  } finally {
    over.abort();
    channel.close();
  }
}

async function renew(pid: string, as: Identity = space.consumer.identity): Promise<string> {
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const channel = new PeerChannel({ identity: as, address: space.provider.address, expect: expectProvider });
  try {
    return (await channel.unary(Exchange.renew, { transfer: pid })).token;
  } finally {
    channel.close();
  }
}

function mint(
  transfer: Transfer,
  fingerprint: string,
  by: Identity = space.provider.identity,
  clock: Clock = systemClock,
) {
  return new TransferTokens({ identity: by, clock, lifetimeMs: 60_000 }).mint(transfer, fingerprint);
}

const unauthenticated = { status: status.UNAUTHENTICATED, code: 'TOKEN_INVALID' };
const notFound = { status: status.NOT_FOUND, code: 'NOT_FOUND' };

describe('a token', () => {
  test('that was renewed on the channel opens the transfer', async () => {
    const { provider } = await space.begin(randomBytes(70_000));
    expect(await open(provider.pid, { token: await renew(provider.pid) })).toEqual({ bytes: 70_000 });
  });

  test('is needed, and must be one', async () => {
    const { provider } = await space.begin(randomBytes(10));
    await expect(open(provider.pid, {})).rejects.toMatchObject(unauthenticated);
    await expect(open(provider.pid, { token: 'nonsense' })).rejects.toMatchObject(unauthenticated);
    const token = await renew(provider.pid);
    const [header, claims] = token.split('.');
    const broken = `${header}.${claims}.${'A'.repeat(86)}`;
    await expect(open(provider.pid, { token: broken })).rejects.toMatchObject(unauthenticated);
  });

  test('of another transfer opens nothing', async () => {
    const one = await space.begin(randomBytes(10));
    const two = await space.begin(randomBytes(10));
    const token = await renew(two.provider.pid);
    await expect(open(one.provider.pid, { token })).rejects.toMatchObject(unauthenticated);
  });

  test('bound to another certificate opens nothing', async () => {
    const { provider } = await space.begin(randomBytes(10));
    const again = await space.trust.identity(space.consumer.identity.id, 'participant');
    const token = await renew(provider.pid);
    await expect(open(provider.pid, { token, as: again })).rejects.toMatchObject(unauthenticated);
    expect(await open(provider.pid, { token: await renew(provider.pid, again), as: again })).toEqual({ bytes: 10 });
  });

  test('that expired, or was issued by somebody else, opens nothing', async () => {
    const { provider } = await space.begin(randomBytes(10));
    const claims = JSON.parse(Buffer.from((await renew(provider.pid)).split('.')[1] ?? '', 'base64url').toString());
    const fingerprint = claims.cnf['x5t#S256'];
    const past: Clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const expired = await mint(provider, fingerprint, space.provider.identity, past);
    await expect(open(provider.pid, { token: expired.token })).rejects.toMatchObject(unauthenticated);
    const forged = await mint(provider, fingerprint, other);
    await expect(open(provider.pid, { token: forged.token })).rejects.toMatchObject(unauthenticated);
    const good = await mint(provider, fingerprint);
    expect(await open(provider.pid, { token: good.token })).toEqual({ bytes: 10 });
  });

  test('that expired is renewed by the consumer', async () => {
    const { provider, consumer } = await space.begin(randomBytes(10));
    const past: Clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const { token } = await mint(provider, 'someone', space.provider.identity, past);
    space.consumer.plane.pull(consumer, token);
    expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ completed: true });
  });
});

test("another participant's transfer is as unknown as one that does not exist", async () => {
  const { provider } = await space.begin(randomBytes(10));
  const token = await renew(provider.pid);
  await expect(open(provider.pid, { token, as: other })).rejects.toMatchObject(notFound);
  await expect(renew(provider.pid, other)).rejects.toMatchObject(notFound);
  await expect(open('urn:uuid:none', { token })).rejects.toMatchObject(notFound);
  await expect(renew('urn:uuid:none')).rejects.toMatchObject(notFound);
});

test('an offset outside the file, or after bytes of another version, is refused', async () => {
  const { provider } = await space.begin(randomBytes(100));
  const token = await renew(provider.pid);
  const invalid = { status: status.INVALID_ARGUMENT, code: 'MESSAGE_INVALID' };
  const version = `sha-256:${'1'.repeat(64)}`;
  await expect(open(provider.pid, { token, offset: 101, expectedVersion: version })).rejects.toMatchObject(invalid);
  await expect(open(provider.pid, { token, offset: 5 })).rejects.toMatchObject(invalid);
  await expect(open(provider.pid, { token, offset: 5, expectedVersion: version })).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
  });
});

test('a refused decision ends the transfer with its reason, and no use counts as opened', async () => {
  const { provider, consumer } = await space.begin(randomBytes(10));
  space.provider.control.denial = new ConnectorError('POLICY_DENIED', 'the window of the contract is over');
  space.consumer.plane.pull(consumer);
  expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({
    terminated: { code: 'POLICY_DENIED', en: 'the window of the contract is over' },
  });
  expect((await space.provider.transfer(provider.pid)).opened).toBeUndefined();
  space.provider.control.denial = undefined;
});

test('a stopped transfer ends its stream at once and sends no more', async () => {
  await using proxy = await CuttingProxy.start(space.provider.address, []);
  const { provider, consumer } = await space.begin(randomBytes(60_000_000), { address: proxy.address });
  space.consumer.plane.pull(consumer);
  await expect.poll(() => space.provider.plane.progress(provider.pid) ?? 0).toBeGreaterThan(0);
  const why = reason('POLICY_DENIED', 'withdrawn by its owner');
  await space.provider.control.update(provider.pid, async (transfer) => ({
    transfer: { ...transfer, intent: { state: 'SUSPENDED', reason: why, since: 0 } },
  }));
  space.provider.plane.stop(provider.pid, why, 'SUSPENDED');
  await space.provider.plane.idle();
  const received = space.consumer.plane.progress(consumer.pid) ?? 0;
  expect(received).toBeLessThan(60_000_000);
  await expect(open(provider.pid, { token: (await mint(provider, 'x')).token })).rejects.toMatchObject(unauthenticated);
  await expect(renew(provider.pid)).rejects.toMatchObject({ code: 'TRANSFER_NOT_STARTED' });
  // Its consumer does not end it: whether it goes on is between the control planes.
  expect(space.consumer.control.ended.find(({ pid }) => pid === consumer.pid)).toBeUndefined();

  await space.provider.control.update(provider.pid, async ({ intent: _over, ...transfer }) => ({ transfer }));
  space.consumer.plane.pull(consumer);
  expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ completed: true });
});

test('a consumer that is stopped leaves nothing of a terminated transfer', async () => {
  const { provider, consumer } = await space.begin(randomBytes(60_000_000));
  space.consumer.plane.pull(consumer);
  await expect.poll(() => space.consumer.plane.progress(consumer.pid) ?? 0).toBeGreaterThan(0);
  const why = reason('OPERATOR', 'not needed any more');
  await space.consumer.control.update(consumer.pid, async (transfer) => ({
    transfer: { ...transfer, state: 'TERMINATED' },
  }));
  space.consumer.plane.stop(consumer.pid, why, 'TERMINATED');
  await space.consumer.plane.idle();
  expect(existsSync(consumer.sink?.partial ?? '')).toBe(false);
  expect((await space.consumer.transfer(consumer.pid)).sink?.stage).toBe('discarded');
  expect((await space.provider.transfer(provider.pid)).end).toBeUndefined();
});

test('a suspended transfer keeps what it has until it is terminated', async () => {
  const { consumer } = await space.begin(randomBytes(60_000_000));
  const partial = consumer.sink?.partial ?? '';
  const why = reason('OPERATOR', 'not now');
  space.consumer.plane.pull(consumer);
  await expect.poll(() => space.consumer.plane.progress(consumer.pid) ?? 0).toBeGreaterThan(0);
  await space.consumer.control.update(consumer.pid, async (transfer) => ({
    transfer: { ...transfer, state: 'SUSPENDED' },
  }));
  space.consumer.plane.stop(consumer.pid, why, 'SUSPENDED');
  await space.consumer.plane.idle();
  expect(existsSync(partial)).toBe(true);
  await space.consumer.control.update(consumer.pid, async (transfer) => ({
    transfer: { ...transfer, state: 'TERMINATED' },
  }));
  space.consumer.plane.stop(consumer.pid, why, 'TERMINATED');
  await expect.poll(() => existsSync(partial)).toBe(false);
});

test('a newer stream takes over from an older one', async () => {
  const { provider } = await space.begin(randomBytes(60_000_000));
  const token = await renew(provider.pid);
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const identity = space.consumer.identity;
  const channel = new PeerChannel({ identity, address: space.provider.address, expect: expectProvider });
  const older = channel.bidi(Exchange.pull, { metadata: { authorization: `Bearer ${token}` } });
  await older.send({ open: { transfer: provider.pid, offset: 0, expectedVersion: '' } });
  const responses = older.responses[Symbol.asyncIterator]();
  await responses.next();
  expect(await open(provider.pid, { token })).toEqual({ bytes: 60_000_000 });
  const drain = async () => {
    while (!(await responses.next()).done);
  };
  await expect(drain()).rejects.toMatchObject({ status: status.ABORTED, code: 'STREAM_REPLACED' });
  channel.close();
});

test('I2: while the clearing house is away not a byte leaves, and the transfer waits', async () => {
  await space.log.down();
  const { provider, consumer, target } = await space.begin(randomBytes(10));
  const token = await renew(provider.pid);
  await expect(open(provider.pid, { token })).rejects.toMatchObject({
    status: status.UNAVAILABLE,
    code: 'EVIDENCE_PENDING',
  });
  expect((await space.provider.transfer(provider.pid)).opened).toBeUndefined();
  space.consumer.plane.pull(consumer);
  await space.log.up();
  expect(await space.consumer.control.outcome(consumer.pid)).toMatchObject({ completed: true });
  expect(existsSync(target)).toBe(true);
});
