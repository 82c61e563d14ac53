import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { beforeAll, expect, test } from 'vitest';
import { extension } from '../dsp/vocabulary.js';
import { Network } from '../testing/network.js';
import { settle } from '../testing/party.js';

let identities: { provider: Identity; consumer: Identity };

beforeAll(async () => {
  const trust = await testTrust({ clock: new ManualClock() });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

test('a purpose that cannot be signed is refused, neither cut nor kept', async () => {
  const clock = new ManualClock();
  await using network = new Network();
  const provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  const consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const digest = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
  const agreement = (await consumer.records.agreements.get(digest))?.value;
  const ask = async (consumerPid: string, purpose: string) =>
    (
      await network.post(consumer.id, `${provider.dspBase}/transfers/request`, {
        '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
        '@type': 'TransferRequestMessage',
        consumerPid,
        agreementId: agreement?.id ?? '',
        format: 'GrpcData-PULL',
        callbackAddress: consumer.dspBase,
        [extension.purpose]: purpose,
      })
    ).status;

  // A cut at 1,000 would leave half of the pair.
  for (const purpose of [`${'x'.repeat(999)}😀`, 'x'.repeat(1_001), 'x\ud800']) {
    expect(await ask('urn:uuid:1', purpose)).toBe(400);
    const asking = consumer.plane.transfers.request({ request: 't', agreement: digest, to: '/tmp/never', purpose });
    await expect(asking).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  }
  expect((await provider.all()).transfers).toEqual([]);
  expect(await ask('urn:uuid:2', `${'x'.repeat(998)}😀`)).toBe(201);
  await settle(clock, provider, consumer);
  expect((await provider.all()).transfers.map(({ state }) => state)).toEqual(['STARTED']);
});
