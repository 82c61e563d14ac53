import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { managementBase, Secret, silentLogger, systemRandom } from '@causeway/platform';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import supertest from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';
import { approvalOperations } from './approvals.js';
import { keyHolder, operatorOperations } from './operators.js';
import { connectorApi } from './router.js';

const clock = new ManualClock();
const ownersKey = 'the key in the folder of the service';
let identities: readonly [provider: Identity, consumer: Identity];
let network: Network;
let provider: Party;
let consumer: Party;
let ask: (key: string) => ReturnType<typeof supertest.agent>;
let pid: string;

beforeAll(async () => {
  const trust = await testTrust({ clock });
  identities = [
    await trust.identity('urn:causeway:p', 'participant'),
    await trust.identity('urn:causeway:c', 'participant'),
  ];
});

beforeEach(async () => {
  network = new Network();
  provider = await network.join({ identity: identities[0], clock, random: seededRandom(1) });
  consumer = await network.join({ identity: identities[1], clock, random: seededRandom(2) });
  const { records, store } = provider;
  const context = { records, store, clock, random: systemRandom, approvals: provider.plane.approvals };
  const operations = [...approvalOperations(context), ...operatorOperations(context)];
  const app = connectorApi(operations, keyHolder(new Secret(ownersKey), records), silentLogger);
  ask = (key) => supertest.agent(app).set('authorization', `Bearer ${key}`);
  const terms = { assignees: [consumer.id], purposes: ['planning'], until: '2999-01-01T00:00:00Z', count: 3 };
  const dataset = await provider.publish('d', [{ terms }], { classification: 3 });
  await consumer.negotiate('n', provider, dataset);
  await settle(clock, provider, consumer);
  pid = (await provider.all()).negotiations[0]?.pid ?? '';
});

afterEach(() => network[Symbol.asyncDispose]());

const at = (path: string) => `${managementBase}${path}`;
const answered = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];

async function keyOf(name: string): Promise<string> {
  const { body } = await ask(ownersKey)
    .put(at(`/operators/${name}`))
    .expect(201);
  return (body as { key: string }).key;
}

test('what waits is shown in plain words, and agreed by two operators with a key each', async () => {
  const [li, wang] = [await keyOf('li'), await keyOf('wang')];
  const { body } = await ask(li).get(at('/approvals')).expect(200);
  expect(body).toMatchObject({ items: [{ pid, peer: consumer.id, needed: 2, why: { code: 'CLASSIFICATION' } }] });
  const [{ words }] = (body as { items: [{ words: { en: string; zh: string } }] }).items;
  expect([words.en, words.zh]).toEqual([expect.stringContaining('3'), expect.stringContaining('3')]);
  await ask(li)
    .post(at(`/approvals/${pid}/approve`))
    .expect(200);
  const again = await ask(li)
    .post(at(`/approvals/${pid}/approve`))
    .expect(200);
  expect(again.body).toMatchObject({ state: 'REQUESTED', approval: { given: [{ operator: 'li' }] } });
  const agreed = await ask(wang)
    .post(at(`/approvals/${pid}/approve`))
    .expect(200);
  expect(agreed.body).toMatchObject({ state: 'AGREED', approval: { outcome: 'approved' } });
  await settle(clock, provider, consumer);
  expect((await consumer.negotiation('n')).state).toBe('FINALIZED');
  expect((await ask(li).get(at('/approvals')).expect(200)).body).toEqual({ items: [] });
});

test('a refusal needs a reason, and carries the name of who refused here only', async () => {
  const li = await keyOf('li');
  const path = at(`/approvals/${pid}/reject`);
  expect(answered(await ask(li).post(path).send({}))).toEqual([422, 'REQUEST_INVALID']);
  const { body } = await ask(li).post(path).send({ reason: 'too much' }).expect(200);
  expect(body).toMatchObject({ intent: 'TERMINATED', approval: { outcome: 'rejected', rejectedBy: 'li' } });
  await settle(clock, provider, consumer);
  expect((await consumer.negotiation('n')).reason).toEqual({
    code: 'APPROVAL_REJECTED',
    en: 'too much',
    zh: 'too much',
  });
  expect(JSON.stringify(network.sent)).not.toContain('"li"');
});

describe("an operator's key", () => {
  test('opens what operators may do, and nothing else', async () => {
    const li = await keyOf('li');
    for (const call of [
      ask(li).get(at('/operators')),
      ask(li).put(at('/operators/x')),
      ask(li).delete(at('/operators/li')),
    ]) {
      expect(answered(await call)).toEqual([403, 'OPERATOR_REFUSED']);
    }
  });

  test('is shown once, stored as a digest, and its name never given again', async () => {
    const li = await keyOf('li');
    const { body } = await ask(ownersKey).get(at('/operators')).expect(200);
    expect(body).toEqual({ items: [{ name: 'li', created: clock.now() }] });
    expect(JSON.stringify((await provider.records.operators.get('li'))?.value)).not.toContain(li);
    expect(answered(await ask(ownersKey).put(at('/operators/li')))).toEqual([409, 'ALREADY_EXISTS']);
    expect(answered(await ask(ownersKey).put(at('/operators/owner')))).toEqual([422, 'REQUEST_INVALID']);
    expect(answered(await ask(ownersKey).put(at('/operators/Li%20')))).toEqual([422, 'REQUEST_INVALID']);
  });

  test('that was taken away opens nothing; what it approved stands', async () => {
    const li = await keyOf('li');
    await ask(li)
      .post(at(`/approvals/${pid}/approve`))
      .expect(200);
    await ask(ownersKey).delete(at('/operators/li')).expect(200);
    expect(answered(await ask(li).get(at('/approvals')))).toEqual([401, 'UNAUTHENTICATED']);
    expect(answered(await ask(ownersKey).put(at('/operators/li')))).toEqual([409, 'ALREADY_EXISTS']);
    // The owner is one person as well.
    expect(
      (
        await ask(ownersKey)
          .post(at(`/approvals/${pid}/approve`))
          .expect(200)
      ).body,
    ).toMatchObject({ state: 'AGREED' });
  });

  test.each([
    ['another secret', (key: string) => `${key.slice(0, -4)}AAAA`],
    ['another name', (key: string) => key.replace('li.', 'wang.')],
    ['none', () => ''],
    ["the owner's name", (key: string) => key.replace('li.', 'owner.')],
  ])('with %s is none', async (_name, alter) => {
    const li = await keyOf('li');
    await keyOf('wang');
    expect(answered(await ask(alter(li)).get(at('/approvals')))).toEqual([401, 'UNAUTHENTICATED']);
  });
});
