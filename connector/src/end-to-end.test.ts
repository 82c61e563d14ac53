import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, peerRequest } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { encodeEntries, leafData, leafHash, verifyAudit } from '@causeway/evidence';
import { loadConfig, type Service, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import supertest from 'supertest';
import { expect, test } from 'vitest';
import { connectorConfig } from './config.js';
import { boundIdentity } from './dsp/identity.js';
import { LogDouble } from './logging/testing/log-double.js';
import { startConnector } from './service.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function connector(folder: string, identity: Identity, trust: TestTrust, ports: Record<string, string> = {}) {
  const flags = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0', ...ports };
  const config = await loadConfig(connectorConfig, { flags });
  const dspIdentity = boundIdentity({ identity, tokens: trust.tokens(identity), clock: systemClock });
  const [clock, random, log] = [systemClock, systemRandom, silentLogger];
  const service: Service = await startConnector({ config, folder, identity, clock, random, log, dspIdentity });
  const port = (name: string): number => service.servers.find((server) => server.name === name)?.port ?? 0;
  const key = (await readFile(join(folder, 'api.key'), 'utf8')).trim();
  const http = supertest.agent(`http://127.0.0.1:${port('management')}`).set('authorization', `Bearer ${key}`);
  const kept = { dspPort: String(port('dsp')), exchangePort: String(port('exchange')) };
  const address = `https://127.0.0.1:${port('dsp')}/dsp/2025-1`;
  const bytes = async (path: string): Promise<Uint8Array> => {
    const url = `http://127.0.0.1:${port('management')}${path}`;
    return new Uint8Array(await (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).arrayBuffer());
  };
  return { service, http, bytes, id: identity.id, address, kept, [Symbol.asyncDispose]: () => service.close() };
}

test('publish, negotiate, transfer and audit between two connectors and a log; a restart in between', {
  timeout: 60_000,
}, async () => {
  const trust = await testTrust();
  await using log = await LogDouble.start(await trust.identity('urn:causeway:clearing-house', 'clearing-house'));
  const services = {
    clearingHouse: log.service,
    broker: { id: 'urn:causeway:broker', https: 'https://127.0.0.1:1', grpc: '127.0.0.1:1' },
  };
  const folder = await mkdtemp(join(tmpdir(), 'causeway-space-'));
  const identities = {
    steel: await trust.identity('urn:causeway:steel', 'participant', { services }),
    cars: await trust.identity('urn:causeway:cars', 'participant', { services }),
  };
  const before = await connector(join(folder, 'steel'), identities.steel, trust);
  await using consumer = await connector(join(folder, 'cars'), identities.cars, trust);

  const bytes = Buffer.alloc(3_000_000, '钢铁');
  const file = join(folder, '订单 orders.csv');
  await writeFile(file, bytes);
  const offers = [{ terms: { assignees: [consumer.id], count: 2 } }];
  await before.http
    .put('/management/v1/datasets/orders')
    .send({ file, title: { zh: '订单' }, offers })
    .expect(200);
  const asked = { dataset: `${before.id}:orders`, address: before.address };
  await consumer.http.put('/management/v1/negotiations/n').send(asked).expect(201);
  const { body: agreed } = await consumer.http.get('/management/v1/negotiations/n?wait=20').expect(200);
  expect(agreed).toMatchObject({ state: 'FINALIZED' });

  // The provider goes away; what is asked of it meanwhile is done when it is back.
  await before.service.close();
  const to = join(folder, 'received', 'orders.csv');
  const transfer = '/management/v1/transfers/t';
  await consumer.http.put(transfer).send({ agreement: agreed.agreement, to }).expect(201);
  const { body: waiting } = await consumer.http.get(transfer).expect(200);
  expect(waiting).toMatchObject({ state: 'REQUESTED', inDoubt: true });
  await using provider = await connector(join(folder, 'steel'), identities.steel, trust, before.kept);

  const { body: done } = await consumer.http.get(`${transfer}?wait=40`).expect(200);
  const digest = createHash('sha256').update(bytes).digest('hex');
  expect(done).toMatchObject({
    state: 'COMPLETED',
    inDoubt: false,
    bytes: bytes.length,
    digest: `sha-256:${digest}`,
    path: to,
  });
  expect(done.endLogIndex).toMatch(/^\d+$/);
  expect(
    createHash('sha256')
      .update(await readFile(to))
      .digest('hex'),
  ).toBe(digest);
  await provider.service.idle();
  await consumer.service.idle();
  const { body: theirs } = await provider.http.get('/management/v1/transfers').expect(200);
  expect(theirs.items).toMatchObject([{ state: 'COMPLETED', role: 'provider', bytes: bytes.length }]);

  for (const side of [provider, consumer]) {
    const { body: used } = await side.http.get(`/management/v1/usage?dataset=${before.id}:orders`).expect(200);
    const pulled = { times: 1, bytes: bytes.length, running: 0, refused: 0, last: expect.any(Number) };
    expect(used.items).toMatchObject([{ state: 'inForce', pulled, left: [{ uses: { limit: 2, left: 1 } }] }]);
  }

  // Either side's bundle proves the record to somebody who knows one fingerprint.
  const leaves = new Map(log.received.map((envelope) => [hex(leafHash(leafData(envelope))), leafData(envelope)]));
  const fetchPublic = async (path: string) => {
    // The double serves no entries: they are what the log was given, in its order.
    if (path.startsWith('tile/entries/'))
      return encodeEntries(log.signed.leaves.map((hash) => leaves.get(hex(hash)) ?? hash));
    const url = `${log.service.https}/${path}`;
    const expectedPeer = { id: log.service.id, role: 'clearing-house' } as const;
    const limits = { timeoutMs: 5_000, maxBytes: 1_000_000 };
    return (await peerRequest({ identity: identities.cars, url, expect: expectedPeer, method: 'GET', ...limits }))
      .bytes;
  };
  for (const side of [provider, consumer]) {
    const url = `/management/v1/agreements/${agreed.agreement}/audit-bundle`;
    const bundle = await side.bytes(url);
    const checkpoint = Buffer.from(await fetchPublic('checkpoint')).toString('utf8');
    const report = await verifyAudit(bundle, { pins: trust.pins, checkpoint, fetchTile: fetchPublic });
    expect(report.findings).toEqual([]);
    expect(report.indexes).toHaveLength(5);
  }
  await rm(folder, { recursive: true, force: true });
});
