import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Decider } from '../control.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

const clock = new ManualClock();
const reason = { code: 'OPERATOR', en: 'Enough.', zh: '够了。' };
let network: Network;
let consumer: Party;

async function join(name: string, negotiation: Decider['negotiation']): Promise<Party> {
  const trust = await testTrust({ clock });
  const identity = await trust.identity(`urn:causeway:${name}`, 'participant');
  return network.join({ identity, clock, random: seededRandom(name), decider: { negotiation, transfer: {} } });
}

/** The consumer asks for a dataset of this provider, and both come to rest. */
async function negotiate(provider: Party): Promise<void> {
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
}

beforeEach(async () => {
  network = new Network();
  consumer = await join('c', {});
});

afterEach(() => network[Symbol.asyncDispose]());

test('a decider is asked about the states its own moves lead to, once the peer has answered those', async () => {
  const asked: string[] = [];
  const provider = await join('p', {
    'provider:REQUESTED': async ({ offer }) => ({ move: 'offer', offer }),
    'provider:OFFERED': async ({ state, unacknowledged }) => {
      asked.push(`${state} with ${unacknowledged} unanswered`);
      return { move: 'terminate', reason };
    },
    'provider:TERMINATED': async ({ state }) => {
      asked.push(state);
      return { move: 'hold' };
    },
  });
  await negotiate(provider);

  expect(await consumer.negotiation('n')).toMatchObject({ state: 'TERMINATED', reason });
  // Nothing is left to decide about one that has ended.
  expect(asked).toEqual(['OFFERED with 0 unanswered']);
  expect(network.sent.map(({ body }) => body?.['@type'])).toEqual([
    'ContractRequestMessage',
    'ContractOfferMessage',
    'ContractNegotiationTerminationMessage',
  ]);
});

test('a decision that the state does not allow parks the process, and is not taken again and again', async () => {
  let asked = 0;
  const provider = await join('p', {
    'provider:REQUESTED': async () => {
      asked += 1;
      return { move: 'accept' };
    },
  });
  await negotiate(provider);

  const [record] = (await provider.all()).negotiations;
  expect(record).toMatchObject({ state: 'REQUESTED', parked: { code: 'STATE_INVALID' } });
  expect(asked).toBe(1);
  await provider.plane.negotiations.terminate(record?.pid ?? '', reason);
  await settle(clock, provider, consumer);
  expect(await consumer.negotiation('n')).toMatchObject({ state: 'TERMINATED', reason });
});
