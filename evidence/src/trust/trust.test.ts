import { describe, expect, it } from 'vitest';
import { jwkOf, thumbprint } from '../jws/jwk.js';
import { signJson } from '../jws/signed-json.js';
import { authorities, authority, encryptionKey, keyOf, keyStatementOf, signedKeyStatementOf } from '../testing/keys.js';
import { MemoryLog } from '../testing/memory-log.js';
import { trustBundleOf } from '../testing/record.js';
import { issueKeyStatement, type KeyStatement, validAt, verifyKeyStatement } from './key-statement.js';
import { authorityKeys, issueTrustBundle, type TrustBundle, verifyTrustBundle } from './trust-bundle.js';

const participant = 'urn:causeway:mill';

describe('a key statement', () => {
  it('comes back with the key ready for use', async () => {
    const statement = keyStatementOf(participant);
    const { publicKey, ...read } = await verifyKeyStatement(await issueKeyStatement(statement, authority), authorities);
    expect(read).toEqual(statement);
    expect(thumbprint(publicKey)).toBe(statement.kid);
  });

  it('is for encryption too', async () => {
    const key = encryptionKey();
    const jws = await signedKeyStatementOf(participant, { use: 'encryption', key: jwkOf(key), kid: thumbprint(key) });
    expect((await verifyKeyStatement(jws, authorities)).use).toBe('encryption');
  });

  it('is verified once by the same authority keys, and anew by others', async () => {
    const jws = await signedKeyStatementOf(participant);
    const key = await verifyKeyStatement(jws, authorities);
    expect(await verifyKeyStatement(jws, authorities)).toBe(key);
    expect(await verifyKeyStatement(jws, new Map(authorities))).not.toBe(key);
    await expect(verifyKeyStatement(jws, new Map())).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(verifyKeyStatement(`${jws.slice(0, -6)}AAAAAA`, authorities)).rejects.toThrow();
  });

  it('is refused from whoever is no authority', async () => {
    const own = await issueKeyStatement(keyStatementOf(participant), keyOf(participant));
    await expect(verifyKeyStatement(own, authorities)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const posing = { kid: authority.kid, privateKey: keyOf(participant).privateKey };
    const forged = await issueKeyStatement(keyStatementOf(participant), posing);
    await expect(verifyKeyStatement(forged, authorities)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it.each<[string, Partial<Record<keyof KeyStatement | 'more', unknown>>]>([
    ['/kid', { kid: keyOf('other').kid }],
    ['/key/crv', { key: jwkOf(encryptionKey()) }],
    ['/role', { role: 'king' }],
    ['/version', { version: '2' }],
    ['/notAfter', { notAfter: 'never' }],
    ['/sequence', { sequence: 1 }],
    ['/participant', { participant: 'a/b' }],
    ['/more', { more: 1 }],
  ])('is refused when %s is wrong, though an authority signed it', async (pointer, change) => {
    const jws = await signJson('causeway-key+jws', { ...keyStatementOf(participant), ...change }, authority);
    const refusal = { code: 'SHAPE_INVALID', data: { pointer } };
    await expect(verifyKeyStatement(jws, authorities)).rejects.toMatchObject(refusal);
  });

  it('is not issued when no reader would accept it', async () => {
    const wrong = keyStatementOf(participant, { kid: keyOf('other').kid });
    await expect(issueKeyStatement(wrong, authority)).rejects.toMatchObject({ code: 'SHAPE_INVALID' });
  });

  it('says when the key may sign, with 30 seconds for clocks before its first moment', () => {
    const statement = keyStatementOf(participant);
    const [from, to] = [Date.parse(statement.notBefore), Date.parse(statement.notAfter)];
    expect([from - 30_000, from, to].map((at) => validAt(statement, at))).toEqual([true, true, true]);
    expect([from - 30_001, to + 1].map((at) => validAt(statement, at))).toEqual([false, false]);
  });
});

describe('a trust bundle', () => {
  const bundle = trustBundleOf(new MemoryLog());
  const pins = [authority.kid];

  it('comes back, with the keys of the authority', async () => {
    const read = await verifyTrustBundle(await issueTrustBundle(bundle, authority), pins);
    expect(read).toEqual(bundle);
    expect([...authorityKeys(read).keys()]).toEqual(pins);
  });

  it('may come before its broker and clearing house', async () => {
    const early: TrustBundle = {
      ...bundle,
      broker: { id: '', https: '', grpc: '' },
      clearingHouse: { id: '', grpc: '', https: '', origin: '', vkey: '' },
    };
    expect(await verifyTrustBundle(await issueTrustBundle(early, authority), pins)).toEqual(early);
  });

  it('counts only when a pinned key signed it that it holds itself', async () => {
    const jws = await issueTrustBundle(bundle, authority);
    await expect(verifyTrustBundle(jws, [])).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(verifyTrustBundle(jws, [keyOf('other').kid])).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const stranger = keyOf('stranger');
    const signedByStranger = await issueTrustBundle(bundle, stranger);
    const refusal = { code: 'KEY_UNKNOWN' };
    await expect(verifyTrustBundle(signedByStranger, [stranger.kid])).rejects.toMatchObject(refusal);
    const posing = await issueTrustBundle(bundle, { kid: authority.kid, privateKey: stranger.privateKey });
    await expect(verifyTrustBundle(posing, pins)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('names a log whose key has its name', async () => {
    const wrong = { ...bundle, clearingHouse: { ...bundle.clearingHouse, origin: 'other.example' } };
    await expect(issueTrustBundle(wrong, authority)).rejects.toMatchObject({
      data: { pointer: '/clearingHouse/vkey' },
    });
    const broken = { ...bundle, clearingHouse: { ...bundle.clearingHouse, vkey: 'x' } };
    await expect(issueTrustBundle(broken, authority)).rejects.toMatchObject({ code: 'VKEY_INVALID' });
  });

  it('is not issued with a key under another name', async () => {
    const keys = [{ kid: keyOf('other').kid, key: jwkOf(authority.publicKey) }];
    const wrong = { ...bundle, authority: { ...bundle.authority, keys } };
    await expect(issueTrustBundle(wrong, authority)).rejects.toMatchObject({
      data: { pointer: '/authority/keys/0/kid' },
    });
  });
});
