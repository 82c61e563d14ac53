import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OfferInput } from '../catalog/offer-input.js';
import type { JsonObject, Negotiation } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

const clock = new ManualClock();
const until = '2999-01-01T00:00:00Z';
let identities: { provider: Identity; consumer: Identity };
let network: Network;
let provider: Party;
let consumer: Party;

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
});

afterEach(() => network[Symbol.asyncDispose]());

const whole = () => ({ assignees: [consumer.id], purposes: ['planning'], until, count: 2 });
const publish = (more: Partial<OfferInput> = {}, classification?: 1 | 2 | 3) =>
  provider.publish('d', [{ terms: whole(), ...more }], classification === undefined ? {} : { classification });

/** The terms of the offer with another number of uses. */
function times(offer: JsonObject | undefined, count: number): JsonObject {
  return JSON.parse(JSON.stringify(offer).replace('"@value":"2"', `"@value":"${count}"`)) as JsonObject;
}

async function asked(terms: (offer: JsonObject | undefined) => JsonObject, ...how: Parameters<typeof publish>) {
  const dataset = await publish(...how);
  await consumer.negotiate('n', provider, dataset, terms(dataset.offers[0]?.policy));
  await settle(clock, provider, consumer);
  return consumer.negotiation('n');
}

const theirs = async (): Promise<Negotiation | undefined> => (await provider.all()).negotiations[0];

describe('a request for more than an offer grants', () => {
  test('is refused with the difference', async () => {
    expect(await asked((offer) => times(offer, 5))).toMatchObject({
      ...{ state: 'TERMINATED', reason: { code: 'OFFER_EXCEEDED' } },
    });
  });

  test('is answered with what would be granted, where the owner wants to deal; taking it is an agreement', async () => {
    const offered = await asked((offer) => times(offer, 5), { negotiable: true });
    expect([offered.state, (await theirs())?.state]).toEqual(['OFFERED', 'OFFERED']);
    expect(JSON.stringify(offered.offer)).toContain('"@value":"2"');
    await consumer.plane.negotiations.accept(offered.pid);
    await consumer.plane.negotiations.accept(offered.pid);
    await settle(clock, provider, consumer);
    expect([(await consumer.negotiation('n')).state, (await theirs())?.state]).toEqual(['FINALIZED', 'FINALIZED']);
    const [agreement] = (await consumer.records.agreements.page()).items;
    expect(JSON.stringify(agreement?.value.policy)).toContain('"@value":"2"');
  });

  test('and for what nobody would grant is refused all the same', async () => {
    const sale = (offer: JsonObject | undefined) => ({ ...offer, permission: [{ action: 'odrl:sell' }] });
    expect(await asked(sale, { negotiable: true })).toMatchObject({ state: 'TERMINATED' });
  });
});

describe('what was offered', () => {
  test('can be left', async () => {
    const { pid } = await asked((offer) => times(offer, 5), { negotiable: true });
    await consumer.plane.negotiations.terminate(pid, { code: 'OPERATOR', en: 'too few', zh: '太少' });
    await settle(clock, provider, consumer);
    expect([(await consumer.negotiation('n')).state, (await theirs())?.state]).toEqual(['TERMINATED', 'TERMINATED']);
  });

  test('is not agreed on when it was withdrawn meanwhile', async () => {
    const { pid } = await asked((offer) => times(offer, 5), { negotiable: true });
    await provider.publish('d', []);
    await consumer.plane.negotiations.accept(pid);
    await settle(clock, provider, consumer);
    expect(await consumer.negotiation('n')).toMatchObject({ state: 'TERMINATED', reason: { code: 'OFFER_UNKNOWN' } });
  });

  test('waits for people after it was taken, where they have to approve', async () => {
    const { pid } = await asked((offer) => times(offer, 5), { negotiable: true }, 3);
    await consumer.plane.negotiations.accept(pid);
    await settle(clock, provider, consumer);
    const waiting = await theirs();
    expect(waiting).toMatchObject({ state: 'ACCEPTED', approval: { needed: 2 } });
    for (const operator of ['li', 'wang']) await provider.plane.approvals.approve(waiting?.pid ?? '', operator);
    await settle(clock, provider, consumer);
    expect((await consumer.negotiation('n')).state).toBe('FINALIZED');
  });

  test('is nothing that the provider could take, nor one that waits for nobody here', async () => {
    const { pid } = await asked((offer) => times(offer, 5), { negotiable: true });
    const refused = { code: 'STATE_INVALID' };
    await expect(provider.plane.negotiations.accept((await theirs())?.pid ?? '')).rejects.toMatchObject(refused);
    await consumer.plane.negotiations.terminate(pid, { code: 'OPERATOR', en: 'no', zh: '不' });
    await expect(consumer.plane.negotiations.accept(pid)).rejects.toMatchObject(refused);
  });
});

describe('a request within the offer is refused', () => {
  test('when the dataset was classified higher since, and the offer is below the floor', async () => {
    const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
    const stored = await provider.records.datasets.get(dataset.id);
    const raised = provider.records.datasets.put([dataset.id], { ...dataset, classification: 2 });
    if (stored === undefined || !(await provider.store.commit({ writes: [raised] })).ok) throw new Error('not raised');
    await consumer.negotiate('n', provider, dataset);
    await settle(clock, provider, consumer);
    expect((await consumer.negotiation('n')).reason).toMatchObject({ code: 'CLASSIFICATION_FLOOR' });
  });

  test('when it adds a condition that nobody has a fact for', async () => {
    const event = { leftOperand: 'odrl:event', operator: 'eq', rightOperand: 'fair' };
    const narrower = (offer: JsonObject | undefined): JsonObject => {
      const [permission] = (offer as { permission: [JsonObject & { constraint: JsonObject[] }] }).permission;
      return { ...offer, permission: [{ ...permission, constraint: [...permission.constraint, event] }] };
    };
    const { state, reason } = await asked(narrower);
    expect([state, reason?.code, reason?.en]).toEqual([
      'TERMINATED',
      'POLICY_INVALID',
      expect.stringContaining('event'),
    ]);
  });
});
