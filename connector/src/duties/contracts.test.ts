import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Agreement, Dataset, JsonObject, Transfer } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';
import { type DutyRecord, dutyId, writesOf } from './record.js';

const hour = 3_600_000;
let identities: { provider: Identity; consumer: Identity };
let clock: ManualClock;
let network: Network;
let provider: Party;
let consumer: Party;

beforeAll(async () => {
  const trust = await testTrust({ clock: new ManualClock() });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

beforeEach(async () => {
  clock = new ManualClock();
  network = new Network();
  provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
  consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
});
afterEach(() => network[Symbol.asyncDispose]());

const until = (time: number) => ({
  leftOperand: 'odrl:dateTime',
  operator: 'lteq',
  rightOperand: { '@value': new Date(time).toISOString(), '@type': 'xsd:dateTime' },
});
const deletionBy = (time: number): JsonObject => ({ action: 'odrl:delete', constraint: [until(time)] });

function publish(obligation: readonly JsonObject[]): Promise<Dataset> {
  const permission = [{ action: 'use' }];
  return provider.publish('d', [
    { policy: { '@type': 'Offer', assignee: consumer.id, permission, obligation: [...obligation] } },
  ]);
}

async function agree(dataset: Dataset): Promise<Agreement> {
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  const digest = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
  const agreement = (await provider.records.agreements.get(digest))?.value;
  if (agreement?.finalized === undefined) throw new Error('expected an agreement');
  return agreement;
}

/** Asks for another transfer; answers how it went at the consumer. */
async function ask(agreement: Agreement, request: string): Promise<Transfer> {
  await consumer.plane.transfers.request({ request, agreement: agreement.digest, to: `/tmp/never-${request}` });
  await settle(clock, provider, consumer);
  const found = await consumer.records.pids.get('transfer', 'request', request);
  const transfer = (await consumer.records.transfers.get(found?.value.pid ?? ''))?.value;
  if (transfer === undefined) throw new Error(`no transfer ${request}`);
  return transfer;
}

function expected(agreement: Agreement, change: Partial<DutyRecord>): DutyRecord {
  const { digest, peer, dataset } = agreement;
  return {
    ...{ id: dutyId(digest, 'urn:uuid:1', 'obligation/0'), role: 'provider', peer, agreement: digest, dataset },
    ...{ duty: 'obligation/0', action: 'delete', transfer: 'urn:uuid:1', pid: 'urn:uuid:1', delivered: clock.now() },
    ...{ bytes: 1, state: 'pending', answers: [], started: clock.now(), updated: clock.now() },
    ...change,
  };
}

test('a consumer neither asks for nor signs what its connector would not keep', async () => {
  const dataset = await publish([]);
  for (const obligation of [{ action: 'odrl:archive' }, { action: 'odrl:delete' }]) {
    const offer = { ...dataset.offers[0]?.policy, obligation: [obligation] };
    const asking = consumer.negotiate('n', provider, dataset, offer);
    await expect(asking).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringContaining('/obligation/0'),
    });
  }
  expect(network.sent).toEqual([]);
});

test('a duty that was violated, or of which nothing was heard in time, refuses the next transfer with the reason', async () => {
  const agreement = await agree(await publish([deletionBy(clock.now() + 10 * hour)]));
  expect((await ask(agreement, 'first')).state).toBe('STARTED');

  const { records } = provider;
  const waiting = expected(agreement, { due: clock.now() + hour });
  await provider.save(writesOf(records, undefined, waiting));
  expect((await ask(agreement, 'second')).state).toBe('STARTED');
  await clock.advance(2 * hour);
  expect(await ask(agreement, 'third')).toMatchObject({ state: 'TERMINATED', reason: { code: 'DUTY_OVERDUE' } });

  const violated = expected(agreement, { state: 'violated', violated: clock.now() });
  await provider.save(writesOf(records, waiting, violated));
  const { reason } = await ask(agreement, 'fourth');
  expect(reason).toMatchObject({ code: 'DUTY_VIOLATED', en: expect.stringContaining('delete the data') });
  expect(reason?.zh).toContain('删除数据');

  const excused = { ...violated, excused: { reason: 'shown', at: clock.now() } };
  await provider.save(writesOf(records, violated, excused));
  expect((await ask(agreement, 'fifth')).state).toBe('STARTED');
});

test('what could not be deleted in time any more is not sent', async () => {
  const agreement = await agree(await publish([deletionBy(clock.now() + hour)]));
  await clock.advance(2 * hour);
  expect(await ask(agreement, 'late')).toMatchObject({ state: 'TERMINATED', reason: { code: 'DUTY_OVERDUE' } });
});
