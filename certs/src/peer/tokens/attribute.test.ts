import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { signingKeyFrom, signJson } from '@causeway/evidence';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestTrust, testTrust } from '../../testing/index.js';
import type { Identity } from '../identity.js';
import { type Peer, peerOfCertificate } from '../peer.js';
import { attributeTokenType, bearerToken, verifyAttributeToken } from './attribute.js';

const now = Date.UTC(2026, 5, 1);

let trust: TestTrust;
let provider: Identity;
let consumer: Identity;
let peer: Peer;

beforeAll(async () => {
  trust = await testTrust();
  provider = await trust.identity('urn:causeway:provider', 'participant');
  consumer = await trust.identity('urn:causeway:consumer', 'participant');
  peer = peerOf(consumer);
});

const peerOf = (identity: Identity) => peerOfCertificate(new X509Certificate(identity.tls.cert).raw);
const token = (changed: Partial<Parameters<TestTrust['token']>[0]> = {}) =>
  trust.token({ subject: consumer, audience: provider.id, attributes: { sector: 'steel' }, issued: now, ...changed });
const verify = async (text: string | Promise<string>, at = now) =>
  verifyAttributeToken(await text, { identity: provider, peer, now: at });

describe('an attribute token', () => {
  it('tells what the authority says of the peer of this channel', async () => {
    expect(await verify(token())).toMatchObject({
      subject: consumer.id,
      role: 'participant',
      attributes: { sector: 'steel' },
      expires: now + 300_000,
    });
  });

  it('tolerates 30 seconds of skew, no more', async () => {
    await verify(token(), now + 329_999);
    await expect(verify(token(), now + 330_000)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    await verify(token(), now - 30_000);
    await expect(verify(token(), now - 30_001)).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
  });

  it('of somebody else, for another audience or bound to another certificate is refused', async () => {
    const other = await trust.identity('urn:causeway:other', 'participant');
    const renewed = await trust.identity(consumer.id, 'participant');
    const posing = await trust.identity(consumer.id, 'broker');
    const fingerprint = peer.fingerprint;
    for (const changed of [
      { subject: other },
      { subject: other, fingerprint },
      { audience: other.id },
      { subject: renewed },
      { subject: posing, fingerprint },
    ]) {
      await expect(verify(token(changed))).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    }
  });

  it('that the authority did not sign, or not as a token, is refused', async () => {
    const key = signingKeyFrom(generateKeyPairSync('ed25519').privateKey);
    const stranger = await testTrust();
    const foreign = await stranger.identity(consumer.id, 'participant');
    const [header = '', payload = '', signature = ''] = (await token()).split('.');
    const statement = await signJson('causeway-key+jws', { version: '1' }, trust.statementKey);
    const claimless = await signJson(attributeTokenType, { version: '1', sub: consumer.id }, trust.statementKey);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const text of [
      await token({ key }),
      await token({ key: { ...key, kid: trust.statementKey.kid } }),
      await stranger.token({ subject: foreign, audience: provider.id, issued: now }),
      statement,
      claimless,
      `${none}.${payload}.`,
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${payload}=.${signature}`,
      '',
      'a.b.c',
      'x'.repeat(10_000),
      consumer.signing.keyStatement,
    ]) {
      await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });
});

it('comes out of an Authorization header only as a Bearer token', () => {
  expect(bearerToken('Bearer a.b.c')).toBe('a.b.c');
  for (const header of [undefined, '', 'a.b.c', 'bearer a', 'Bearer ', 'Bearer a b', `Bearer ${'x'.repeat(9_000)}`]) {
    expect(() => bearerToken(header)).toThrow(expect.objectContaining({ code: 'TOKEN_MISSING' }));
  }
});
