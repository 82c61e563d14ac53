import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { vkeyOf } from '@causeway/evidence';
import { loadConfig, type Service, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectorConfig } from './config.js';
import { boundIdentity } from './dsp/identity.js';
import { startConnector } from './service.js';

const folders: string[] = [];
const services: Service[] = [];
let provider: Awaited<ReturnType<typeof connector>>;
let consumer: Awaited<ReturnType<typeof connector>>;
let trust: Awaited<ReturnType<typeof testTrust>>;

async function connector(identity: Identity) {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-connector-'));
  folders.push(folder);
  const ports = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
  const config = await loadConfig(connectorConfig, { flags: ports });
  const dspIdentity = boundIdentity({ identity, tokens: trust.tokens(identity), clock: systemClock });
  const [clock, random, log] = [systemClock, systemRandom, silentLogger];
  const service = await startConnector({ config, folder, identity, clock, random, log, dspIdentity });
  services.push(service);
  const port = (name: string) => service.servers.find((server) => server.name === name)?.port ?? 0;
  const key = (await readFile(join(folder, 'api.key'), 'utf8')).trim();
  const http = supertest.agent(`http://127.0.0.1:${port('management')}`).set('authorization', `Bearer ${key}`);
  return { folder, service, http, port, id: identity.id, dsp: `https://127.0.0.1:${port('dsp')}/dsp/2025-1` };
}

beforeAll(async () => {
  // A log that nobody serves: evidence waits, and everything else goes on.
  const nowhere = '127.0.0.1:1';
  const vkey = vkeyOf('log.test', generateKeyPairSync('ed25519').publicKey);
  const services = {
    broker: { id: 'urn:causeway:broker', https: `https://${nowhere}`, grpc: nowhere },
    clearingHouse: { id: 'urn:causeway:log', https: `https://${nowhere}`, grpc: nowhere, origin: 'log.test', vkey },
  };
  trust = await testTrust({ services });
  provider = await connector(await trust.identity('urn:causeway:steelworks', 'participant'));
  consumer = await connector(await trust.identity('urn:causeway:foundry', 'participant'));
}, 60_000);

afterAll(async () => {
  for (const service of services) await service.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the management API', () => {
  test('lets nobody in without its key, which only its owner can read', async () => {
    await supertest(`http://127.0.0.1:${provider.port('management')}`)
      .get('/management/v1/status')
      .expect(401)
      .expect('content-type', /problem\+json/);
    expect((await stat(join(provider.folder, 'api.key'))).mode & 0o777).toBe(0o600);
  });

  test('describes itself, and every operation of the description is served', async () => {
    const { body } = await provider.http.get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    for (const [path, item] of Object.entries<Record<string, { operationId: string }>>(body.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const url = path.replace(/\{\w+\}/g, 'x');
        const asked = provider.http[method as 'get' | 'put' | 'post' | 'delete'](url);
        const { body: answer } = await (method === 'get' || method === 'delete' ? asked : asked.send({}));
        expect(answer.detail ?? '', operation.operationId).not.toMatch(/There is nothing at/);
      }
    }
  });

  test('names every mistake in a body', async () => {
    const { body } = await provider.http.put('/management/v1/datasets/x').send({ title: {}, fiel: '/x' }).expect(422);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', status: 422 });
    expect(body.errors).toHaveLength(2);
    const file = join(provider.folder, 'f.txt');
    await writeFile(file, 'x');
    const policy = {
      '@type': 'Offer',
      permission: [{ action: 'use', constraint: [{ leftOperand: 'moon', operator: 'eq', rightOperand: 'full' }] }],
    };
    const wrong = await provider.http
      .put('/management/v1/datasets/x')
      .send({ file, title: {}, offers: [{ policy }] })
      .expect(422);
    expect(wrong.body).toMatchObject({ code: 'POLICY_INVALID' });
    expect(wrong.body.errors[0].pointer).toMatch(/^\/offers\/0\/policy\/permission\/0/);
  });

  test('refuses to list what the broker could not be told, with the member and the reason', async () => {
    const file = join(provider.folder, 'l.txt');
    await writeFile(file, 'x');
    const url = '/management/v1/datasets/unlistable';
    const title = { en: 'a\u202eb' };
    const { body } = await provider.http.put(url).send({ file, title, listed: true }).expect(422);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ pointer: '/title/en' }] });
    await provider.http.put(url).send({ file, title: {}, listed: true }).expect(422);
    const large = { file, title: { en: 'x' }, description: '数'.repeat(4_000), listed: true };
    const keywords = Array.from({ length: 32 }, (_, number) => `${'据'.repeat(90)}${number}`);
    await provider.http
      .put(url)
      .send({ ...large, keywords })
      .expect(422);
    await provider.http.get(url).expect(404);
    // For those whom its offers name, any title will do.
    await provider.http.put(url).send({ file, title: {} }).expect(200);
    await provider.http.delete(url).expect(200);
  });

  test('publishes, finds in a catalog, negotiates to FINALIZED and lists page by page', async () => {
    const file = join(provider.folder, 'orders 订单.csv');
    await writeFile(file, 'a,b\n1,2\n');
    const publication = {
      file,
      title: { en: 'Orders', zh: '订单' },
      offers: [{ terms: { assignees: ['*'], count: 2 } }],
    };
    const { body: dataset } = await provider.http.put('/management/v1/datasets/orders').send(publication).expect(200);
    expect(dataset).toMatchObject({ id: `${provider.id}:orders`, source: { bytes: 8 } });
    await provider.http.put('/management/v1/datasets/closed').send({ file, title: {} }).expect(200);

    const asked = { provider: provider.id, address: provider.dsp };
    const { body: found } = await consumer.http.post('/management/v1/catalog-requests').send(asked).expect(200);
    expect(found.catalog.dataset).toHaveLength(1);

    const url = '/management/v1/negotiations/n-1';
    await consumer.http
      .put(url)
      .send({ ...asked, dataset: dataset.id })
      .expect(201);
    await consumer.http
      .put(url)
      .send({ ...asked, dataset: dataset.id })
      .expect(200);
    await consumer.http
      .put(url)
      .send({ ...asked, dataset: `${provider.id}:other` })
      .expect(409);
    await consumer.http
      .put(url)
      .send({ ...asked, dataset: dataset.id, offer: dataset.offers[0].id })
      .expect(409);
    const { body: agreed } = await consumer.http.get(`${url}?wait=20`).expect(200);
    expect(agreed).toMatchObject({ state: 'FINALIZED', inDoubt: false, request: 'n-1' });
    // The same id with another offer named is another request, also while the first one is being made.
    const other = '/management/v1/negotiations/n-3';
    const bodies = [dataset.offers[0].policy, undefined].map((offer) => ({ ...asked, dataset: dataset.id, offer }));
    const both = await Promise.all(bodies.map((sent) => consumer.http.put(other).send(sent)));
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
    await consumer.http.get(`${other}?wait=20`).expect(200, /FINALIZED/);
    const { body: agreement } = await consumer.http.get(`/management/v1/agreements/${agreed.agreement}`).expect(200);
    expect(agreement).toMatchObject({ peer: provider.id, oneSided: false });
    // Nothing is logged here, and without receipts there is nothing to audit.
    await consumer.http.get(`/management/v1/agreements/${agreed.agreement}/audit-bundle`).expect(503);

    await provider.http.get('/management/v1/datasets?limit=0').expect(422);
    const { body: first } = await provider.http.get('/management/v1/datasets?limit=1').expect(200);
    const { body: second } = await provider.http
      .get(`/management/v1/datasets?limit=1&cursor=${first.next}`)
      .expect(200);
    expect([first.items[0].id, second.items[0].id]).toEqual([`${provider.id}:closed`, `${provider.id}:orders`]);
    await provider.http.get('/management/v1/datasets?cursor=nonsense!').expect(400);

    await provider.http.delete('/management/v1/datasets/orders').expect(200);
    const { body: gone } = await consumer.http.post('/management/v1/catalog-requests').send(asked).expect(200);
    expect(gone.catalog.dataset).toBeUndefined();
    const { body: status } = await consumer.http.get('/management/v1/status').expect(200);
    expect(status).toMatchObject({ id: consumer.id, queues: { dsp: { depth: 0 }, logging: { depth: 4 } } });
    // Nobody answers at the address of the broker here.
    expect(status.broker).toMatchObject({ state: 'waiting', trouble: expect.any(String) });
    expect(status.ports.map(({ name }: { name: string }) => name)).toEqual([
      'dsp',
      'exchange',
      'data',
      'management',
      'operations',
    ]);

    const wanted = { agreement: agreed.agreement, to: join(consumer.folder, 'orders.csv'), purpose: 'planning' };
    const transfer = '/management/v1/transfers/t-2';
    await consumer.http.put(transfer).send(wanted).expect(201);
    await consumer.http.put(transfer).send(wanted).expect(200);
    await consumer.http
      .put(transfer)
      .send({ ...wanted, purpose: 'resale' })
      .expect(409);
    await consumer.http
      .put(transfer)
      .send({ ...wanted, to: join(consumer.folder, 'other.csv') })
      .expect(409);
  });

  test('refuses a contract with the reason when nothing is offered, and a transfer without an agreement', async () => {
    const asked = { provider: provider.id, address: provider.dsp, dataset: `${provider.id}:closed` };
    const { body } = await consumer.http.put('/management/v1/negotiations/n-2').send(asked).expect(404);
    expect(body.code).toBe('NOT_FOUND');
    const agreement = `sha-256:${'0'.repeat(64)}`;
    await consumer.http.put('/management/v1/transfers/t-1').send({ agreement, to: '/tmp/x' }).expect(404);
    await consumer.http.put('/management/v1/transfers/t-1').send({ agreement, to: 'x' }).expect(422);
  });
});
