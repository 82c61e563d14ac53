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

test('a transfer that started without a use goes on under no rule that counts them', { timeout: 60_000 }, async () => {
  const clock = new ManualClock();
  await using network = new Network();
  const provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  const consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
  const end = new Date(clock.now() + 3_600_000).toISOString();
  const permission = [
    { action: 'use', constraint: [{ leftOperand: 'odrl:dateTime', operator: 'lt', rightOperand: end }] },
    { action: 'use', constraint: [{ leftOperand: 'odrl:count', operator: 'lteq', rightOperand: 1 }] },
  ];
  const policy = { '@type': 'Offer', assignee: consumer.id, permission };
  const dataset = await provider.publish('d', [{ policy }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const agreement = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
  const ask = (request: string) =>
    consumer.plane.transfers.request({ request, agreement, to: `/tmp/never-${request}` });
  await Promise.all([ask('t-0'), ask('t-1'), ask('t-2')]);
  await settle(clock, provider, consumer);
  const early = (await provider.all()).transfers;
  expect(early.map(({ state, uses }) => [state, uses])).toEqual(early.map(() => ['STARTED', []]));
  await clock.advance(7_200_000);
  await settle(clock, provider, consumer);
  for (const { pid } of early) {
    const stopped = (await provider.records.transfers.get(pid))?.value;
    expect(stopped).toMatchObject({ state: 'TERMINATED', reason: { en: expect.stringContaining('reserved no use') } });
  }

  // The one use there is goes to a transfer that reserves it, and stays its own.
  await Promise.all([ask('t-3'), ask('t-4')]);
  await settle(clock, provider, consumer);
  const late = (await provider.all()).transfers.filter(({ pid }) => early.every((one) => one.pid !== pid));
  const [started, ...others] = late.filter(({ state }) => state === 'STARTED');
  expect([late.length, started?.uses, others]).toEqual([2, ['permission/1'], []]);
  if (started !== undefined) await provider.plane.control.authorize(started.pid);
  for (const transfer of early) await expect(provider.plane.control.authorize(transfer.pid)).rejects.toThrow();
  expect((await provider.records.counts.get(agreement, 'permission/1'))?.value).toEqual({ used: 1 });
});
