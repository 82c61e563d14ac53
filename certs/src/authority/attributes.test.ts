import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, silentLogger, systemRandom } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrol, readInvitation } from '../enrolment/index.js';
import { type AttributeToken, AttributeTokens, type Identity, verifyAttributeToken } from '../peer/index.js';
import { fingerprintOf } from '../peer/peer.js';
import { type Authority, authorityConfig, startAuthority } from './index.js';
import type { Attributes } from './records.js';

const clock = new ManualClock(Date.now());
let folder: string;
let authority: Authority;
let firm: Identity;
let other: Identity;

async function joined(name: string, attributes: Attributes): Promise<Identity> {
  const { invitation } = await authority.admin.invite({ name, role: 'participant', attributes });
  const enrolment = await enrol({
    ...{ invitation: readInvitation(invitation), folder: join(folder, name), clock, random: systemRandom },
    addresses: { dns: ['localhost'], ip: ['127.0.0.1'] },
    rsaBits: 2_048,
  });
  await authority.admin.approve(enrolment.id);
  return enrolment.wait();
}

/** What the authority says of the firm to the other one now. */
async function said(tokens = new AttributeTokens({ identity: firm, clock })): Promise<AttributeToken> {
  const peer = {
    ...{ id: firm.id, role: firm.role, notAfter: Number.POSITIVE_INFINITY },
    fingerprint: fingerprintOf(new X509Certificate(firm.tls.cert).raw),
  };
  return verifyAttributeToken(await tokens.for(other.id), { identity: other, peer, now: clock.now() });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-attributes-'));
  const flags = { port: '0', adminPort: '0', operationsPort: '0', rsaBits: '2048' };
  const config = await loadConfig(authorityConfig, { flags });
  const at = { config, folder: join(folder, 'authority'), clock, random: systemRandom, log: silentLogger };
  authority = await startAuthority(at);
  firm = await joined('steel', { role: 'buyer', sector: 'steel' });
  other = await joined('cars', {});
});

afterAll(async () => {
  await authority.close();
  await rm(folder, { recursive: true });
});

test('the next token says what was set, and no more what was removed; what was before is kept', async () => {
  const first = await said();
  expect(first).toMatchObject({ attributes: { role: 'buyer', sector: 'steel' }, revision: 0 });
  const changed = await authority.admin.changeAttributes(firm.id, {
    set: { role: ['buyer', 'quality'], securityLevel: 'trust' },
    remove: ['sector', 'never'],
    reason: 'certified in March',
  });
  const attributes = { role: ['buyer', 'quality'], securityLevel: 'trust' };
  expect(changed).toMatchObject({ id: firm.id, attributes, revision: 1 });
  // Within the same second: the revision tells which is the later one.
  const second = await said();
  expect({ ...second.attributes, issued: second.issued }).toEqual({ ...attributes, issued: first.issued });
  expect(second.revision).toBe(1);
  await authority.admin.changeAttributes(firm.id, { set: { securityLevel: 'trust' } });
  await authority.admin.changeAttributes(firm.id, { remove: ['securityLevel'] });
  expect(await said()).toMatchObject({ attributes: { role: ['buyer', 'quality'] }, revision: 2 });
  expect((await authority.admin.attributeChanges(firm.id)).items).toEqual([
    { revision: 2, at: clock.now(), before: attributes, after: { role: ['buyer', 'quality'] } },
    {
      ...{ revision: 1, at: clock.now(), before: { role: 'buyer', sector: 'steel' }, after: attributes },
      reason: 'certified in March',
    },
  ]);
});

test('a token that is cached says the old for no longer than it lives', async () => {
  await authority.admin.changeAttributes(firm.id, { set: { sector: 'steel' } });
  const tokens = new AttributeTokens({ identity: firm, clock });
  const cached = await said(tokens);
  await authority.admin.changeAttributes(firm.id, { set: { sector: 'copper' } });
  expect((await said(tokens)).attributes).toEqual(cached.attributes);
  await clock.advance(cached.expires - clock.now());
  expect((await said(tokens)).attributes).toMatchObject({ sector: 'copper' });
});

describe('what no token could carry, or nobody could read, is not set', () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`a${at}`, '字'.repeat(150)]));
  test.each<[string, Attributes]>([
    ['a level of nobody', { securityLevel: 'highest' }],
    ['two levels', { securityLevel: ['base', 'trust'] }],
    ['a country that is no code', { country: 'China' }],
    ['no value', { role: [] }],
    ['an empty value', { role: ' ' }],
    ['half a surrogate pair', { role: '\ud800' }],
    ['a name with spaces', { 'a b': 'x' }],
    ['more than a token holds', many],
  ])('%s', async (_name, set) => {
    const before = await authority.admin.participant(firm.id);
    await expect(authority.admin.changeAttributes(firm.id, { set })).rejects.toMatchObject({
      code: 'ATTRIBUTES_REFUSED',
    });
    const wanted = { name: 'copper', role: 'participant', attributes: set } as const;
    await expect(authority.admin.invite(wanted)).rejects.toMatchObject({ code: 'ATTRIBUTES_REFUSED' });
    expect(await authority.admin.participant(firm.id)).toEqual(before);
  });

  test('one that is to be set and removed at once', async () => {
    const wanted = { set: { constructor: 'x' }, remove: ['constructor'] };
    await expect(authority.admin.changeAttributes(firm.id, wanted)).rejects.toMatchObject({
      code: 'ATTRIBUTES_REFUSED',
    });
  });

  test('those of nobody', async () => {
    const unknown = { code: 'NOT_FOUND' };
    await expect(authority.admin.changeAttributes('urn:causeway:x', {})).rejects.toMatchObject(unknown);
    await expect(authority.admin.attributeChanges('urn:causeway:x')).rejects.toMatchObject(unknown);
  });
});

test("the operator's API sets, shows and lists the changes", async () => {
  const { port } = authority.servers.find(({ name }) => name === 'management') ?? { port: 0 };
  const key = (await readFile(join(folder, 'authority', 'api.key'), 'utf8')).trim();
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/admin/v1/participants/${other.id}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const set = await ask('POST', '/attributes', { set: { country: 'CN-31' } });
  expect(set).toMatchObject({ status: 200, body: { attributes: { country: 'CN-31' }, revision: 1 } });
  expect(await ask('GET', '')).toEqual(set);
  expect(await ask('GET', '/attribute-changes')).toMatchObject({ body: { items: [{ revision: 1 }] } });
  expect(await ask('POST', '/attributes', { set: { country: 'nowhere' } })).toMatchObject({
    ...{ status: 422, body: { code: 'ATTRIBUTES_REFUSED' } },
  });
  expect(await ask('POST', '/attributes', { sets: {} })).toMatchObject({ status: 400 });
});
