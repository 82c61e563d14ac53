import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, calculateJwkThumbprint, compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../errors.js';
import { canonicalJson, type Json } from '../json/canonical.js';
import { encryptionKey, keyOf } from '../testing/keys.js';
import { jwkOf, publicKeyOf, readJwk, thumbprint } from './jwk.js';
import { readJson, signJson, verifyJson, verifySigned } from './signed-json.js';
import { signingKeyFrom } from './signing-key.js';

const typ = 'causeway-test+jws';
const key = keyOf('signer');
const other = keyOf('other');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** Signs any header and payload text, as an attacker who holds a key would. */
function forge(header: string, payload: string): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`;
}

const header = (members: object = {}): string => canonicalJson({ alg: 'EdDSA', kid: key.kid, typ, ...members });

describe('signed JSON', () => {
  it('comes back, and is a JWS that others verify', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const payload: Json = JSON.parse(JSON.stringify(value));
        const jws = await signJson(typ, payload, key);
        expect(readJson(jws, typ)).toMatchObject({ kid: key.kid, payload: JSON.parse(canonicalJson(payload)) });
        expect(canonicalJson(await verifyJson(jws, typ, key.publicKey))).toBe(canonicalJson(payload));
        await compactVerify(jws, key.publicKey);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same bytes when signed again', async () => {
    expect(await signJson(typ, { b: 1, a: 2 }, key)).toBe(await signJson(typ, { a: 2, b: 1 }, key));
  });

  it('is refused with any bit of it changed', async () => {
    const jws = Buffer.from(await signJson(typ, { what: 'happened', list: [1, 2] }, key));
    for (let bit = 0; bit < jws.length * 8; bit++) {
      const changed = Buffer.from(jws);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(verifyJson(changed.toString('latin1'), typ, key.publicKey), `bit ${bit}`).rejects.toThrow(
        EvidenceError,
      );
    }
  });

  it('is refused in the other spellings of its last character, which jose verifies', async () => {
    const jws = await signJson(typ, { a: 1 }, key);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const verified: string[] = [];
    for (const last of alphabet) {
      const spelt = jws.slice(0, -1) + last;
      const ours = verifyJson(spelt, typ, key.publicKey).then(
        () => true,
        () => false,
      );
      const theirs = compactVerify(spelt, key.publicKey).then(
        () => verified.push(last),
        () => 0,
      );
      await theirs;
      expect(await ours).toBe(spelt === jws);
    }
    expect(verified).toHaveLength(16);
  });

  it.each([
    ['another member in the header', header({ crit: [] }), '{}'],
    ['an embedded key', header({ jwk: jwkOf(key.publicKey) }), '{}'],
    ['another algorithm', header({ alg: 'Ed25519' }), '{}'],
    ['no algorithm', header({ alg: 'none' }), '{}'],
    ['another typ', header({ typ: 'causeway-other+jws' }), '{}'],
    ['no kid', `{"alg":"EdDSA","typ":"${typ}"}`, '{}'],
    ['a kid that is no thumbprint', header({ kid: 'key-1' }), '{}'],
    ['header members in another order', `{"typ":"${typ}","alg":"EdDSA","kid":"${key.kid}"}`, '{}'],
    ['a duplicate header member', header().replace('{', '{"alg":"EdDSA",'), '{}'],
    ['a duplicate key', header(), '{"a":1,"a":2}'],
    ['a big integer', header(), '{"a":12345678901234567890}'],
    ['a lone surrogate', header(), '"\\ud800"'],
    ['white space', header(), '{ }'],
    ['no JSON', header(), 'text'],
    ['an empty payload', header(), ''],
  ])('is refused with %s, though the signature holds', async (_name, head, payload) => {
    const jws = forge(head, payload);
    expect(() => readJson(jws, typ)).toThrow(EvidenceError);
    await expect(verifyJson(jws, typ, key.publicKey)).rejects.toThrow(EvidenceError);
  });

  it.each([
    ['padding', (jws: string) => `${jws}=`],
    ['white space', (jws: string) => `${jws}\n`],
    ['a fourth part', (jws: string) => `${jws}.AAAA`],
    ['no signature', (jws: string) => jws.slice(0, jws.lastIndexOf('.') + 1)],
    ['a short signature', (jws: string) => jws.slice(0, -4)],
    ['two parts', (jws: string) => jws.slice(0, jws.lastIndexOf('.'))],
    ['base64', (jws: string) => jws.replace(/.$/, '+')],
    ['nothing', () => ''],
  ])('is refused with %s', async (_name, change) => {
    const jws = change(await signJson(typ, { a: 1 }, key));
    expect(() => readJson(jws, typ)).toThrow(expect.objectContaining({ code: 'JWS_INVALID' }));
  });

  it('is refused from another key, by its name and by its signature', async () => {
    const theirs = await signJson(typ, { a: 1 }, other);
    await expect(verifyJson(theirs, typ, key.publicKey)).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    const posing = await signJson(typ, { a: 1 }, { kid: key.kid, privateKey: other.privateKey });
    await expect(verifyJson(posing, typ, key.publicKey)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('is refused from a key that is not Ed25519, whatever that signed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const read = readJson(await signJson(typ, { a: 1 }, key), typ);
    const posing = { ...read, kid: thumbprint(publicKey), signature: sign(null, read.input, privateKey) };
    expect(verify(null, read.input, publicKey, posing.signature)).toBe(true);
    await expect(verifySigned(posing, publicKey)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('has a bound', async () => {
    const jws = await signJson(typ, { a: 'x'.repeat(70_000) }, key);
    expect(() => readJson(jws, typ)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(readJson(jws, typ, 100_000).kid).toBe(key.kid);
  });
});

describe('a key', () => {
  it('has the thumbprint of RFC 8037 appendix A.3, and those that jose computes', async () => {
    const example = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const;
    expect(thumbprint(publicKeyOf(example))).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    for (const each of [key.publicKey, encryptionKey()]) {
      expect(thumbprint(each)).toBe(await calculateJwkThumbprint(jwkOf(each)));
    }
    expect(signingKeyFrom(key.privateKey).kid).toBe(thumbprint(key.publicKey));
  });

  it('signs only when it is an Ed25519 private key', () => {
    expect(() => signingKeyFrom(key.publicKey)).toThrow(TypeError);
  });

  it('is read from a JWK with its required members only, in its one spelling', () => {
    const jwk = jwkOf(key.publicKey);
    const point = jwkOf(encryptionKey());
    expect([readJwk(jwk, ''), readJwk(point, '')]).toEqual([jwk, point]);
    const wrong: Json[] = [
      { ...jwk, kid: 'x' },
      { ...jwk, d: 'x' },
      { ...jwk, crv: 'X25519' },
      { ...jwk, kty: 'EC' },
      { ...jwk, x: `${jwk.x}=` },
      { ...jwk, x: `${jwk.x.slice(0, -1)}_` },
      { kty: 'OKP', crv: 'Ed25519' },
      { ...point, x: 'A'.repeat(43) },
      {},
    ];
    for (const each of wrong)
      expect(() => readJwk(each, '/key')).toThrow(expect.objectContaining({ code: 'SHAPE_INVALID' }));
  });

  it('never signs for jose what we would not read', async () => {
    const jws = await new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg: 'EdDSA', typ }).sign(key.privateKey);
    expect(() => readJson(jws, typ)).toThrow(EvidenceError);
  });
});
