import { Secret, silentLogger } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import supertest from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listAgreements } from '../negotiation/agreements-of.js';
import { Pair } from '../testing/pair.js';
import type { Party } from '../testing/party.js';
import { keyHolder } from './operators.js';
import { connectorApi } from './router.js';
import { usageOperation } from './usage.js';

const clock = new ManualClock();
const day = 86_400_000;
let pair: Pair;
let until: number;

beforeAll(async () => {
  pair = await Pair.join(clock);
  until = clock.now() + 10 * day;
});
afterAll(() => pair[Symbol.asyncDispose]());

const usage = async ({ records }: Party, query = '') => {
  const app = connectorApi([usageOperation({ records, clock })], keyHolder(new Secret('key'), records), silentLogger);
  const asking = supertest(app).get(`/management/v1/usage${query}`).set('authorization', 'Bearer key');
  return (await asking.expect(200)).body as { items: Record<string, unknown>[]; next?: string };
};

test('both sides see what was got under an agreement and what is left of it', async () => {
  const { provider, consumer } = pair;
  const assignees = [consumer.id];
  const counted = await pair.agree('counted', [{ terms: { assignees, count: 2, until, duration: 'P30D' } }]);
  const open = await pair.agree('open', [{ terms: { assignees } }]);
  await pair.transfer('one', counted);
  const dataset = `${provider.id}:counted`;
  const running = { times: 0, bytes: 0, running: 1, refused: 0 };
  const left = [{ rule: 'permission/0', uses: { limit: 2, left: 1 }, until }];
  const entry = { agreement: counted, dataset, state: 'inForce', left, pulled: running };
  expect(await usage(provider, `?dataset=${dataset}`)).toMatchObject({
    items: [{ ...entry, role: 'provider', peer: consumer.id }],
  });
  expect(await usage(consumer, `?dataset=${dataset}`)).toMatchObject({
    items: [{ ...entry, role: 'consumer', peer: provider.id }],
  });

  await pair.transfer('two', counted);
  await pair.transfer('three', counted);
  expect((await usage(provider, `?dataset=${dataset}`)).items).toMatchObject([
    { state: 'over', left: [{ uses: { left: 0 } }], pulled: { running: 2, refused: 1 } },
  ]);

  const first = await usage(provider, `?with=${consumer.id}&limit=1`);
  const second = await usage(provider, `?with=${consumer.id}&limit=1&cursor=${first.next}`);
  expect([...first.items, ...second.items].map(({ agreement }) => agreement).sort()).toEqual([counted, open].sort());
  expect(await usage(provider, '?with=urn:causeway:nobody')).toEqual({ items: [] });
  const both = await usage(provider, `?with=${consumer.id}&dataset=${provider.id}:open`);
  expect(both.items).toMatchObject([{ agreement: open, left: [{ rule: 'permission/0' }] }]);
  expect((await usage(provider)).items).toHaveLength(2);

  await provider.plane.negotiations.endAgreement(open, { code: 'OPERATOR', en: 'over', zh: '结束' });
  expect((await usage(provider, `?dataset=${provider.id}:open`)).items).toMatchObject([
    { state: 'ended', ended: { by: provider.id, reason: { en: 'over' } } },
  ]);
});

test('agreements of a store that did not list them by dataset are listed once', async () => {
  const { provider, consumer } = pair;
  const { records, store } = provider;
  const digest = await pair.agree('older', [{ terms: { assignees: [consumer.id] } }]);
  const dataset = `${provider.id}:older`;
  await provider.save([records.agreementsOf.delete([dataset, digest])]);
  expect((await usage(provider, `?dataset=${dataset}`)).items).toEqual([]);
  await listAgreements(store, records);
  expect((await usage(provider, `?dataset=${dataset}`)).items).toMatchObject([{ agreement: digest }]);
  await provider.save([records.agreementsOf.delete([dataset, digest])]);
  await listAgreements(store, records);
  expect((await usage(provider, `?dataset=${dataset}`)).items).toEqual([]);
});
