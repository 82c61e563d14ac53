import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../log.js';
import { Secret } from '../secret.js';
import { seededRandom } from '../testing/seeded-random.js';
import { apiKey, isKey } from './api-key.js';
import { managementApp, owner } from './app.js';
import type { Schemas } from './openapi.js';
import { type Operation, ok } from './operation.js';
import { pageOptions } from './paging.js';
import { bodyReaders } from './read-body.js';

const schemas = {
  Problem: { type: 'object' },
  Thing: { type: 'object', required: ['name'], properties: { name: { type: 'string' } }, additionalProperties: false },
} satisfies Schemas<'Thing'>;
const readThing = bodyReaders(schemas)<{ readonly name: string }>('Thing');
const operations: Operation<keyof typeof schemas>[] = [
  {
    ...{ method: 'put', path: '/things/{id}', id: 'putThing', summary: 'Puts a thing', body: 'Thing', answer: 'Thing' },
    handle: async ({ params, body }) => ok({ ...readThing(body), id: params['id'] }),
  },
  {
    ...{ method: 'get', path: '/things', id: 'listThings', summary: 'Lists things', operators: true },
    handle: async ({ query, operator }) => ok({ ...pageOptions(query), operator }),
  },
];
const holders: Readonly<Record<string, string>> = { all: owner, some: 'li' };
const app = managementApp({
  ...{ title: 'Things', operations, schemas, log: silentLogger },
  holder: async (shown) => holders[shown],
  problemOf: () => undefined,
});
const ask = (key: string) => supertest.agent(app).set('authorization', `Bearer ${key}`);
const path = '/management/v1/things';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-management-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a management API', () => {
  test('opens to a key, and to an operator where it says so', async () => {
    await supertest(app).get(path).expect(401).expect('www-authenticate', 'Bearer');
    await ask('other').get('/openapi.json').expect(401);
    expect((await ask('some').get(path).expect(200)).body).toEqual({ limit: 50, operator: 'li' });
    await ask('some').put(`${path}/1`).send({ name: 'a' }).expect(403);
    expect((await ask('all').put(`${path}/1`).send({ name: 'a' }).expect(200)).body).toEqual({ id: '1', name: 'a' });
  });

  test('refuses a body by the schema that its document shows, with every mistake, and a senseless page', async () => {
    const { body } = await ask('all').put(`${path}/1`).send({ nam: 1 }).expect(422);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID', errors: [{}, {}] });
    await ask('all').get(`${path}?limit=201`).expect(422);
    const document = (await ask('all').get('/openapi.json').expect(200)).body;
    expect(document).toMatchObject({
      info: { title: 'Things' },
      paths: { [`${path}/{id}`]: { put: { operationId: 'putThing' } }, [path]: { get: {} } },
      components: { schemas: { Thing: schemas.Thing } },
    });
  });
});

describe('the key of a service', () => {
  test('is made once, for its owner to read, and compared without a hint', async () => {
    const file = join(folder, 'api.key');
    const made = await apiKey(file, seededRandom(1));
    expect((await readFile(file, 'utf8')).trim()).toBe(made.reveal());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await apiKey(file, seededRandom(2))).reveal()).toBe(made.reveal());
    expect([isKey(made.reveal(), made), isKey('', made), isKey('x', new Secret('xy'))]).toEqual([true, false, false]);
    await writeFile(file, 'short\n');
    await expect(apiKey(file, seededRandom(1))).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  });
});
