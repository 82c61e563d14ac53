import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { CatalogService } from '../catalog/catalog.js';
import type { JsonObject, Reason } from '../model.js';
import { Network } from '../testing/network.js';
import { officialSchemas, shared } from '../testing/official-schemas.js';
import { settle } from '../testing/party.js';
import { errorBody } from './messages.js';
import { answerSchemas, messageSchemas } from './schemas.js';
import { readMessage } from './validate.js';

let official: (message: JsonObject) => string;
let identities: { provider: Identity; consumer: Identity };
const clock = new ManualClock();

beforeAll(async () => {
  official = await officialSchemas();
  const trust = await testTrust({ clock });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

const why: Reason = { code: 'OPERATOR', en: 'Enough.', zh: '够了。' };

describe('everything we say is what the official schemas allow', () => {
  test('messages and answers of negotiations and transfers, both roles', async () => {
    await using network = new Network();
    const provider = await network.join({ identity: identities.provider, clock, random: seededRandom(1) });
    const consumer = await network.join({ identity: identities.consumer, clock, random: seededRandom(2) });
    const rest = () => settle(clock, provider, consumer);
    const dataset = await provider.publish('d', [
      {
        terms: {
          assignees: [consumer.id],
          count: 2,
          purposes: ['quality'],
          auditors: ['urn:causeway:a'],
          until: '2027-01-01T00:00:00Z',
        },
      },
    ]);
    await consumer.negotiate('n', provider, dataset);
    await rest();
    const agreement = (await consumer.negotiation('n')).agreement ?? 'sha-256:';
    const ask = async (request: string, purpose: string) => {
      const { record } = await consumer.plane.transfers.request({ request, agreement, to: '/tmp/x', purpose });
      await rest();
      return record.pid;
    };
    const first = await ask('one', 'quality');
    await consumer.plane.transfers.suspend(first, why);
    await rest();
    await consumer.plane.transfers.resume(first);
    await rest();
    await consumer.plane.transfers.complete(first);
    await rest();
    await ask('two', 'resale');
    const third = await ask('three', 'quality');
    await consumer.plane.transfers.terminate(third, why);
    await consumer.negotiate('more', provider, dataset, {
      ...dataset.offers[0]?.policy,
      permission: [{ action: 'use' }],
    });
    await rest();

    const sent = network.sent.flatMap(({ body }) => (body === undefined ? [] : [body]));
    for (const message of sent) expect(official(message)).toBe('');
    expect([...new Set(sent.map((message) => message['@type']))].sort()).toEqual([
      'ContractAgreementMessage',
      'ContractAgreementVerificationMessage',
      'ContractNegotiationEventMessage',
      'ContractNegotiationTerminationMessage',
      'ContractRequestMessage',
      'TransferCompletionMessage',
      'TransferRequestMessage',
      'TransferStartMessage',
      'TransferSuspensionMessage',
      'TransferTerminationMessage',
    ]);
    const kinds = { negotiation: 'negotiations', transfer: 'transfers' } as const;
    for (const [kind, name] of Object.entries(kinds)) {
      const own = (await provider.all())[name][0];
      const answer = await network.get(consumer.id, `${provider.dspBase}/${name}/${own?.pid}`);
      expect(official(answer.body ?? {}), kind).toBe('');
    }
  });

  test('offers, counter-requests, the catalog, a dataset and errors', async () => {
    await using network = new Network();
    let asked = 0;
    const offering = { negotiation: {}, transfer: {} };
    const provider = await network.join({
      identity: identities.provider,
      clock,
      random: seededRandom(3),
      decider: {
        ...offering,
        negotiation: {
          'provider:REQUESTED': async ({ offer }) => (asked++ < 1 ? { move: 'offer', offer } : { move: 'proceed' }),
        },
      },
    });
    const consumer = await network.join({
      identity: identities.consumer,
      clock,
      random: seededRandom(4),
      decider: { ...offering, negotiation: { 'consumer:OFFERED': async ({ offer }) => ({ move: 'request', offer }) } },
    });
    const dataset = await provider.publish('d', [{ terms: { assignees: ['*'] } }]);
    await consumer.negotiate('n', provider, dataset);
    await settle(clock, provider, consumer);
    expect((await consumer.negotiation('n')).state).toBe('AGREED');
    const sent = network.sent.flatMap(({ body }) => (body === undefined ? [] : [body]));
    for (const message of sent) expect(official(message)).toBe('');
    expect(sent.map((message) => message['@type'])).toContain('ContractOfferMessage');

    const service = new CatalogService({
      store: provider.store,
      records: provider.records,
      self: provider.id,
      dspBase: () => provider.dspBase,
      clock,
    });
    expect(official((await service.page(consumer.id)).catalog ?? {})).toBe('');
    expect(official(await service.dataset(consumer.id, dataset.id))).toBe('');
    const { held = '' } = await service.page(consumer.id);
    const since = async () => (await service.page(consumer.id, { since: held })).catalog ?? {};
    await provider.publish('e', [{ terms: { assignees: ['*'] } }]);
    expect(official(await since())).toBe('');
    await provider.publish('d', []);
    expect((await since())['urn:causeway:v1:withdrawn']).toEqual([dataset.id]);
    expect(official(await since())).toBe('');
    await provider.publish('e', []);
    expect(official((await service.page(consumer.id)).catalog ?? {})).toBe('');
    for (const kind of ['catalog', 'negotiation', 'transfer'] as const) expect(official(errorBody(kind, why))).toBe('');
  });
});

test('every official example that we take in is read', async () => {
  const known = new Set(Object.keys({ ...messageSchemas, ...answerSchemas }));
  let read = 0;
  for (const name of ['catalog', 'negotiation', 'transfer']) {
    const examples = join(shared, 'dsp-2025-1', name, 'example');
    for (const file of await readdir(examples)) {
      const message = JSON.parse(await readFile(join(examples, file), 'utf8')) as JsonObject;
      const type = String(message['@type']);
      if (!known.has(type)) continue;
      expect(() => readMessage(type as keyof typeof messageSchemas, message), file).not.toThrow();
      read++;
    }
  }
  expect(read).toBeGreaterThanOrEqual(18);
});
