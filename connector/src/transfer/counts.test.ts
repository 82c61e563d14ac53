import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { beforeAll, expect, test } from 'vitest';
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

test('of a hundred transfers asked for at once under ten uses, exactly ten start', { timeout: 120_000 }, async () => {
  const clock = new ManualClock();
  await using network = new Network();
  const provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  const consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id], count: 10 } }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const agreement = (await consumer.negotiation('n')).agreement ?? 'sha-256:';

  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      consumer.plane.transfers.request({ request: `t-${index}`, agreement, to: `/tmp/never-${index}` }),
    ),
  );
  await settle(clock, provider, consumer);

  for (const party of [provider, consumer]) {
    const { transfers } = await party.all();
    const refused = transfers.filter(({ state }) => state === 'TERMINATED');
    const started = transfers.filter(({ state }) => state === 'STARTED');
    expect([transfers.length, started.length, refused.length]).toEqual([100, 10, 90]);
    for (const { reason } of refused) expect(reason?.code).toBe('POLICY_DENIED');
  }
  expect((await provider.records.counts.get(agreement, 'permission/0'))?.value).toEqual({ used: 10 });
  // Envelopes of the provider are numbered without a gap: its agreement and ten starts.
  expect((await provider.records.agreements.get(agreement))?.value.sequence).toBe(12);
  expect(await provider.evidence.envelopes(agreement)).toHaveLength(12);
});
