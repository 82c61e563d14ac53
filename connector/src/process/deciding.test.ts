import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import type { Decider } from '../control.js';
import { Network } from '../testing/network.js';
import { settle } from '../testing/party.js';

test('a decider is asked about the states its own moves lead to, once the peer has answered those', async () => {
  const clock = new ManualClock();
  const trust = await testTrust({ clock });
  await using network = new Network();
  const join = async (name: string, seed: number, decider: Decider) =>
    network.join({
      ...{ identity: await trust.identity(`urn:causeway:${name}`, 'participant'), clock, decider },
      random: seededRandom(seed),
    });
  const reason = { code: 'OPERATOR', en: 'Enough.', zh: '够了。' };
  const asked: string[] = [];
  const provider = await join('p', 1, {
    negotiation: {
      'provider:REQUESTED': async ({ offer }) => ({ move: 'offer', offer }),
      'provider:OFFERED': async ({ state, unacknowledged }) => {
        asked.push(`${state} with ${unacknowledged} unanswered`);
        return { move: 'terminate', reason };
      },
      'provider:TERMINATED': async ({ state }) => {
        asked.push(state);
        return { move: 'hold' };
      },
    },
    transfer: {},
  });
  const consumer = await join('c', 2, { negotiation: {}, transfer: {} });
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);

  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);

  expect(await consumer.negotiation('n')).toMatchObject({ state: 'TERMINATED', reason });
  // Nothing is left to decide about one that has ended.
  expect(asked).toEqual(['OFFERED with 0 unanswered']);
  expect(network.sent.map(({ body }) => body?.['@type'])).toEqual([
    'ContractRequestMessage',
    'ContractOfferMessage',
    'ContractNegotiationTerminationMessage',
  ]);
});
