import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset, JsonObject } from '../model.js';
import { Network } from '../testing/network.js';
import { type Party, settle } from '../testing/party.js';
import { dspContext } from './vocabulary.js';

const stranger = 'urn:causeway:stranger';
const hand = 'urn:causeway:hand';
const clock = new ManualClock();
let identity: Identity;
let network: Network;
let provider: Party;
let dataset: Dataset;
let base: string;

beforeAll(async () => {
  const trust = await testTrust({ clock });
  identity = await trust.identity('urn:causeway:p', 'participant');
});

beforeEach(async () => {
  network = new Network();
  provider = await network.join({ identity, clock, random: seededRandom(7), unsigned: 'mark' });
  dataset = await provider.publish('d', [{ terms: { assignees: [hand], count: 3, until: '2027-01-01T00:00:00Z' } }]);
  base = provider.dspBase;
});

afterEach(() => network[Symbol.asyncDispose]());

const message = (type: string, members: JsonObject): JsonObject => ({
  '@context': [dspContext],
  '@type': type,
  ...members,
});
/** Nobody answers there: what the provider has to say stays in its outbox. */
const callbackAddress = 'http://127.0.0.1:1/dsp';
const offer = (): JsonObject => ({ ...dataset.offers[0]?.policy, target: dataset.id });
const request = (more: JsonObject = {}): JsonObject =>
  message('ContractRequestMessage', { consumerPid: 'urn:uuid:1', callbackAddress, offer: offer(), ...more });

describe('what is not for the caller does not exist', () => {
  test('a dataset, a negotiation, a transfer of somebody else', async () => {
    expect(await network.post(stranger, `${base}/negotiations/request`, request())).toMatchObject({
      status: 404,
      body: { '@type': 'ContractNegotiationError', code: 'NOT_FOUND', consumerPid: 'urn:uuid:1' },
    });
    const opened = await network.post(hand, `${base}/negotiations/request`, request());
    const pid = String(opened.body?.['providerPid']);
    const ending = message('ContractNegotiationTerminationMessage', { providerPid: pid, consumerPid: 'urn:uuid:1' });
    expect((await network.post(stranger, `${base}/negotiations/${pid}/termination`, ending)).status).toBe(404);
    expect((await network.post(hand, `${base}/negotiations/${pid}/termination`, ending)).status).toBe(200);
    // In the same words as what there is not.
    const words = async (path: string, body: JsonObject, name: string) =>
      JSON.stringify((await network.post(stranger, `${base}/negotiations/${path}`, body)).body).replaceAll(name, '');
    const nothing = 'urn:uuid:nothing';
    expect(await words(`${pid}/termination`, ending, pid)).toBe(
      await words(`${nothing}/termination`, { ...ending, providerPid: nothing }, nothing),
    );
    const { target: _target, ...alone } = offer();
    expect(await words('request', request({ offer: alone }), String(alone['@id']))).toBe(
      await words('request', request({ offer: { ...alone, '@id': nothing } }), nothing),
    );
    const asked = message('TransferRequestMessage', {
      consumerPid: 'urn:uuid:2',
      callbackAddress,
      agreementId: 'urn:uuid:nothing',
      format: 'GrpcData-PULL',
    });
    expect(await network.post(hand, `${base}/transfers/request`, asked)).toMatchObject({
      status: 404,
      body: { '@type': 'TransferError' },
    });
  });
});

describe('what cannot be read or does not exist', () => {
  const code = async (answer: Promise<{ status: number; body?: JsonObject }>) => {
    const { status, body } = await answer;
    return [status, body?.['@type'], body?.['code']];
  };

  test('is refused in the words of the protocol, whatever the path and the method', async () => {
    expect(await code(network.get(hand, `${base}/negotiations/urn:uuid:1/request`))).toEqual([
      ...[404, 'ContractNegotiationError', 'NOT_FOUND'],
    ]);
    expect(await code(network.post(hand, `${base}/transfers/urn:uuid:1`, {}))).toEqual([
      404,
      'TransferError',
      'NOT_FOUND',
    ]);
    expect(await code(network.get(hand, base.replace('2025-1', '2024-1')))).toEqual([404, 'CatalogError', 'NOT_FOUND']);
  });

  test('an id that is longer than a key of the store is nowhere, and none is taken', async () => {
    const long = 'a'.repeat(1_100);
    expect(await code(network.get(hand, `${base}/negotiations/${long}`))).toEqual([
      ...[404, 'ContractNegotiationError', 'NOT_FOUND'],
    ]);
    expect(await code(network.get(hand, `${base}/catalog/datasets/${long}`))).toEqual([
      404,
      'CatalogError',
      'NOT_FOUND',
    ]);
    // 1,200 bytes in 400 characters.
    const consumerPid = '数'.repeat(400);
    const refused = [400, 'ContractNegotiationError', 'MESSAGE_INVALID'];
    const post = (more: JsonObject) => code(network.post(hand, `${base}/negotiations/request`, request(more)));
    expect(await post({ consumerPid })).toEqual(refused);
    expect(await post({ offer: { ...offer(), '@id': long } })).toEqual(refused);
  });

  test.each([
    ['half a character', { consumerPid: 'urn:uuid:\ud800' }],
    ['half a character in a name', { 'urn:example:\udfff': true }],
    ['more levels than anybody needs', { deep: JSON.parse(`${'['.repeat(101)}${']'.repeat(101)}`) }],
    ['more levels than a stack has', { deep: 'DEEP' }],
  ])('%s is refused before anything is made of it', async (_, more: JsonObject) => {
    const text = JSON.stringify(request(more)).replace('"DEEP"', `${'{"and":['.repeat(60_000)}${']}'.repeat(60_000)}`);
    const headers = { authorization: hand, 'content-type': 'application/json' };
    const response = await fetch(`${base}/negotiations/request`, { method: 'POST', headers, body: text });
    expect([response.status, ((await response.json()) as JsonObject)['code']]).toEqual([400, 'MESSAGE_INVALID']);
    expect((await provider.all()).negotiations).toEqual([]);
  });

  test('bytes that are no UTF-8 are no message', async () => {
    const body = Buffer.from(JSON.stringify(request()));
    const at = body.indexOf('urn:uuid');
    const headers = { authorization: hand, 'content-type': 'application/json' };
    const broken = Buffer.concat([body.subarray(0, at), Buffer.of(0xff), body.subarray(at)]);
    const response = await fetch(`${base}/negotiations/request`, { method: 'POST', headers, body: broken });
    expect([response.status, ((await response.json()) as JsonObject)['code']]).toEqual([400, 'MESSAGE_INVALID']);
  });
});

describe('a first request', () => {
  test('repeated, with an id or without, opens one negotiation', async () => {
    const identified = request({ '@id': 'urn:uuid:m1' });
    const first = await network.post(hand, `${base}/negotiations/request`, identified);
    expect(first).toMatchObject({ status: 201, body: { '@type': 'ContractNegotiation', state: 'REQUESTED' } });
    expect(await network.post(hand, `${base}/negotiations/request`, identified)).toEqual(first);
    const again = await network.post(hand, `${base}/negotiations/request`, request());
    expect(again).toMatchObject({ status: 201, body: { providerPid: first.body?.['providerPid'] } });
    expect((await provider.all()).negotiations).toHaveLength(1);
  });

  test('under a pid that is taken by another is refused', async () => {
    await network.post(hand, `${base}/negotiations/request`, request());
    const other = request({ offer: { ...offer(), '@id': 'urn:other' } });
    expect(await network.post(hand, `${base}/negotiations/request`, other)).toMatchObject({ status: 400 });
  });

  test('that asks for more than is offered ends with the difference', async () => {
    const more = { ...offer(), permission: [{ action: 'use' }] };
    const opened = await network.post(hand, `${base}/negotiations/request`, request({ offer: more }));
    expect(opened.status).toBe(201);
    await provider.plane.queue.idle();
    const [negotiation] = (await provider.all()).negotiations;
    expect(negotiation).toMatchObject({
      state: 'REQUESTED',
      intent: { state: 'TERMINATED', reason: { code: 'OFFER_EXCEEDED' } },
    });
    expect(negotiation?.intent?.reason?.zh).toMatch(/\p{Script=Han}/u);
  });
});

describe('what is malformed is refused, and moves nothing', () => {
  const malformed: [string, JsonObject | undefined, unknown][] = [
    ['no context', undefined, { '@type': 'ContractRequestMessage' }],
    ['a context that is no array', { '@context': dspContext }, undefined],
    ['an inline context', { '@context': [dspContext, { a: 'b' }] }, undefined],
    ['another type', { '@type': 'ContractOfferMessage' }, undefined],
    ['both pids and a callback address', { providerPid: 'urn:uuid:9' }, undefined],
    ['a pid that leads elsewhere in a path', { consumerPid: '..' }, undefined],
    ['a pid with a slash', { consumerPid: 'a/b' }, undefined],
    ['an offer that grants nothing', { offer: { '@id': 'x', '@type': 'Offer' } }, undefined],
    ['a callback that is no address', { callbackAddress: 'file:///etc/passwd' }, undefined],
  ];
  test.each(malformed)('%s', async (_name, change, whole) => {
    const body = (whole ?? { ...request(), ...change }) as JsonObject;
    expect(await network.post(hand, `${base}/negotiations/request`, body)).toMatchObject({
      status: 400,
      body: {
        '@type': 'ContractNegotiationError',
        code: 'MESSAGE_INVALID',
        reason: [{ '@language': 'en' }, { '@language': 'zh' }],
      },
    });
    expect((await provider.all()).negotiations).toEqual([]);
  });

  test('bodies that are no JSON, or too large', async () => {
    const post = (body: string) =>
      fetch(`${base}/catalog/request`, {
        method: 'POST',
        headers: { authorization: hand, 'content-type': 'application/json' },
        body,
      });
    expect((await post('{')).status).toBe(400);
    expect((await post(JSON.stringify({ x: 'y'.repeat(2_000_000) }))).status).toBe(413);
    expect((await fetch(`${base}/catalog/datasets/%ff`, { headers: { authorization: hand } })).status).toBe(400);
  });
});

describe('a move that is not legal', () => {
  test('is 400, kept under its id, and does not become legal later', async () => {
    const opened = await network.post(hand, `${base}/negotiations/request`, request());
    const pid = String(opened.body?.['providerPid']);
    const pids = { providerPid: pid, consumerPid: 'urn:uuid:1' };
    const accepted = message('ContractNegotiationEventMessage', {
      ...pids,
      eventType: 'ACCEPTED',
      '@id': 'urn:uuid:m9',
    });
    const url = `${base}/negotiations/${pid}/events`;
    const refused = await network.post(hand, url, accepted);
    expect(refused).toMatchObject({ status: 400, body: { code: 'STATE_INVALID' } });
    expect(await network.post(hand, url, accepted)).toEqual(refused);
  });

  test('that names other pids is about something else', async () => {
    const opened = await network.post(hand, `${base}/negotiations/request`, request());
    const pid = String(opened.body?.['providerPid']);
    const ending = message('ContractNegotiationTerminationMessage', {
      providerPid: pid,
      consumerPid: 'urn:uuid:other',
    });
    expect((await network.post(hand, `${base}/negotiations/${pid}/termination`, ending)).status).toBe(400);
    expect((await provider.all()).negotiations[0]?.state).not.toBe('TERMINATED');
  });
});

test('the catalog refuses filters, pages by Link, and the version is open', async () => {
  for (const name of ['e', 'f']) await provider.publish(name, [{ terms: { assignees: ['*'] } }]);
  const ask = message('CatalogRequestMessage', {});
  const filtered = await network.post(hand, `${base}/catalog/request`, { ...ask, filter: ['x'] });
  expect(filtered).toMatchObject({ status: 400, body: { '@type': 'CatalogError', code: 'FILTER_UNSUPPORTED' } });
  const seen: unknown[] = [];
  for (let next: string | undefined = `${base}/catalog/request?limit=2`; next !== undefined; ) {
    const headers = { authorization: hand, 'content-type': 'application/json' };
    const response: Response = await fetch(next, { method: 'POST', headers, body: JSON.stringify(ask) });
    const catalog = (await response.json()) as { dataset?: { '@id': string }[] };
    seen.push(...(catalog.dataset ?? []).map((one) => one['@id']));
    const link: string | undefined = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, base).href;
  }
  expect(seen).toEqual(['urn:causeway:p:d', 'urn:causeway:p:e', 'urn:causeway:p:f']);
  const version = await fetch(base.replace('/2025-1', '/.well-known/dspace-version'));
  expect(await version.json()).toEqual({
    protocolVersions: [{ version: '2025-1', path: '/2025-1', binding: 'HTTPS' }],
  });
  await settle(clock);
});

test('a crawler is told that nothing has changed, or what has; who asks as ever notices nothing', async () => {
  const body = JSON.stringify(message('CatalogRequestMessage', {}));
  const ask = async (url: string, more = {}) => {
    const headers = { authorization: hand, 'content-type': 'application/json', ...more };
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    const link = /<([^>]+)>; rel="urn:causeway:v1:changes"/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    const catalog = (text === '' ? {} : JSON.parse(text)) as JsonObject & { dataset?: { '@id': string }[] };
    const ids = catalog.dataset?.map((one) => one['@id']);
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      changes: new URL(link, base).href,
      catalog,
      ids,
    };
  };
  const first = await ask(`${base}/catalog/request`);
  expect(first).toMatchObject({ status: 200, ids: [dataset.id], etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
  for (const held of [first.etag, `"other", W/${first.etag}`, '*']) {
    expect(await ask(`${base}/catalog/request`, { 'if-none-match': held })).toMatchObject({ status: 304, catalog: {} });
  }
  expect(await ask(first.changes)).toMatchObject({ status: 200, catalog: { 'urn:causeway:v1:withdrawn': [] } });

  await provider.publish('e', [{ terms: { assignees: ['*'] } }]);
  await provider.publish('f', [{ terms: { assignees: [stranger] } }]);
  await provider.publish('d', []);
  const changed = await ask(first.changes, { 'if-none-match': first.etag });
  expect(changed).toMatchObject({ status: 200, ids: ['urn:causeway:p:e'] });
  expect(changed.catalog['urn:causeway:v1:withdrawn']).toEqual([dataset.id]);
  expect(changed.catalog['urn:causeway:v1:since']).toBe(new URL(first.changes).searchParams.get('since'));
  expect((await ask(changed.changes)).ids).toBeUndefined();
  const unknown = await ask(`${base}/catalog/request?since=yesterday`);
  expect(unknown).toMatchObject({ status: 200, ids: ['urn:causeway:p:e'] });
  expect(unknown.catalog).not.toHaveProperty('urn:causeway:v1:since');
});
