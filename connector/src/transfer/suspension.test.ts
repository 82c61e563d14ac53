import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dspContext } from '../dsp/vocabulary.js';
import type { Reason } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

const clock = new ManualClock();
const why: Reason = { code: 'OPERATOR', en: 'Not now.', zh: '现在不行。' };
let identities: { provider: Identity; consumer: Identity };
let network: Network;
let provider: Party;
let consumer: Party;
let ours: string;
let theirs: string;

beforeAll(async () => {
  const trust = await testTrust({ clock });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

beforeEach(async () => {
  network = new Network();
  provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const agreement = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
  ours = (await consumer.plane.transfers.request({ request: 't', agreement, to: '/tmp/x' })).record.pid;
  await settle(clock, provider, consumer);
  theirs = (await provider.all()).transfers[0]?.pid ?? '';
});

afterEach(() => network[Symbol.asyncDispose]());

const states = async () => [
  (await provider.records.transfers.get(theirs))?.value.state,
  (await consumer.records.transfers.get(ours))?.value.state,
];

test('binds whoever suspends at once, and the other side when it hears of it', async () => {
  network.fault = () => 'lose';
  const suspended = await provider.plane.transfers.suspend(theirs, why);
  expect(suspended).toMatchObject({ state: 'STARTED', intent: { state: 'SUSPENDED' } });
  expect(provider.dataPlane.stopped).toEqual([{ pid: theirs, reason: why, to: 'SUSPENDED' }]);
  await expect(provider.plane.control.authorize(suspended.pid)).rejects.toMatchObject({ code: 'TRANSFER_STOPPED' });
  expect(consumer.dataPlane.stopped).toEqual([]);
  network.fault = () => 'none';
  await settle(clock, provider, consumer);
  expect(await states()).toEqual(['SUSPENDED', 'SUSPENDED']);
  expect(consumer.dataPlane.stopped).toEqual([{ pid: ours, reason: why, to: 'SUSPENDED' }]);
});

test("a provider's suspension is lifted by the provider only, and the consumer then pulls with a new token", async () => {
  await provider.plane.transfers.suspend(theirs, why);
  await settle(clock, provider, consumer);
  await expect(consumer.plane.transfers.resume(ours)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  await provider.plane.transfers.resume(theirs);
  await settle(clock, provider, consumer);
  expect(await states()).toEqual(['STARTED', 'STARTED']);
  expect(consumer.dataPlane.pulled.at(-1)).toMatchObject({ pid: ours, token: expect.any(String) });
});

test("a consumer's suspension is lifted by the consumer, which pulls when the provider has acknowledged it", async () => {
  await consumer.plane.transfers.suspend(ours, why);
  await settle(clock, provider, consumer);
  await expect(provider.plane.transfers.resume(theirs)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  const pulled = consumer.dataPlane.pulled.length;
  await consumer.plane.transfers.resume(ours);
  await settle(clock, provider, consumer);
  expect(await states()).toEqual(['STARTED', 'STARTED']);
  expect(consumer.dataPlane.pulled.slice(pulled)).toEqual([{ pid: ours }]);
});

test('what both suspended at once, the provider resumes', async () => {
  network.fault = () => 'lose';
  await Promise.all([provider.plane.transfers.suspend(theirs, why), consumer.plane.transfers.suspend(ours, why)]);
  network.fault = () => 'none';
  await settle(clock, provider, consumer);
  expect(await states()).toEqual(['SUSPENDED', 'SUSPENDED']);
  await expect(consumer.plane.transfers.resume(ours)).rejects.toMatchObject({ code: 'STATE_INVALID' });
  await provider.plane.transfers.resume(theirs);
  await settle(clock, provider, consumer);
  expect(await states()).toEqual(['STARTED', 'STARTED']);
});

describe("a consumer that does not keep to it cannot lift the provider's suspension", () => {
  const send = async (type: string, path: string): Promise<number> => {
    const head = { '@context': [dspContext], '@type': type, '@id': `urn:uuid:${path}` };
    const body = { ...head, providerPid: theirs, consumerPid: ours };
    return (await network.post(consumer.id, `${provider.dspBase}/transfers/${theirs}/${path}`, body)).status;
  };

  test('by a suspension of its own that it says it sent before', async () => {
    await provider.plane.transfers.suspend(theirs, why);
    await settle(clock, provider, consumer);
    expect(await send('TransferSuspensionMessage', 'suspension')).toBe(200);
    expect(await send('TransferStartMessage', 'start')).toBe(400);
    expect((await provider.records.transfers.get(theirs))?.value.state).toBe('SUSPENDED');
  });

  test('by resuming before it has acknowledged it', async () => {
    network.fault = () => 'lose';
    await provider.plane.transfers.suspend(theirs, why);
    await provider.plane.queue.idle();
    expect(await send('TransferStartMessage', 'start')).toBe(400);
    network.fault = () => 'none';
    await settle(clock, provider, consumer);
    expect(await states()).toEqual(['SUSPENDED', 'SUSPENDED']);
  });
});

test('a transfer cannot be completed while it is suspended', async () => {
  await provider.plane.transfers.suspend(theirs, why);
  await settle(clock, provider, consumer);
  await expect(consumer.plane.transfers.complete(ours)).rejects.toMatchObject({ code: 'STATE_INVALID' });
});

test('a peer is told that a file of ours cannot be used, and not where it lies', async () => {
  await consumer.plane.transfers.terminate(ours, { code: 'SINK_EXISTS', en: '/home/li/orders.csv exists', zh: '' });
  await settle(clock, provider, consumer);
  expect((await consumer.records.transfers.get(ours))?.value.reason?.en).toContain('/home/li');
  const told = (await provider.records.transfers.get(theirs))?.value.reason;
  expect(told).toMatchObject({ code: 'SINK_EXISTS', en: expect.not.stringContaining('/home/li') });
});

test('a restart pulls what had started', async () => {
  const before = consumer.dataPlane.pulled.length;
  consumer.vanish();
  await consumer.restart();
  expect(consumer.dataPlane.pulled.slice(before)).toEqual([{ pid: ours }]);
});
