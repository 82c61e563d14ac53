import type { Identity } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import type { Service } from '@causeway/platform';
import { Broker } from '@causeway/proto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSpace, type Publisher, register, type Space, type Told } from '../testing/fixture.js';

const base = '/management/v1/participants';
const boom: Told = { boom: { title: { zh: '动臂' } } };

let space: Space;
let service: Service;
let acme: Publisher;
let bolt: Publisher;
let searcher: Identity;
let trust: TestTrust;

beforeAll(async () => {
  trust = await testTrust();
  searcher = await trust.identity('urn:causeway:searcher', 'participant');
});

beforeEach(async () => {
  space = await openSpace(trust);
  [acme, bolt] = [await space.publisher('acme'), await space.publisher('bolt')];
  acme.name = '顶点机械';
});

afterEach(() => space[Symbol.asyncDispose]());

const decide = (id: string, decision: string, reason?: string) =>
  space.manage(service, 'POST', `${base}/${id}/${decision}`, reason === undefined ? undefined : { reason });
const list = async (query = '') => (await space.manage(service, 'GET', `${base}${query}`)).body;
const registers = (publisher: Publisher, told: Told = boom) =>
  register(space.channel(service, publisher.identity), publisher, told);
const found = async () => (await space.channel(service, searcher).unary(Broker.search, { query: '动臂' })).hits.length;
const beats = async (publisher: Publisher) =>
  space.channel(service, publisher.identity).unary(Broker.heartbeat, { head: await publisher.head(boom) });

describe('the participants of a broker', () => {
  it('are listed with how they stand, by state and in pages', async () => {
    service = await space.start();
    const began = space.clock.now();
    await registers(acme);
    await space.clock.advance(90_000);
    await registers(bolt, { ...boom, bolts: {} });
    const certificateExpires = expect.any(Number);
    const first = {
      id: acme.id,
      name: '顶点机械',
      state: 'late',
      lastHeartbeat: began,
      datasets: 1,
      certificateExpires,
    };
    const second = { id: bolt.id, state: 'online', lastHeartbeat: began + 90_000, datasets: 2, certificateExpires };
    expect(await list()).toEqual({ items: [first, second] });
    expect(await list('?state=online')).toEqual({ items: [second] });
    expect(await list('?state=pending')).toEqual({ items: [] });
    const page = await list('?limit=1');
    expect(page).toEqual({ items: [first], next: expect.any(String) });
    expect(await list(`?limit=1&cursor=${page['next']}`)).toEqual({ items: [second] });
    expect((await space.manage(service, 'GET', `${base}/${acme.id}`)).body).toEqual(first);
  });

  it.each([
    ['a state that is none', 'GET', '?state=asleep', undefined, 400, 'QUERY_INVALID'],
    ['a cursor of nobody', 'GET', '?cursor=AA!', undefined, 400, 'CURSOR_INVALID'],
    ['a page too large', 'GET', '?limit=201', undefined, 422, 'REQUEST_INVALID'],
    ['who never came', 'GET', '/urn:causeway:nobody', undefined, 404, 'NOT_FOUND'],
    ['to remove who never came', 'POST', '/urn:causeway:nobody/remove', { reason: 'x' }, 404, 'NOT_FOUND'],
    ['to remove without a reason', 'POST', '/urn:causeway:acme/remove', {}, 422, 'REQUEST_INVALID'],
    [
      'a reason that writes to terminals',
      'POST',
      '/urn:causeway:acme/remove',
      { reason: '\u001b[2J' },
      422,
      'REQUEST_INVALID',
    ],
    ['to reject who is in', 'POST', '/urn:causeway:acme/reject', { reason: 'x' }, 409, 'STATE_INVALID'],
  ] as const)('are not asked for %s', async (_, method, path, body, status, code) => {
    service = await space.start();
    await registers(acme);
    expect(await space.manage(service, method, `${base}${path}`, body)).toMatchObject({ status, body: { code } });
  });

  it('are nobody’s business without the key', async () => {
    service = await space.start();
    expect(await space.manage(service, 'GET', base, undefined, 'wrong')).toMatchObject({ status: 401 });
  });
});

describe('a participant that is removed', () => {
  it('is hidden from the next search, over a restart and its registering again, until it is approved again', async () => {
    service = await space.start();
    await registers(acme);
    await registers(bolt);
    expect(await found()).toBe(2);
    expect((await decide(acme.id, 'remove', '数据造假')).body).toMatchObject({ state: 'removed', datasets: 0 });
    expect(await found()).toBe(1);
    const told = { code: 'PARTICIPANT_REMOVED', message: expect.stringContaining('数据造假') };
    await expect(beats(acme)).rejects.toMatchObject(told);

    await service.close();
    service = await space.start();
    await expect(registers(acme)).rejects.toMatchObject(told);
    await expect(beats(acme)).rejects.toMatchObject(told);
    expect(await found()).toBe(1);
    const channel = space.channel(service, searcher);
    await expect(channel.unary(Broker.resolve, { id: `${acme.id}:boom` })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(channel.unary(Broker.describe, { participant: acme.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await list('?state=removed')).toMatchObject({ items: [{ id: acme.id, reason: '数据造假' }] });

    expect((await decide(acme.id, 'approve')).body).toMatchObject({ state: 'gone' });
    await expect(beats(acme)).rejects.toMatchObject({ code: 'NOT_REGISTERED' });
    await registers(acme);
    expect(await found()).toBe(2);
    await service.idle();
  });
});

describe('a broker with admission by approval', () => {
  it('lets in whom its operator approves, and tells the others why not', async () => {
    service = await space.start({ admission: 'approval' });
    await expect(registers(acme)).rejects.toMatchObject({ code: 'ADMISSION_PENDING' });
    await expect(registers(bolt)).rejects.toMatchObject({ code: 'ADMISSION_PENDING' });
    await space.clock.advance(1_000);
    await expect(beats(acme)).rejects.toMatchObject({ code: 'ADMISSION_PENDING' });
    expect(await list('?state=pending')).toMatchObject({
      items: [
        {
          id: acme.id,
          name: '顶点机械',
          datasets: 1,
          since: space.clock.now() - 1_000,
          lastHeartbeat: space.clock.now(),
        },
        { id: bolt.id },
      ],
    });
    expect(await found()).toBe(0);

    expect((await decide(acme.id, 'approve')).body).toMatchObject({ state: 'gone' });
    expect((await decide(bolt.id, 'reject', 'not a member of the association')).status).toBe(200);
    await registers(acme);
    await expect(registers(bolt)).rejects.toMatchObject({
      code: 'ADMISSION_REJECTED',
      message: expect.stringContaining('association'),
    });
    expect(await found()).toBe(1);
    await decide(bolt.id, 'approve');
    await registers(bolt);
    expect(await found()).toBe(2);
  });

  it('keeps whom it had when it was open', async () => {
    service = await space.start();
    await registers(acme);
    await service.close();
    service = await space.start({ admission: 'approval' });
    await beats(acme);
    await expect(beats(bolt)).rejects.toMatchObject({ code: 'ADMISSION_PENDING' });
  });
});
