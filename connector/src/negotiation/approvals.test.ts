import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset, Negotiation } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

const clock = new ManualClock();
const week = 7 * 24 * 3_600_000;
let identities: { provider: Identity; consumer: Identity };
let network: Network;
let provider: Party;
let consumer: Party;
let dataset: Dataset;

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

/** What every level demands. */
const publish = (classification: 1 | 2 | 3) => {
  const terms = { assignees: [consumer.id], purposes: ['planning'], until: '2999-01-01T00:00:00Z', count: 2 };
  return provider.publish('d', [{ terms, approval: true }], { classification });
};

/** A request that waits for people at the provider. */
async function waiting(classification: 1 | 2 | 3 = 2): Promise<Negotiation> {
  dataset = await publish(classification);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const [record] = (await provider.plane.approvals.page({ limit: 10 })).items;
  if (record === undefined) throw new Error('nothing waits');
  return record;
}

async function ended(): Promise<readonly [provider: string | undefined, consumer: string, code: string | undefined]> {
  await settle(clock, provider, consumer);
  const ours = await consumer.negotiation('n');
  const [theirs] = (await provider.all()).negotiations;
  return [theirs?.state, ours.state, ours.reason?.code];
}

const listed = async () => (await provider.plane.approvals.page({ limit: 10 })).items.map(({ pid }) => pid);

test('an offer that asks for approval waits for one person, and is agreed when it comes', async () => {
  const record = await waiting();
  expect(record).toMatchObject({ state: 'REQUESTED', approval: { needed: 1, given: [], why: { code: 'OFFER' } } });
  expect((await consumer.negotiation('n')).state).toBe('REQUESTED');
  const approved = await provider.plane.approvals.approve(record.pid, 'li');
  expect(approved).toMatchObject({ state: 'AGREED', approval: { outcome: 'approved', given: [{ operator: 'li' }] } });
  expect(await ended()).toEqual(['FINALIZED', 'FINALIZED', undefined]);
  expect(await listed()).toEqual([]);
});

describe('level 3', () => {
  test('needs two different people; the same one twice is one', async () => {
    const { pid } = await waiting(3);
    const { approvals } = provider.plane;
    await approvals.approve(pid, 'li');
    expect(await approvals.approve(pid, 'li')).toMatchObject({ state: 'REQUESTED', approval: { needed: 2 } });
    await settle(clock, provider, consumer);
    expect((await consumer.negotiation('n')).state).toBe('REQUESTED');
    const given = [{ operator: 'li' }, { operator: 'wang' }];
    expect(await approvals.approve(pid, 'wang')).toMatchObject({ state: 'AGREED', approval: { given } });
    expect(await ended()).toEqual(['FINALIZED', 'FINALIZED', undefined]);
  });

  test('is one agreement, however many approve at once', async () => {
    const { pid } = await waiting(3);
    const { approvals } = provider.plane;
    const many = Array.from({ length: 10 }, (_, at) => approvals.approve(pid, `op${at % 5}`).catch(() => undefined));
    await Promise.all(many);
    expect(await ended()).toEqual(['FINALIZED', 'FINALIZED', undefined]);
    expect((await provider.records.agreements.page()).items).toHaveLength(1);
    expect((await provider.all()).negotiations[0]?.approval?.given).toHaveLength(2);
  });

  test('counts as it is when the last one approves', async () => {
    const { pid } = await waiting(2);
    await publish(3);
    const { approvals } = provider.plane;
    expect(await approvals.approve(pid, 'li')).toMatchObject({ state: 'REQUESTED', approval: { needed: 2 } });
    expect(await approvals.approve(pid, 'wang')).toMatchObject({ state: 'AGREED' });
  });
});

test('a rejection ends it with the words of who rejected, once', async () => {
  const { pid } = await waiting();
  await provider.plane.approvals.reject(pid, 'wang', 'not in this quarter');
  expect(await ended()).toEqual(['TERMINATED', 'TERMINATED', 'APPROVAL_REJECTED']);
  expect((await consumer.negotiation('n')).reason?.en).toBe('not in this quarter');
  expect((await provider.all()).negotiations[0]?.approval).toMatchObject({ outcome: 'rejected', rejectedBy: 'wang' });
  const late = { code: 'STATE_INVALID', message: expect.stringContaining('rejected') as unknown };
  await expect(provider.plane.approvals.approve(pid, 'li')).rejects.toMatchObject(late);
  await expect(provider.plane.approvals.reject(pid, 'li', 'x')).rejects.toMatchObject(late);
});

test('what nobody decides ends at its deadline, with that reason', async () => {
  const { pid, approval } = await waiting();
  expect(approval?.deadline).toBe((approval?.asked ?? 0) + week);
  await clock.advance(week - 1 - (clock.now() - (approval?.asked ?? 0)));
  expect(await listed()).toEqual([pid]);
  await clock.advance(1);
  await provider.plane.approvals.idle();
  expect(await ended()).toEqual(['TERMINATED', 'TERMINATED', 'APPROVAL_EXPIRED']);
  expect(await listed()).toEqual([]);
});

test('a crash forgets neither the question nor the answers; what came due meanwhile ends at the start', async () => {
  const { pid } = await waiting(3);
  await provider.plane.approvals.approve(pid, 'li');
  provider.vanish();
  await provider.restart();
  expect(await listed()).toEqual([pid]);
  expect(await provider.plane.approvals.get(pid)).toMatchObject({ approval: { given: [{ operator: 'li' }] } });
  provider.vanish();
  await clock.advance(week);
  await provider.restart();
  await provider.plane.approvals.idle();
  expect(await ended()).toEqual(['TERMINATED', 'TERMINATED', 'APPROVAL_EXPIRED']);
});

test('an approval stands under the policy: an offer withdrawn meanwhile is not agreed on', async () => {
  const { pid } = await waiting();
  await provider.publish('d', []);
  const after = await provider.plane.approvals.approve(pid, 'li');
  expect(after).toMatchObject({ approval: { outcome: 'overtaken' }, intent: { reason: { code: 'OFFER_UNKNOWN' } } });
  expect(await ended()).toEqual(['TERMINATED', 'TERMINATED', 'OFFER_UNKNOWN']);
});

test('a consumer that ends it leaves nothing to decide', async () => {
  const { pid } = await waiting();
  const { pid: own } = await consumer.negotiation('n');
  await consumer.plane.negotiations.terminate(own, { code: 'OPERATOR', en: 'no more', zh: '不再需要' });
  expect(await ended()).toEqual(['TERMINATED', 'TERMINATED', 'OPERATOR']);
  expect(await listed()).toEqual([]);
  await expect(provider.plane.approvals.approve(pid, 'li')).rejects.toMatchObject({ code: 'STATE_INVALID' });
});
