import { generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrustError } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { vkeyOf } from '@causeway/evidence';
import { loadConfig, type Service, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectorConfig } from '../config.js';
import { boundIdentity } from '../dsp/identity.js';
import { startConnector } from '../service.js';

let folder: string;
let service: Service;
let http: ReturnType<typeof supertest.agent>;
let file: string;
const url = '/management/v1/datasets/orders';
const member = 'urn:causeway:foundry';
const terms = { assignees: [member], count: 3 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-datasets-'));
  const nowhere = '127.0.0.1:1';
  const vkey = vkeyOf('log.test', generateKeyPairSync('ed25519').publicKey);
  const trust = await testTrust({
    services: {
      broker: { id: 'urn:causeway:broker', https: `https://${nowhere}`, grpc: nowhere },
      clearingHouse: { id: 'urn:causeway:log', https: `https://${nowhere}`, grpc: nowhere, origin: 'log.test', vkey },
    },
  });
  const identity = await trust.identity('urn:causeway:steelworks', 'participant');
  const ports = { dspPort: '0', exchangePort: '0', dataPort: '0', managementPort: '0', operationsPort: '0' };
  const config = await loadConfig(connectorConfig, { flags: ports });
  const known = trust.tokens(identity);
  const refused = { nobody: 404, unsure: 503 };
  const tokens: typeof known = {
    for: async (audience) => {
      const status = Object.entries(refused).find(([name]) => audience.endsWith(name))?.[1];
      if (status !== undefined) throw new TrustError('TOKEN_REFUSED', 'no token', { data: { status } });
      return known.for(audience);
    },
  };
  const [clock, random, log] = [systemClock, systemRandom, silentLogger];
  const dspIdentity = boundIdentity({ identity, tokens, clock });
  service = await startConnector({ config, folder: join(folder, 'c'), identity, clock, random, log, dspIdentity });
  const port = service.servers.find(({ name }) => name === 'management')?.port ?? 0;
  const key = (await readFile(join(folder, 'c', 'api.key'), 'utf8')).trim();
  http = supertest.agent(`http://127.0.0.1:${port}`).set('authorization', `Bearer ${key}`);
}, 60_000);

beforeEach(async () => {
  file = join(folder, 'orders.csv');
  await writeFile(file, 'po_no,secret margin\nPO-1,12.5\nPO-2,\n');
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

const publication = (more: object = {}) => ({ file, title: { en: 'Orders' }, offers: [{ terms }], ...more });

describe('a preview', () => {
  test('shows what would be published, to whom, and what others are told; nothing is changed', async () => {
    const { body } = await http
      .put(`${url}?preview=true`)
      .send(publication({ listed: true }))
      .expect(200);
    const description = 'CSV, UTF-8, 2 rows (行); 2 columns (列): po_no code, secret margin decimal';
    expect(body).toMatchObject({
      ...{ id: 'urn:causeway:steelworks:orders', description, agreements: { inForce: 0 } },
      content: { table: { rows: 2, columns: [{ name: 'po_no' }, { type: 'decimal', nulls: 1 }] } },
      offers: [{ words: { en: expect.stringContaining('for 3 uses at most'), zh: expect.stringContaining('3 次') } }],
      sample: [
        ['PO-1', '12.5'],
        ['PO-2', ''],
      ],
      shown: { catalog: { 'dct:description': description }, entry: { description } },
    });
    // Of values nothing is told, and of the path neither.
    expect(JSON.stringify(body.shown)).not.toMatch(/PO-1|orders\.csv/);
    await http.get(url).expect(404);
  });

  test('names of columns can be left out of what is told', async () => {
    const { body } = await http.put(`${url}?preview=true`).send(publication({ hideColumns: true, listed: true }));
    expect(body.description).toBe('CSV, UTF-8, 2 rows (行)');
    expect(JSON.stringify(body.shown)).not.toContain('margin');
    expect(body.content.table.columns[1].name).toBe('secret margin');
  });

  test('of a file without a header tells nobody its first row', async () => {
    await writeFile(file, '李四,13800000000,12.5\n张三,13900000000,7.5\n');
    const { body } = await http.put(`${url}?preview=true`).send(publication({ listed: true }));
    expect(body.description).toBe('CSV, UTF-8, 1 rows (行)');
    expect(JSON.stringify(body.shown)).not.toMatch(/李四|13800000000|12\.5/);
  });

  test('of a file is what is published, or nothing is', async () => {
    const { version } = (await http.put(`${url}?preview=true`).send(publication())).body.source;
    await appendFile(file, 'PO-3,1\n');
    const { body } = await http.put(url).send(publication({ version })).expect(409);
    expect(body).toMatchObject({ code: 'SOURCE_CHANGED' });
    await http.get(url).expect(404);
  });
});

test('a dataset is changed where something is said; the rest stays, and its offers must do for what it is then', async () => {
  await http
    .put(url)
    .send(publication({ keywords: ['油缸'] }))
    .expect(200);
  const renamed = await http
    .patch(url)
    .send({ title: { zh: '订单' }, listed: true })
    .expect(200);
  expect(renamed.body).toMatchObject({ title: { zh: '订单' }, keywords: ['油缸'], listed: true, offers: [{}] });
  const { created, offers } = renamed.body;

  await writeFile(file, '{"a":1}\n');
  const lines = join(folder, 'orders.jsonl');
  await writeFile(lines, '{"po_no":"PO-1"}\n');
  const again = (await http.patch(url).send({ file: lines }).expect(200)).body;
  expect(again).toMatchObject({ created, offers, title: { zh: '订单' }, content: { format: 'json-lines' } });
  expect(again.source.version).not.toBe(renamed.body.source.version);

  const { body } = await http.patch(url).send({ classification: 2 }).expect(422);
  expect(body).toMatchObject({ code: 'POLICY_INVALID', errors: [{ code: 'CLASSIFICATION_FLOOR' }, {}] });
  expect((await http.get(url)).body).toEqual(again);
  const enough = { ...terms, purposes: ['planning'], until: '2999-01-01T00:00:00Z' };
  const raised = await http.patch(`${url}?preview=true`).send({ classification: 2, offers: [{ terms: enough }] });
  expect(raised.body).toMatchObject({ classification: 2, source: again.source });

  await http.delete(url).expect(200);
  await http.patch(url).send({ listed: false }).expect(409);
  expect((await http.put(url).send(publication()).expect(200)).body).not.toHaveProperty('withdrawn');
  await http.patch('/management/v1/datasets/none').send({}).expect(404);
});

test('an offer to nobody of this space is refused where that is asked for and can be told', async () => {
  const to = (id: string) => publication({ offers: [{ terms: { assignees: [member, id] } }], enrolledOnly: true });
  const { body } = await http.put(url).send(to('urn:causeway:nobody')).expect(404);
  expect(body).toMatchObject({ code: 'PEER_UNKNOWN', detail: expect.stringContaining('urn:causeway:nobody') });
  await http.put(url).send(to('urn:causeway:unsure')).expect(200);
  await http
    .put(url)
    .send({ ...to('urn:causeway:nobody'), enrolledOnly: false })
    .expect(200);
});

test('a folder is listed for its owner, and a file in it looked at', async () => {
  const path = join(folder, 'many');
  await mkdir(join(path, 'sub'), { recursive: true });
  await writeFile(join(path, 'a.csv'), 'a,b\n1\n');
  const ask = (body: object) => http.post('/management/v1/inspections').send(body);
  expect((await ask({ path }).expect(200)).body).toMatchObject({
    ...{ kind: 'folder', files: [{ name: 'a.csv', path: join(path, 'a.csv') }] },
    skipped: [{ name: 'sub', why: { zh: '子文件夹' } }],
  });
  expect((await ask({ path: join(path, 'a.csv') }).expect(200)).body).toMatchObject({
    content: { trouble: { line: 2, en: 'expected 2 fields, got 1' } },
  });
  await ask({ path: join(path, 'none') }).expect(422);
  await ask({ path: 'many' }).expect(422);
});
