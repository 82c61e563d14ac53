import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { beforeAll, expect, test } from 'vitest';
import type { Decider } from '../control.js';
import type { NegotiationState, ProcessRole } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

type Stages = Decider['negotiation'];

/** What each side decides on the way to a state; the next one is never entered. */
const ways: readonly (readonly [NegotiationState, Stages])[] = [
  ['REQUESTED', {}],
  ['OFFERED', { 'provider:REQUESTED': async ({ offer }) => ({ move: 'offer', offer }) }],
  ['ACCEPTED', { 'consumer:OFFERED': async () => ({ move: 'accept' }) }],
  ['AGREED', { 'provider:ACCEPTED': async () => ({ move: 'proceed' }) }],
  ['VERIFIED', { 'consumer:AGREED': async () => ({ move: 'proceed' }) }],
];

const cases = ways.flatMap(([state], index) => {
  const negotiation: Stages = Object.assign({}, ...ways.slice(0, index + 1).map(([, stages]) => stages));
  return (['provider', 'consumer'] as const).map((role) => ({ state, role, negotiation }));
});

let identities: Record<ProcessRole, Identity>;

beforeAll(async () => {
  const trust = await testTrust({ clock: new ManualClock() });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

// Three of these are in no case of the conformance kit: they hold because the tables say so (states.ts).
test.each(cases)(
  'a negotiation in $state is ended by its $role, on both sides',
  async ({ state, role, negotiation }) => {
    const clock = new ManualClock();
    await using network = new Network();
    const join = (side: ProcessRole): Promise<Party> =>
      network.join({
        ...{ identity: identities[side], clock, random: seededRandom(side), decider: { negotiation, transfer: {} } },
      });
    const parties = { provider: await join('provider'), consumer: await join('consumer') };
    const { provider, consumer } = parties;
    const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
    await consumer.negotiate('n', provider, dataset);
    await settle(clock, provider, consumer);
    const stands = async () => [(await provider.all()).negotiations, (await consumer.all()).negotiations].flat();
    expect((await stands()).map((record) => record.state)).toEqual([state, state]);

    const [own] = (await parties[role].all()).negotiations;
    const reason = { code: 'OPERATOR', en: `Enough, says the ${role}.`, zh: '够了。' };
    await parties[role].plane.negotiations.terminate(own?.pid ?? '', reason);
    await settle(clock, provider, consumer);
    for (const record of await stands())
      expect(record).toMatchObject({ state: 'TERMINATED', reason, unacknowledged: 0 });
    for (const { records } of [provider, consumer]) {
      for (const { value } of (await records.agreements.page()).items) expect(value.finalized).toBeUndefined();
    }
  },
);
