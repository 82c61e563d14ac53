import type { Identity, Peer } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { Collection } from '@causeway/platform';
import { ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Attested, type AttestedRecord, openAttested } from './attested.js';

const clock = new ManualClock();
let trust: TestTrust;
let self: Identity;
const peer: Peer = {
  ...{ id: 'urn:causeway:cars', role: 'participant', fingerprint: 'f', notAfter: Number.POSITIVE_INFINITY },
};

let temporary: TemporaryStore;
let changes: string[];
let attested: Attested;

const open = () =>
  openAttested({
    ...{ identity: self, store: temporary.store, clock, events: { factsChanged: (id: string) => changes.push(id) } },
    attested: new Collection<AttestedRecord>(temporary.store, 'attested', 1),
  });

beforeAll(async () => {
  trust = await testTrust({ clock });
  self = await trust.identity('urn:causeway:steel', 'participant');
});
beforeEach(async () => {
  temporary = await temporaryStore();
  changes = [];
  attested = open();
});
afterEach(() => temporary[Symbol.asyncDispose]());

const token = (more: Partial<Parameters<TestTrust['token']>[0]> = {}) =>
  trust.token({ subject: peer, audience: self.id, ...more });
const shown = async (more: Parameters<typeof token>[0]) => attested.admit(peer, await token(more));
const facts = (at = clock.now()) => attested.factsFor(peer.id, at);

test('the facts about a peer are those of its latest token, until that token expires', async () => {
  expect(await facts()).toEqual({ values: {} });
  const { expires } = await shown({
    attributes: { role: ['buyer', 'quality'], country: 'CN-31', securityLevel: 'trust+', industry: 'C34', shoe: '42' },
  });
  const values = {
    'urn:causeway:v1:role': { value: ['buyer', 'quality'], source: 'attested' },
    'urn:causeway:v1:securityLevel': { value: 'idsc:TRUST_PLUS_SECURITY_PROFILE', source: 'attested' },
    spatial: { value: 'CN-31', source: 'attested' },
    industry: { value: 'C34', source: 'attested' },
  };
  expect(await facts()).toEqual({ values, until: expires });
  expect(await facts(expires - 1)).toEqual({ values, until: expires });
  expect(await facts(expires)).toEqual({ values: {} });
  // Still tolerated where it only proves who is there.
  await clock.advance(expires - clock.now());
  await attested.admit(peer, await token({ issued: clock.now() - 300_000, expires: clock.now() }));
  expect(await facts()).toEqual({ values: {} });
});

test('a restart forgets nothing that holds', async () => {
  const { expires } = await shown({ attributes: { role: 'buyer' } });
  attested = open();
  expect(await facts()).toMatchObject({ until: expires });
});

describe('a change is told once, after it is what is answered', () => {
  test('an attribute that is lost, in the same second even', async () => {
    await shown({ attributes: { role: 'buyer', country: 'CN' } });
    await shown({ attributes: { country: 'CN' }, revision: 1 });
    expect(changes).toEqual([peer.id, peer.id]);
    expect(Object.keys((await facts()).values)).toEqual(['spatial']);
  });

  test('a newer token that says the same, or what nobody asks for, is no change', async () => {
    await shown({ attributes: { role: 'buyer' } });
    await clock.advance(60_000);
    const { expires } = await shown({ attributes: { role: 'buyer', shoe: '42' }, revision: 1 });
    expect(changes).toEqual([peer.id]);
    expect(await facts()).toMatchObject({ until: expires });
  });

  test('one that ends earlier is', async () => {
    await shown({ attributes: { role: 'buyer' } });
    await shown({ attributes: { role: 'buyer' }, revision: 1, expires: clock.now() + 60_000 });
    expect(changes).toEqual([peer.id, peer.id]);
  });
});

test('an older token shown again gives nothing back', async () => {
  const older = await token({ attributes: { role: 'buyer' } });
  const sameSecond = await token({ attributes: { role: 'auditor' }, revision: 1 });
  await attested.admit(peer, sameSecond);
  await attested.admit(peer, older);
  await clock.advance(1_000);
  await shown({ attributes: {}, revision: 2 });
  await attested.admit(peer, sameSecond);
  expect(await facts()).toEqual({ values: {} });
  expect(changes).toHaveLength(2);
});

test('of tokens learnt at once the latest stays', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, revision) => token({ attributes: { role: `r${revision}` }, revision })),
  );
  await Promise.all(tokens.toReversed().map((one) => attested.admit(peer, one)));
  expect((await facts()).values).toMatchObject({ 'urn:causeway:v1:role': { value: 'r19' } });
});

test.each<[string, Parameters<typeof token>[0]]>([
  ['for somebody else', { audience: 'urn:causeway:copper' }],
  ['bound to another certificate', { fingerprint: 'another' }],
  ['that has expired', { issued: 0, expires: 1 }],
])('a token %s teaches nothing', async (_name, more) => {
  await expect(shown({ attributes: { role: 'buyer' }, ...more })).rejects.toMatchObject({ name: 'TrustError' });
  expect(await facts()).toEqual({ values: {} });
});
