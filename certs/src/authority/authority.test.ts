import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enrol, readInvitation } from '../enrolment/index.js';
import {
  AttributeTokens,
  type Identity,
  loadIdentity,
  peerRequest,
  refreshTrust,
  refreshTrustIfThere,
  verifyAttributeToken,
} from '../peer/index.js';
import { peerOfCertificate } from '../peer/peer.js';
import { testTrust } from '../testing/index.js';
import { type Authority, authorityConfig, startAuthority } from './index.js';

const addresses = { dns: ['steel.example'], ip: ['127.0.0.1'] };
const rsaBits = 2_048;

let folder: string;
let authority: Authority;
let serial = 0;

async function start(space = 'causeway', into = 'authority'): Promise<Authority> {
  const config = await loadConfig(authorityConfig, {
    flags: { space, port: '0', 'admin-port': '0', 'operations-port': '0', 'rsa-bits': String(rsaBits) },
  });
  return startAuthority({
    config,
    folder: join(folder, into),
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-certs-'));
  authority = await start();
});

afterAll(async () => {
  await authority.close();
  await rm(folder, { recursive: true });
});

let name: string;
beforeEach(() => {
  serial += 1;
  name = `firm-${serial}`;
});

const begin = (text: string, into = name) =>
  enrol({
    invitation: readInvitation(text),
    folder: join(folder, into),
    addresses,
    clock: systemClock,
    random: systemRandom,
    rsaBits,
  });

async function joined(role: 'participant' | 'broker' | 'clearing-house' = 'participant'): Promise<Identity> {
  const { invitation } = await authority.admin.invite({
    name,
    role,
    attributes: { sector: 'steel', sites: ['a', 'b'] },
  });
  const enrolment = await begin(invitation);
  await authority.admin.approve(enrolment.id);
  return enrolment.wait();
}

describe('enrolment', () => {
  it('ends with an identity that the operator approved by the fingerprint both sides show', async () => {
    const invited = await authority.admin.invite({ name, role: 'participant' });
    expect(readInvitation(invited.invitation).fingerprint).toBe(invited.fingerprint);
    const enrolment = await begin(invited.invitation);
    const { items } = await authority.admin.enrolments('pending');
    expect(items).toMatchObject([
      { id: enrolment.id, participant: invited.id, keyFingerprint: enrolment.keyFingerprint },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/secret|digest/i);
    await authority.admin.approve(enrolment.id);
    const identity = await enrolment.wait();
    expect(identity).toMatchObject({ id: `urn:causeway:${name}`, role: 'participant' });
    expect(identity.trust.pins).toEqual([authority.statementKey]);
    const loaded = await loadIdentity(join(folder, name));
    expect(loaded.signing.kid).toBe(identity.signing.kid);
    expect(await readdir(join(folder, name))).not.toContain('enrolment.json');
    expect((await authority.admin.enrolments('pending')).items).toEqual([]);
  });

  it('writes id, role and addresses into the certificate, and nothing that was asked for', async () => {
    const identity = await joined('broker');
    const certificate = new X509Certificate(identity.tls.cert);
    expect(certificate.subjectAltName).toBe(
      `URI:urn:causeway:${name}, URI:urn:causeway:role:broker, DNS:steel.example, IP Address:127.0.0.1`,
    );
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).toContain(`CN=urn:causeway:${name}`);
  });

  it('takes a name of the space in Chinese, whose root is the issuer of what it certifies', async () => {
    const chinese = await start('华东供应链数据空间', 'chinese');
    try {
      const { invitation } = await chinese.admin.invite({ name: '恒力液压', id: `urn:${name}`, role: 'participant' });
      const enrolment = await begin(invitation);
      await chinese.admin.approve(enrolment.id);
      const { tls } = await enrolment.wait();
      const root = new X509Certificate(await readFile(join(folder, 'chinese', 'root.cert.pem')));
      expect(root.subject).toContain('CN=华东供应链数据空间 root');
      const certificate = new X509Certificate(tls.cert);
      expect(certificate.checkIssued(root) && certificate.verify(root.publicKey)).toBe(true);
    } finally {
      await chinese.close();
    }
  });

  it('goes on where it stopped, with the same keys, and cannot be done twice', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    const first = await begin(invitation);
    const again = await begin(invitation);
    expect(again.id).toBe(first.id);
    expect(again.keyFingerprint).toBe(first.keyFingerprint);
    await authority.admin.approve(first.id);
    await again.wait();
    await expect(begin(invitation)).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
  });

  it('tells a rejection with its reason', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    const enrolment = await begin(invitation);
    await authority.admin.reject(enrolment.id, 'the fingerprint is not theirs');
    await expect(enrolment.wait()).rejects.toMatchObject({
      code: 'ENROLMENT_REJECTED',
      message: expect.stringContaining('the fingerprint is not theirs'),
    });
    await expect(authority.admin.approve(enrolment.id)).rejects.toMatchObject({ code: 'ENROLMENT_DECIDED' });
  });

  it('never gives an id again, and drops an invitation that a later one replaced', async () => {
    const old = await authority.admin.invite({ name, role: 'participant' });
    const newer = await authority.admin.invite({ name, role: 'participant' });
    await expect(begin(old.invitation, `${name}-old`)).rejects.toMatchObject({ code: 'CODE_REFUSED' });
    const enrolment = await begin(newer.invitation);
    await expect(authority.admin.invite({ name, role: 'participant' })).rejects.toMatchObject({
      code: 'ENROLMENT_PENDING',
    });
    await authority.admin.approve(enrolment.id);
    await expect(authority.admin.invite({ name, role: 'broker' })).rejects.toMatchObject({ code: 'ID_TAKEN' });
    await expect(
      authority.admin.invite({ name: 'x', id: 'urn:causeway:authority', role: 'participant' }),
    ).rejects.toMatchObject({ code: 'ID_TAKEN' });
    await expect(
      authority.admin.invite({ name: 'x', id: 'urn:causeway:role:broker', role: 'participant' }),
    ).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
  });

  it('refuses a used code with other keys', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    await begin(invitation);
    await expect(begin(invitation, `${name}-thief`)).rejects.toMatchObject({ code: 'CODE_REFUSED' });
  });

  it('closes an invitation after five wrong codes, also when they come at once', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    const real = readInvitation(invitation);
    const guess = { ...real, code: `${real.code.slice(0, -4)}AAAA` };
    const guesses = Array.from({ length: 5 }, (_, index) =>
      enrol({
        invitation: guess,
        folder: join(folder, `${name}-${index}`),
        addresses,
        clock: systemClock,
        random: systemRandom,
        rsaBits,
      }),
    );
    for (const outcome of await Promise.allSettled(guesses)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CODE_REFUSED' } });
    }
    await expect(begin(invitation)).rejects.toMatchObject({ code: 'CODE_REFUSED' });
  });

  it('refuses addresses that are none', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    const asked = enrol({
      invitation: readInvitation(invitation),
      folder: join(folder, name),
      addresses: { dns: ['a.example, URI:urn:causeway:broker'], ip: [] },
      clock: systemClock,
      random: systemRandom,
      rsaBits,
    });
    await expect(asked).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
  });

  it('sends nothing to an authority that another root certified', async () => {
    const { invitation } = await authority.admin.invite({ name, role: 'participant' });
    const stranger = await testTrust();
    const pinned = { ...readInvitation(invitation), root: stranger.ca.cert };
    const asked = enrol({
      invitation: pinned,
      folder: join(folder, name),
      addresses,
      clock: systemClock,
      random: systemRandom,
      rsaBits,
    });
    await expect(asked).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  });
});

describe('tokens and trust', () => {
  it('gives a token bound to the certificate of the channel, for one audience, with the attributes', async () => {
    const mine = await joined();
    name = `${name}-audience`;
    const theirs = await joined();
    const tokens = new AttributeTokens({ identity: mine, clock: systemClock });
    const [token, again] = await Promise.all([tokens.for(theirs.id), tokens.for(theirs.id)]);
    expect(again).toBe(token);
    const peer = peerOfCertificate(new X509Certificate(mine.tls.cert).raw);
    const now = systemClock.now();
    const verified = await verifyAttributeToken(token, { identity: theirs, peer, now });
    expect(verified).toMatchObject({ subject: mine.id, attributes: { sector: 'steel', sites: ['a', 'b'] } });
    await expect(tokens.for('urn:causeway:nobody')).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
  });

  it('signs a new bundle when a service is entered, which members fetch and check', async () => {
    const broker = await joined('broker');
    name = `${name}-member`;
    const member = await joined();
    const entered = { id: broker.id, https: 'https://broker.example:1', grpc: 'broker.example:2' };
    await authority.admin.setServices({ broker: entered });
    const fresh = await refreshTrust({ identity: member, folder: join(folder, name) });
    expect(fresh.trust.bundle.broker).toEqual(entered);
    expect(await refreshTrust({ identity: fresh })).toBe(fresh);
    expect((await loadIdentity(join(folder, name))).trust.bundle.sequence).toBe(fresh.trust.bundle.sequence);
    const posing = { broker: { ...entered, id: member.id } };
    await expect(authority.admin.setServices(posing)).rejects.toMatchObject({ code: 'ENROLMENT_REFUSED' });
  });

  it('refuses a bundle older than the one it has', async () => {
    const member = await joined();
    const bundle = { ...member.trust.bundle, sequence: '1000000' };
    const ahead: Identity = { ...member, trust: { ...member.trust, jws: 'newer', bundle } };
    for (const refreshed of [refreshTrust({ identity: ahead }), refreshTrustIfThere({ identity: ahead })]) {
      await expect(refreshed).rejects.toMatchObject({ code: 'TRUST_ROLLED_BACK' });
    }
  });

  it('demands a certificate for tokens', async () => {
    const body = JSON.stringify({ audience: 'urn:causeway:x' });
    expect((await open('POST', '/v1/tokens', body)).status).toBe(401);
    const stranger = await testTrust();
    const expired = await stranger.identity('urn:causeway:x', 'participant');
    const foreign: Identity = { ...expired, roots: [await rootCert()] };
    const answer = await peerRequest({
      identity: foreign,
      url: `${authority.address}/v1/tokens`,
      expect: { id: 'urn:causeway:authority', role: 'authority' },
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      timeoutMs: 5_000,
      maxBytes: 10_000,
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'PEER_UNTRUSTED' });
  });
});

describe('both HTTP edges', () => {
  it('answer garbage, oversized and foreign input with a code', async () => {
    expect(await open('POST', '/v1/enrolments', '{"version":')).toMatchObject({ status: 400 });
    expect(await open('POST', '/v1/enrolments', '{}')).toMatchObject({ status: 400 });
    expect(await open('POST', '/v1/enrolments', `{"x":"${'x'.repeat(40_000)}"}`)).toMatchObject({ status: 413 });
    expect(await open('GET', '/v1/enrolments/none')).toMatchObject({ status: 401 });
    expect(await open('GET', '/v1/trust')).toMatchObject({ status: 200 });
    expect(await open('GET', '/v1/enrolments/../tokens')).toMatchObject({ status: 401 });
  });

  it('gives the operator what it is, against the key only', async () => {
    const admin = authority.servers.find((server) => server.name === 'management');
    const base = `http://127.0.0.1:${admin?.port}/admin/v1`;
    const key = (await readFile(join(folder, 'authority', 'api.key'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    expect((await fetch(`${base}/participants`)).status).toBe(401);
    expect((await fetch(`${base}/participants`, { headers: { authorization: `Bearer ${key}x` } })).status).toBe(401);
    const invited = await fetch(`${base}/invitations`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, role: 'participant' }),
    });
    expect(invited.status).toBe(201);
    const { invitation }: { invitation: string } = JSON.parse(await invited.text());
    const enrolment = await begin(invitation);
    const approved = await fetch(`${base}/enrolments/${enrolment.id}/approve`, { method: 'POST', headers });
    expect(approved.status).toBe(200);
    expect((await enrolment.wait()).id).toBe(`urn:causeway:${name}`);
    const listed = await fetch(`${base}/participants?limit=1`, { headers });
    expect(JSON.parse(await listed.text())).toMatchObject({
      items: [{ role: expect.any(String) }],
      next: expect.any(String),
    });
    const wrong = await fetch(`${base}/invitations`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, role: 'authority' }),
    });
    expect(JSON.parse(await wrong.text())).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

it('keeps keys, members and bundle over a restart', async () => {
  const member = await joined();
  const { statementKey } = authority;
  await authority.close();
  authority = await start();
  expect(authority.statementKey).toBe(statementKey);
  await expect(authority.admin.invite({ name, role: 'participant' })).rejects.toMatchObject({ code: 'ID_TAKEN' });
  // The port has changed, so the bundle has.
  const { bundle } = member.trust;
  const moved = { ...bundle, authority: { ...bundle.authority, https: authority.address } };
  const fresh = await refreshTrust({ identity: { ...member, trust: { ...member.trust, bundle: moved } } });
  expect(fresh.trust.bundle.authority.https).toBe(authority.address);
});

async function rootCert(): Promise<string> {
  return readFile(join(folder, 'authority', 'root.cert.pem'), 'utf8');
}

/** A request without a client certificate, its path sent as it is. */
async function open(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
  const { port } = new URL(authority.address);
  const ca = await rootCert();
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        ca,
        headers: body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length },
        checkServerIdentity: () => undefined,
        agent: false,
      },
      (response) => {
        let text = '';
        response.on('data', (part: Buffer) => {
          text += part.toString('utf8');
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
