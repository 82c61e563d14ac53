import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { extension } from '../dsp/vocabulary.js';
import type { Dataset, JsonObject, Reason } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

const clock = new ManualClock();
let trust: Awaited<ReturnType<typeof testTrust>>;
let identities: { provider: Identity; consumer: Identity; other: Identity };
let network: Network;
let provider: Party;
let consumer: Party;
let dataset: Dataset;

beforeAll(async () => {
  trust = await testTrust({ clock });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
    other: await trust.identity('urn:causeway:o', 'participant'),
  };
});

beforeEach(async () => {
  network = new Network();
  provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
  dataset = await provider.publish('d', [
    { terms: { assignees: [consumer.id, 'urn:causeway:o'], count: 2, auditors: ['urn:causeway:a'] } },
  ]);
});

afterEach(() => network[Symbol.asyncDispose]());

async function outcome(): Promise<{ provider: unknown; consumer: unknown; reason: Reason | undefined }> {
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const ours = await consumer.negotiation('n');
  const theirs = (await provider.all()).negotiations[0];
  return { provider: theirs?.state, consumer: ours.state, reason: ours.reason ?? theirs?.reason };
}

const only = (type: string, change: (body: JsonObject) => JsonObject) => (body: JsonObject) =>
  body['@type'] === type ? change(body) : body;
const inside = (body: JsonObject, name: string, change: JsonObject): JsonObject => ({
  ...body,
  [name]: { ...(body[name] as JsonObject), ...change },
});

describe('an agreement is taken only when it is what was asked for, signed by the other side of the channel', () => {
  test.each<[string, (body: JsonObject) => JsonObject, string]>([
    ['other terms', (body) => inside(body, 'agreement', { permission: [{ action: 'use' }] }), 'AGREEMENT_INVALID'],
    ['another assigner', (body) => inside(body, 'agreement', { assigner: 'urn:causeway:o' }), 'AGREEMENT_INVALID'],
    ['another assignee', (body) => inside(body, 'agreement', { assignee: 'urn:causeway:o' }), 'AGREEMENT_INVALID'],
    ['another dataset', (body) => inside(body, 'agreement', { target: 'urn:causeway:p:x' }), 'AGREEMENT_INVALID'],
    [
      'auditors left out',
      (body) => inside(body, 'agreement', { [extension.auditors]: ['urn:causeway:b'] }),
      'AGREEMENT_INVALID',
    ],
    [
      'a context that redefines its terms',
      (body) => inside(body, 'agreement', { '@context': 'https://evil.example/use.jsonld' }),
      'AGREEMENT_INVALID',
    ],
    ['no signature', ({ [extension.evidence]: _none, ...body }) => body, 'EVIDENCE_INVALID'],
    [
      'another time',
      (body) => inside(body, extension.evidence, { time: '2020-01-01T00:00:00.000Z' }),
      'EVIDENCE_INVALID',
    ],
    ['a broken signature', (body) => inside(body, extension.evidence, { envelope: 'x.y.z' }), 'EVIDENCE_INVALID'],
    [
      "somebody else's key statement",
      (body) => inside(body, extension.evidence, { keyStatement: identities.other.signing.keyStatement }),
      'EVIDENCE_INVALID',
    ],
  ])('%s', async (_name, change, code) => {
    network.tamper = only('ContractAgreementMessage', change);
    expect(await outcome()).toMatchObject({ provider: 'TERMINATED', consumer: 'TERMINATED', reason: { code } });
    expect((await consumer.records.agreements.page()).items).toEqual([]);
  });

  test.each<[string, (body: JsonObject) => JsonObject]>([
    ['no signature', ({ [extension.evidence]: _none, ...body }) => body],
    ['a signature over another agreement', (body) => inside(body, extension.evidence, { envelope: 'x.y.z' })],
  ])('the provider refuses a verification with %s, and ends the negotiation', async (_name, change) => {
    network.tamper = only('ContractAgreementVerificationMessage', change);
    expect(await outcome()).toMatchObject({
      provider: 'TERMINATED',
      consumer: 'TERMINATED',
      reason: { code: 'EVIDENCE_INVALID' },
    });
    const [agreement] = (await provider.records.agreements.page()).items;
    expect(agreement?.value.finalized).toBeUndefined();
  });
});

test('a request under an offer that is not there ends with the reason on both sides', async () => {
  await consumer.negotiate('n', provider, dataset, { ...dataset.offers[0]?.policy, '@id': 'urn:other' });
  await settle(clock, provider, consumer);
  expect(await consumer.negotiation('n')).toMatchObject({ state: 'TERMINATED', reason: { code: 'OFFER_UNKNOWN' } });
});

test('an offer whose window has passed is not agreed to any more', async () => {
  const until = new Date(clock.now() + 3_600_000).toISOString();
  dataset = await provider.publish('until', [{ terms: { assignees: [consumer.id], until } }]);
  await clock.advance(3_600_000);
  expect(await outcome()).toMatchObject({
    provider: 'TERMINATED',
    consumer: 'TERMINATED',
    reason: { code: 'OFFER_EXPIRED', en: expect.stringContaining('permitted before') as unknown },
  });
});

test('the same client id asks once', async () => {
  const first = await consumer.negotiate('n', provider, dataset);
  expect((await consumer.negotiate('n', provider, dataset)).pid).toBe(first.pid);
  expect((await consumer.all()).negotiations).toHaveLength(1);
  await settle(clock, provider, consumer);
});

test('a consumer that has verified learns of the commit by asking, when the event never comes', async () => {
  const lost = only('ContractNegotiationEventMessage', (body) => ({ ...body, consumerPid: 'urn:uuid:nobody' }));
  network.tamper = lost;
  await consumer.negotiate('n', provider, dataset);
  for (let round = 0; round < 20; round++) {
    await provider.plane.queue.idle();
    await consumer.plane.queue.idle();
  }
  expect((await consumer.negotiation('n')).state).toBe('VERIFIED');
  await consumer.plane.askOpen();
  await settle(clock, consumer);
  expect((await consumer.negotiation('n')).state).toBe('FINALIZED');
});

test.each<[string, JsonObject, string]>([
  ['an obligation nobody knows', { obligation: [{ action: 'odrl:forget' }] }, '/obligation/0/action: '],
  ['a term that is not known', { 'urn:x:fee': 1 }, '/urn:x:fee: '],
  ['a context that redefines the terms', { '@context': 'https://evil.example/use.jsonld' }, '/@context: '],
])('an offer with %s is not asked for', async (_name, more, words) => {
  const asking = consumer.negotiate('n', provider, dataset, { ...dataset.offers[0]?.policy, ...more });
  await expect(asking).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    message: expect.stringContaining(words) as unknown,
  });
  expect(network.sent).toEqual([]);
});

describe('a request that nothing can be made of', () => {
  let free: Dataset;
  beforeEach(async () => {
    free = await provider.publish('free', [{ terms: { assignees: [consumer.id] } }]);
  });
  const offered = (terms: JsonObject): JsonObject => ({ ...free.offers[0]?.policy, target: free.id, ...terms });
  const rules = (length: number, id: (index: number) => string) =>
    Array.from({ length }, (_, index) => ({ action: 'use', '@id': id(index) }));

  test.each<[string, JsonObject, string]>([
    // Within the bounds of a policy, and more than a statement holds once it is UTF-8.
    ['too many bytes', { permission: rules(100, (at) => `urn:${at}:${'字'.repeat(1_000)}`) }, 'EVIDENCE_INVALID'],
  ])('because of %s ends, and leaves no work', async (_name, terms, code) => {
    const { status } = await network.post(consumer.id, `${provider.dspBase}/negotiations/request`, {
      '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
      '@type': 'ContractRequestMessage',
      '@id': 'urn:uuid:m',
      consumerPid: 'urn:uuid:1',
      callbackAddress: consumer.dspBase,
      offer: offered(terms),
    });
    expect(status).toBe(201);
    await provider.plane.queue.idle();
    const [record] = (await provider.all()).negotiations;
    expect(record?.intent ?? record).toMatchObject({ state: 'TERMINATED', reason: { code } });
    await settle(clock, provider, consumer);
  });

  test.each<[string, JsonObject, string]>([
    ['too many characters', { permission: rules(200, (at) => `urn:${at}:${'x'.repeat(1_000)}`) }, 'characters'],
    ['a foreign context', { '@context': 'https://evil.example/use.jsonld' }, '/@context: '],
    ['an unknown action', { permission: [{ action: 'urn:x:resell' }] }, '/permission/0/action: '],
  ])('because of %s is refused with the place, and nothing of it is kept', async (_name, terms, words) => {
    const { status, body } = await network.post(consumer.id, `${provider.dspBase}/negotiations/request`, {
      '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
      '@type': 'ContractRequestMessage',
      consumerPid: 'urn:uuid:1',
      callbackAddress: consumer.dspBase,
      offer: offered(terms),
    });
    expect([status, body?.['code']]).toEqual([400, 'POLICY_INVALID']);
    expect(JSON.stringify(body?.['reason'])).toContain(words);
    expect((await provider.all()).negotiations).toEqual([]);
  });

  test('terms of any size are not kept', async () => {
    const { status, body } = await network.post(consumer.id, `${provider.dspBase}/negotiations/request`, {
      '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
      '@type': 'ContractRequestMessage',
      consumerPid: 'urn:uuid:1',
      callbackAddress: consumer.dspBase,
      offer: offered({ 'urn:x': 'x'.repeat(300_000) }),
    });
    expect([status, body?.['code']]).toEqual([400, 'MESSAGE_INVALID']);
    expect((await provider.all()).negotiations).toEqual([]);
  });
});
