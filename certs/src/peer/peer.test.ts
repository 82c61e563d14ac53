import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { rsaKeyPair } from '../authority/rsa.js';
import { testTrust } from '../testing/index.js';
import { isPeerId, namesOf, peerOfCertificate } from './peer.js';

const role = 'URI:urn:causeway:role:participant';

describe('names of a certificate', () => {
  it.each([
    ['as the authority writes them', `URI:urn:causeway:steel, ${role}, DNS:steel.example, IP Address:127.0.0.1`],
    ['in any order', `DNS:steel.example, ${role}, URI:urn:causeway:steel`],
  ])('are read %s', (_name, names) => {
    expect(namesOf(names)).toEqual({ id: 'urn:causeway:steel', role: 'participant' });
  });

  it.each([
    ['none', undefined],
    ['no role', 'URI:urn:causeway:steel'],
    ['a role only', role],
    ['two ids', `URI:urn:causeway:steel, URI:urn:causeway:broker, ${role}`],
    ['two ids and no role', 'URI:urn:causeway:steel, URI:urn:causeway:broker'],
    ['two roles', `${role}, URI:urn:causeway:role:broker`],
    ['two roles and an id', `URI:urn:causeway:steel, ${role}, URI:urn:causeway:role:broker`],
    ['an unknown role', 'URI:urn:causeway:steel, URI:urn:causeway:role:king'],
    ['a role in capitals', 'URI:urn:causeway:steel, URI:URN:causeway:role:broker'],
    ['a quoted name', `URI:"urn:causeway:steel, URI:urn:causeway:broker", ${role}`],
    ['a quoted other name', `DNS:"a, URI:urn:causeway:broker", URI:urn:causeway:steel, ${role}`],
    ['a slash', `URI:urn:causeway:steel/x, ${role}`],
    ['a percent sign', `URI:urn:causeway%3Asteel, ${role}`],
    ['an empty id', `URI:, ${role}`],
    ['a bare word', `URI:steel, ${role}`],
    ['a long id', `URI:urn:${'x'.repeat(200)}, ${role}`],
    ['too much', `${'DNS:a.example, '.repeat(1_000)}URI:urn:causeway:steel, ${role}`],
  ])('with %s are refused', (_name, names) => {
    expect(() => namesOf(names)).toThrow(expect.objectContaining({ code: 'PEER_MALFORMED' }));
  });

  it('that try to forge a second one inside a certificate are refused', async () => {
    const keys = await rsaKeyPair(2_048);
    for (const value of [
      'urn:causeway:steel, URI:urn:causeway:role:broker',
      'urn:causeway:steel\0.evil',
      'urn:causeway:sté',
    ]) {
      const der = forged(keys, [
        { type: 6, value },
        { type: 6, value: 'urn:causeway:role:participant' },
      ]);
      expect(() => peerOfCertificate(der)).toThrow(expect.objectContaining({ code: 'PEER_MALFORMED' }));
    }
    const dns = { type: 2, value: 'a.example, URI:urn:causeway:role:broker' };
    const der = forged(keys, [{ type: 6, value: 'urn:causeway:steel' }, dns]);
    expect(() => peerOfCertificate(der)).toThrow(expect.objectContaining({ code: 'PEER_MALFORMED' }));
  });

  it('become a peer with the certificate’s fingerprint and end', async () => {
    const trust = await testTrust();
    const { tls } = await trust.identity('urn:causeway:steel', 'auditor', { notAfter: Date.UTC(2040, 5, 1) });
    const certificate = new X509Certificate(tls.cert);
    expect(peerOfCertificate(certificate.raw)).toEqual({
      id: 'urn:causeway:steel',
      role: 'auditor',
      fingerprint: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
      notAfter: Date.UTC(2040, 5, 1),
    });
  });
});

it.each([
  ['urn:causeway:steel', true],
  ['did:web:steel.example', true],
  ['urn:causeway:role:broker', false],
  ['urn:causeway:a b', false],
  ['', false],
])('%s may be an id: %s', (id, expected) => {
  expect(isPeerId(id)).toBe(expected);
});

// What every service loads must stay small: certificates are made elsewhere.
it('imports neither node-forge nor Express nor the authority', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(15);
  for (const name of sources) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    expect(text, name).not.toMatch(/from '(node-forge|express|.*\/(authority|enrolment|testing)\/.*)'/);
  }
});

function forged(keys: { publicKey: string; privateKey: string }, altNames: object[]): Buffer {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notAfter = new Date(Date.UTC(2049, 0, 1));
  certificate.setSubject([{ name: 'commonName', value: 'x' }]);
  certificate.setIssuer([{ name: 'commonName', value: 'x' }]);
  certificate.setExtensions([{ name: 'subjectAltName', altNames }]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return new X509Certificate(forge.pki.certificateToPem(certificate)).raw;
}
