import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.js';
import { canonicalJson } from '../json/canonical.js';
import { signJson } from '../jws/signed-json.js';
import { authorities, authority, keyOf, signedKeyStatementOf } from '../testing/keys.js';
import {
  agreementEndStatement,
  agreementStatement,
  consumer,
  disputingStatement,
  dutyStatement,
  endStatement,
  envelopeOf,
  parties,
  provider,
  startStatement,
  stopStatement,
} from '../testing/record.js';
import { envelopeDigest, readEnvelope, signEnvelope, verifyEnvelope } from './envelope.js';
import { leafData } from './leaf.js';
import { parseStatement, type Statement, saltOf, writeStatement } from './statement.js';

const statements: readonly Statement[] = [
  agreementStatement,
  startStatement,
  endStatement,
  disputingStatement,
  dutyStatement,
  stopStatement,
  agreementEndStatement,
];

describe('a statement', () => {
  it.each(statements)('of type $type comes back, with the digest of its bytes as its id', (statement) => {
    const { bytes, id } = writeStatement(statement);
    expect(id).toBe(digestOf(bytes));
    expect(parseStatement(bytes)).toEqual({ statement, id });
    expect(parseStatement(Buffer.from(bytes).toString())).toEqual(parseStatement(bytes));
  });

  it.each<[string, object]>([
    ['/type', { ...startStatement, type: 'other' }],
    ['/type', { version: '1' }],
    ['', []],
    ['/version', { ...startStatement, version: '2' }],
    ['/salt', { ...startStatement, salt: 'short' }],
    ['/salt', { ...startStatement, salt: `${'A'.repeat(21)}B` }],
    ['/size', { ...startStatement, size: '-1' }],
    ['/time', { ...startStatement, time: '2026-05-01' }],
    ['/more', { ...startStatement, more: true }],
    ['/agreement', { ...agreementStatement, agreement: [] }],
    ['/providerPid', { ...agreementStatement, providerPid: '' }],
    ['/signer', { ...endStatement, signer: consumer }],
    ['/signer', { ...disputingStatement, signer: undefined }],
    ['/decision', { ...stopStatement, decision: '' }],
    ['/code', { ...stopStatement, code: 'X'.repeat(101) }],
    ['/signer', { ...agreementEndStatement, signer: undefined }],
    ['/reason', { ...agreementEndStatement, reason: 1 }],
    ['/duty', { ...dutyStatement, duty: 'the first one' }],
    ['/result', { ...dutyStatement, result: 'well' }],
    ['/deleted', { ...dutyStatement, deleted: undefined }],
    ['/deleted', { ...dutyStatement, result: 'gone', outcome: 'violated' }],
    ['/outcome', { ...dutyStatement, result: 'gone', deleted: undefined }],
    ['/outcome', { ...dutyStatement, time: '2026-06-01T00:00:00.000Z' }],
  ])('is refused when %s is wrong', (pointer, wrong) => {
    const refusal = expect.objectContaining({ code: 'SHAPE_INVALID', data: { pointer } });
    expect(() => parseStatement(canonicalJson(wrong))).toThrow(refusal);
  });

  it('is refused in another spelling and above its bound', () => {
    const spaced = JSON.stringify(startStatement, null, 1);
    expect(() => parseStatement(spaced)).toThrow(expect.objectContaining({ code: 'NOT_CANONICAL' }));
    const large = { ...agreementStatement, agreement: { text: 'x'.repeat(300_000) } };
    expect(() => writeStatement(large)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('is not written when no reader would accept it', () => {
    const wrong = { ...startStatement, size: '-1' };
    const refusal = { code: 'SHAPE_INVALID', data: { pointer: '/size' } };
    expect(() => writeStatement(wrong)).toThrow(expect.objectContaining(refusal));
  });

  it('takes a salt of 16 bytes', () => {
    expect(saltOf(new Uint8Array(16).fill(255))).toBe(`${'_'.repeat(21)}w`);
    expect(() => saltOf(new Uint8Array(15))).toThrow(TypeError);
  });
});

describe('an envelope', () => {
  const agreed = envelopeOf(agreementStatement, provider, '1');
  const started = envelopeOf(startStatement, provider, '2');

  it('comes back, and says whose key to ask for', async () => {
    for (const envelope of [agreed, started]) {
      const jws = await signEnvelope(envelope, keyOf(provider));
      expect(readEnvelope(jws)).toEqual({ envelope, kid: keyOf(provider).kid });
      expect(await verifyEnvelope(jws, await signedKeyStatementOf(provider), authorities)).toEqual(envelope);
    }
  });

  it.each<[string, object]>([
    ['/parties', { ...started, parties }],
    ['/parties', { ...agreed, parties: undefined }],
    ['/agreement', { ...agreed, agreement: digestOf('other') }],
    ['/signer', { ...agreed, signer: 'urn:causeway:stranger' }],
    ['/sequence', { ...agreed, sequence: '2' }],
    ['/sequence', { ...agreed, sequence: '0' }],
    ['/sequence', { ...started, sequence: '1' }],
    ['/sequence', { ...started, sequence: '0' }],
    ['/parties/auditors', { ...agreed, parties: { ...parties, auditors: ['b', 'a'] } }],
    ['/parties/auditors', { ...agreed, parties: { ...parties, auditors: ['a', 'a'] } }],
    ['/more', { ...started, more: 1 }],
  ])('is refused when %s is wrong, though the signature holds', async (pointer, wrong) => {
    const jws = await signJson('causeway-envelope+jws', wrong, keyOf(provider));
    const refusal = expect.objectContaining({ code: 'SHAPE_INVALID', data: { pointer } });
    expect(() => readEnvelope(jws)).toThrow(refusal);
  });

  it.each([
    ['another participant', signedKeyStatementOf(consumer), 'KEY_MISMATCH'],
    ['a broker', signedKeyStatementOf(provider, { role: 'broker' }), 'KEY_MISMATCH'],
    ['a time that is over', signedKeyStatementOf(provider, { notAfter: '2026-02-01T00:00:00.000Z' }), 'KEY_EXPIRED'],
    ['a time to come', signedKeyStatementOf(provider, { notBefore: '2026-06-01T00:00:00.000Z' }), 'KEY_EXPIRED'],
  ])('is refused with the key of %s', async (_name, keyStatement, code) => {
    const jws = await signEnvelope(started, keyOf(provider));
    const at = Date.parse(startStatement.time);
    await expect(verifyEnvelope(jws, await keyStatement, authorities, { at })).rejects.toMatchObject({ code });
  });

  it('is refused when the key is certified for the signer but another key signed', async () => {
    const jws = await signEnvelope(started, keyOf(consumer));
    const keyStatement = await signedKeyStatementOf(provider);
    await expect(verifyEnvelope(jws, keyStatement, authorities)).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    await expect(verifyEnvelope(jws, keyStatement, new Map())).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(authorities.get(authority.kid)).toBeDefined();
  });

  it('is a leaf of a version byte and its SHA-256, and nothing else', async () => {
    const jws = await signEnvelope(started, keyOf(provider));
    const leaf = Buffer.from(leafData(jws)).toString('hex');
    expect(leaf).toBe(`01${envelopeDigest(jws).slice('sha-256:'.length)}`);
  });
});
