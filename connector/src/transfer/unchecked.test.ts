import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dspContext } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Reason } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';

// A store that may be older than what was said in its name: whatever is asked of it, nothing new is said under its agreements.

const clock = new ManualClock();
const network = new Network();
const why: Reason = { code: 'OPERATOR', en: 'over', zh: '结束' };
const check = () => ({
  passed: true,
  demand() {
    if (!this.passed) throw new ConnectorError('EVIDENCE_PENDING', 'the store was not compared yet');
  },
});
const checked = { provider: check(), consumer: check() };
let provider: Party;
let consumer: Party;
let agreement: `sha-256:${string}`;
let ours: string;
let theirs: string;

beforeAll(async () => {
  const trust = await testTrust({ clock });
  const join = async (name: string, more = {}) =>
    network.join({
      ...{ identity: await trust.identity(`urn:causeway:${name}`, 'participant'), clock },
      ...{ random: seededRandom(name), ...more },
    });
  provider = await join('p', { checked: checked.provider });
  consumer = await join('c', { checked: checked.consumer });
  const dataset = await provider.publish('d', [{ terms: { assignees: [consumer.id] } }]);
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  agreement = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
  ours = (await consumer.plane.transfers.request({ request: 't', agreement, to: '/tmp/x' })).record.pid;
  await settle(clock, provider, consumer);
  theirs = (await provider.all()).transfers[0]?.pid ?? '';
  checked.provider.passed = false;
});
afterAll(() => network[Symbol.asyncDispose]());

const waits = { code: 'EVIDENCE_PENDING' };

test('no stream is opened, no transfer moved and no agreement ended', async () => {
  const { control, transfers, negotiations } = provider.plane;
  await expect(control.authorize(theirs)).rejects.toMatchObject(waits);
  await expect(transfers.terminate(theirs, why)).rejects.toMatchObject(waits);
  await expect(transfers.suspend(theirs, why)).rejects.toMatchObject(waits);
  await expect(negotiations.endAgreement(agreement, why)).rejects.toMatchObject(waits);
  const caller = { id: consumer.id, fingerprint: 'f' };
  const message = {
    ...{ '@context': [dspContext], '@type': 'TransferTerminationMessage', consumerPid: ours, providerPid: theirs },
  };
  const received = transfers.receive(caller, 'TransferTerminationMessage', theirs, message);
  await expect(received).rejects.toMatchObject(waits);
  await expect(transfers.open(caller, { agreementId: 'any' })).rejects.toMatchObject(waits);
  expect((await provider.all()).transfers).toMatchObject([{ state: 'STARTED' }]);
});

test('what is asked for meanwhile is not lost: it is sent, and answered, when the stores were compared', async () => {
  [checked.provider.passed, checked.consumer.passed] = [true, false];
  const { record } = await consumer.plane.transfers.request({ request: 'later', agreement, to: '/tmp/y' });
  await consumer.plane.queue.idle();
  expect((await provider.all()).transfers).toHaveLength(1);
  checked.consumer.passed = true;
  await settle(clock, provider, consumer);
  expect((await consumer.records.transfers.get(record.pid))?.value.state).toBe('STARTED');
  await expect(provider.plane.control.authorize(theirs)).resolves.toMatchObject({ transfer: { pid: theirs } });
});
