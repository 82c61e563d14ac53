import { createHash, randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import type { Identity } from '@causeway/certs/peer';
import { parseStatement } from '@causeway/evidence';
import { type Clock, systemClock } from '@causeway/platform';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectorError } from '../errors.js';
import { reason } from '../reasons.js';
import { dataPath } from './http-provider.js';
import { type Fetch, type Fetched, fetchData } from './testing/http-client.js';
import { SpaceDouble, type Started } from './testing/space-double.js';
import { TransferTokens } from './transfer-token.js';

const http = { format: 'HttpData-PULL' } as const;
let space: SpaceDouble;
let other: Identity;
beforeAll(async () => {
  space = await SpaceDouble.start();
  other = await space.trust.identity('urn:causeway:other', 'participant');
});
afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

/** The data address that the provider would send: a token bound to the consumer's certificate, or to none. */
async function addressOf({ provider }: Started): Promise<{ url: string; token: string; properties: string[] }> {
  const fingerprint = provider.unbound ? {} : { fingerprint: await fingerprintOf(space.consumer.identity) };
  const address = await space.provider.plane.address({ ...provider, ...fingerprint });
  const properties = address['endpointProperties'] as { name: string; value: string }[];
  const token = properties.find(({ name }) => name === 'authorization')?.value ?? '';
  return {
    url: String(address['endpoint']),
    token,
    properties: properties.map(({ name, value }) => `${name} ${value}`),
  };
}

async function fingerprintOf({ tls }: Identity): Promise<string> {
  const der = Buffer.from(tls.cert.split('-----')[2] ?? '', 'base64');
  return createHash('sha256').update(der).digest('base64url');
}

type Change = Partial<Omit<Fetch, 'as'>> & { readonly token?: string; readonly as?: Identity | 'nobody' };

async function get(begun: Started, { token, as, headers, ...rest }: Change = {}): Promise<Fetched> {
  const address = await addressOf(begun);
  const whose = as ?? (begun.provider.unbound ? 'nobody' : space.consumer.identity);
  return fetchData({
    ...{ url: address.url, roots: space.provider.identity.roots, ...rest },
    ...(whose === 'nobody' ? {} : { as: whose }),
    headers: { authorization: `Bearer ${token ?? address.token}`, ...headers },
  });
}

async function endOf({ provider }: Started) {
  // The last byte is with the client before the end is saved.
  await space.provider.plane.idle();
  const { end, sent, opened } = await space.provider.transfer(provider.pid);
  return {
    sent,
    opened,
    end: end && { ...parseStatement(Buffer.from(end.statement)).statement, consumer: end.consumer },
  };
}

describe('the bytes of a transfer', () => {
  test('come whole, with their digest, to the certificate the token is bound to', async () => {
    const bytes = randomBytes(700_000);
    const begun = await space.begin(bytes, http);
    const { status, headers, body, whole } = await get(begun);
    expect([status, whole, body.equals(bytes)]).toEqual([200, true, true]);
    const digest = createHash('sha256').update(bytes).digest();
    expect(headers).toMatchObject({
      'content-length': '700000',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      etag: `"sha-256:${digest.toString('hex')}"`,
      'repr-digest': `sha-256=:${digest.toString('base64')}:`,
    });
  });

  test('are signed for by the provider alone, once all of them have left', async () => {
    const begun = await space.begin(randomBytes(1_000), http);
    await get(begun, { headers: { range: 'bytes=0-499' } });
    expect(await endOf(begun)).toEqual({ sent: 500, opened: true, end: undefined });
    await get(begun, { headers: { range: 'bytes=900-' } });
    expect(await endOf(begun)).toMatchObject({ sent: 500, end: undefined });
    await get(begun, { headers: { range: 'bytes=400-' } });
    const said = { type: 'transfer-end', outcome: 'complete', bytes: '1000', consumer: undefined };
    expect(await endOf(begun)).toMatchObject({ sent: 1_000, end: said });
    const before = await space.provider.transfer(begun.provider.pid);
    expect((await get(begun)).status).toBe(200);
    expect((await space.provider.transfer(begun.provider.pid)).end).toEqual(before.end);
    const own = before.end ? [before.end.provider] : [];
    expect(await space.provider.evidence.wait(own, 10_000, new AbortController().signal)).toHaveLength(1);
  });

  test('come for a token bound to nothing, where the transfer began as one that allows it', async () => {
    const bytes = randomBytes(5_000);
    const begun = await space.begin(bytes, { ...http, unbound: true });
    const { properties, token } = await addressOf(begun);
    expect(properties).toContain('urn:causeway:v1:token unbound');
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ unbound: true });
    expect((await get(begun)).body.equals(bytes)).toBe(true);
    // As clients of other connectors send it.
    expect((await get(begun, { headers: { authorization: token } })).status).toBe(200);
  });

  test('come empty when there are none', async () => {
    const begun = await space.begin(Buffer.alloc(0), http);
    expect(await get(begun)).toMatchObject({ status: 200, whole: true, body: Buffer.alloc(0) });
    expect(await endOf(begun)).toMatchObject({ end: { bytes: '0' } });
  });
});

describe('a range', () => {
  test('is a part, of the version that the client has the rest of, or refused', async () => {
    const bytes = randomBytes(1_000);
    const begun = await space.begin(bytes, http);
    const part = await get(begun, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 10-19/1000']);
    expect(part.body.equals(bytes.subarray(10, 20))).toBe(true);
    const { etag = '' } = part.headers;
    expect((await get(begun, { headers: { range: 'bytes=10-', 'if-range': etag } })).status).toBe(206);
    const other = await get(begun, { headers: { range: 'bytes=10-', 'if-range': '"sha-256:00"' } });
    expect([other.status, other.body.length]).toEqual([200, 1_000]);
    const { status, code, headers } = await get(begun, { headers: { range: 'bytes=1000-' } });
    expect([status, code, headers['content-range']]).toEqual([416, 'RANGE_REFUSED', 'bytes */1000']);
  });
});

describe('refused:', () => {
  const refused = (status: number, code: string) => ({ status, code });

  test('no token, nonsense, and a token of something else', async () => {
    const begun = await space.begin(randomBytes(10), http);
    for (const headers of [{ authorization: '' }, { authorization: 'Basic eA==' }, { authorization: 'Bearer x.y.z' }]) {
      expect(await get(begun, { headers })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    }
    const another = await space.begin(randomBytes(10), http);
    const { token } = await addressOf(another);
    expect(await get(begun, { token })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    expect((await endOf(begun)).opened).toBeUndefined();
  });

  test('a bound token with another certificate, or with none', async () => {
    const begun = await space.begin(randomBytes(10), http);
    const renewed = await space.trust.identity(space.consumer.identity.id, 'participant');
    expect(await get(begun, { as: other })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    expect(await get(begun, { as: renewed })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    expect(await get(begun, { as: 'nobody' })).toMatchObject(refused(401, 'PEER_MISSING'));
    const broker = await space.trust.identity('urn:causeway:a-broker', 'broker');
    expect(await get(begun, { as: broker })).toMatchObject(refused(403, 'ROLE_REFUSED'));
  });

  test('an unbound token of a transfer that allows none, or in the hands of another member', async () => {
    const bound = await space.begin(randomBytes(10), http);
    const tokens = new TransferTokens({ identity: space.provider.identity, clock: systemClock, lifetimeMs: 60_000 });
    await expect(tokens.mintUnbound(bound.provider)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    const { token } = await tokens.mintUnbound({ ...bound.provider, unbound: true });
    expect(await get(bound, { token, as: 'nobody' })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    const unbound = await space.begin(randomBytes(10), { ...http, unbound: true });
    expect(await get(unbound, { as: other })).toMatchObject(refused(401, 'TOKEN_INVALID'));
  });

  test('a token that expired, or that somebody else signed', async () => {
    const begun = await space.begin(randomBytes(10), { ...http, unbound: true });
    const past: Clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
    for (const options of [
      { identity: space.provider.identity, clock: past, lifetimeMs: 60_000 },
      { identity: other, clock: systemClock, lifetimeMs: 60_000 },
    ]) {
      const { token } = await new TransferTokens(options).mintUnbound(begun.provider);
      expect(await get(begun, { token })).toMatchObject(refused(401, 'TOKEN_INVALID'));
    }
  });

  test('a replay after the end, whatever the end was', async () => {
    const begun = await space.begin(randomBytes(10), { ...http, unbound: true });
    expect((await get(begun)).status).toBe(200);
    await space.provider.control.complete(begun.provider.pid);
    expect(await get(begun)).toMatchObject(refused(409, 'TRANSFER_STOPPED'));
  });

  test('what the policy does not permit any more', async () => {
    const begun = await space.begin(randomBytes(10), http);
    space.provider.control.denial = new ConnectorError('POLICY_DENIED', 'the window is over');
    expect(await get(begun)).toMatchObject(refused(403, 'POLICY_DENIED'));
    space.provider.control.denial = undefined;
    expect((await endOf(begun)).opened).toBeUndefined();
  });

  test('a file that was changed', async () => {
    const begun = await space.begin(randomBytes(8_000_000), http);
    await truncate(begun.source, 4_000_000);
    expect(await get(begun)).toMatchObject(refused(409, 'SOURCE_CHANGED'));
    await writeFile(begun.source, 'something else');
    expect(await get(begun)).toMatchObject(refused(409, 'SOURCE_CHANGED'));
    expect((await endOf(begun)).end).toBeUndefined();
  });

  test('other paths and methods', async () => {
    const begun = await space.begin(randomBytes(10), http);
    const root = space.provider.dataRoot;
    for (const [path, method, status] of [
      ['/', 'GET', 404],
      ['/data/', 'GET', 404],
      [`${dataPath(begun.provider.pid)}/x`, 'GET', 404],
      [dataPath(begun.provider.pid), 'PUT', 405],
      [dataPath(begun.provider.pid), 'HEAD', 405],
      [`${dataPath(begun.provider.pid)}/token`, 'GET', 405],
    ] as const) {
      expect([path, (await get(begun, { url: `${root}${path}`, method })).status]).toEqual([path, status]);
    }
    expect((await get(begun, { url: `${root}/`, as: 'nobody' })).code).toBe('PEER_MISSING');
    const grpc = await space.begin(randomBytes(10));
    expect(await get(grpc, { url: `${root}${dataPath(grpc.provider.pid)}` })).toMatchObject(
      refused(401, 'TOKEN_INVALID'),
    );
  });
});

describe('a stream', () => {
  test('is cut when its file is changed while it is sent, and nothing is signed', async () => {
    const begun = await space.begin(randomBytes(30_000_000), http);
    const { whole } = await get(begun, {
      opened: async (response) => {
        response.pause();
        await truncate(begun.source, 20_000_000);
      },
    });
    expect(whole).toBe(false);
    expect((await endOf(begun)).end).toBeUndefined();
  });

  test('is cut when its transfer is stopped, and nothing is signed', async () => {
    const begun = await space.begin(randomBytes(30_000_000), { ...http, unbound: true });
    const { whole, body } = await get(begun, {
      opened: async () => {
        space.provider.plane.stop(begun.provider.pid, reason('AGREEMENT_ENDED', 'it is over'), 'TERMINATED');
        await space.provider.plane.idle();
      },
    });
    expect(whole).toBe(false);
    expect(body.length).toBeLessThan(30_000_000);
    expect((await endOf(begun)).end).toBeUndefined();
  });

  test('gives way to a newer one of the same transfer', async () => {
    const bytes = randomBytes(30_000_000);
    const begun = await space.begin(bytes, { ...http, unbound: true });
    let newer: Fetched | undefined;
    const older = await get(begun, {
      opened: async (response) => {
        response.pause();
        newer = await get(begun);
      },
    });
    expect(older.whole).toBe(false);
    expect(newer?.body.equals(bytes)).toBe(true);
  });

  test('whose client takes nothing is cut off in time', async () => {
    const idle = await SpaceDouble.start({ provider: { clock: hasty() } });
    try {
      const begun = await idle.begin(randomBytes(60_000_000), { ...http, unbound: true });
      const { token } = await new TransferTokens({
        ...{ identity: idle.provider.identity, clock: systemClock, lifetimeMs: 60_000 },
      }).mintUnbound(begun.provider);
      const url = `${idle.provider.dataRoot}${dataPath(begun.provider.pid)}`;
      const { whole } = await fetchData({
        ...{ url, roots: idle.provider.identity.roots, headers: { authorization: `Bearer ${token}` } },
        opened: async (response) => {
          response.pause();
          await idle.provider.plane.idle();
        },
      });
      expect(whole).toBe(false);
      expect((await idle.provider.transfer(begun.provider.pid)).end).toBeUndefined();
    } finally {
      await idle[Symbol.asyncDispose]();
    }
  });
});

test('a token is renewed on the channel of its consumer, and for nobody else', async () => {
  const begun = await space.begin(randomBytes(10), http);
  const url = `${space.provider.dataRoot}${dataPath(begun.provider.pid)}/token`;
  const renewed = await get(begun, { url, method: 'POST', headers: { authorization: '' } });
  expect(renewed.status).toBe(200);
  const { token } = JSON.parse(renewed.body.toString()) as { token: string };
  expect((await get(begun, { token })).status).toBe(200);
  expect(await get(begun, { url, method: 'POST', as: other })).toMatchObject({ status: 404 });
  expect(await get(begun, { url, method: 'POST', as: 'nobody' })).toMatchObject({ code: 'PEER_MISSING' });
});

test('I2: while the clearing house is away not a byte leaves', async () => {
  const dark = await SpaceDouble.start({ provider: { evidenceWaitMs: 100 } });
  await dark.log.down();
  try {
    const { provider } = await dark.begin(randomBytes(10), { ...http, unbound: true });
    const { identity, dataRoot } = dark.provider;
    const tokens = new TransferTokens({ identity, clock: systemClock, lifetimeMs: 60_000 });
    const headers = { authorization: `Bearer ${(await tokens.mintUnbound(provider)).token}` };
    const answer = await fetchData({ url: `${dataRoot}${dataPath(provider.pid)}`, roots: identity.roots, headers });
    expect(answer).toMatchObject({ status: 503, code: 'EVIDENCE_PENDING', headers: { 'retry-after': '1' } });
    expect((await dark.provider.transfer(provider.pid)).opened).toBeUndefined();
  } finally {
    await dark[Symbol.asyncDispose]();
  }
});

/** A clock on which the deadline of a client that takes nothing passes at once. */
function hasty(): Clock {
  return { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms === 60_000 ? 200 : ms, signal) };
}
