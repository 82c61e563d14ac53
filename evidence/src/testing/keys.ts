import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { jwkOf, publicKeyOf } from '../jws/jwk.js';
import { type SigningKey, signingKeyFrom } from '../jws/signing-key.js';
import { type AuthorityKeys, issueKeyStatement, type KeyStatement } from '../trust/key-statement.js';

/** The Ed25519 key of a name: the same in every run. */
export function keyOf(name: string): SigningKey & { readonly publicKey: KeyObject } {
  const seed = createHash('sha256').update(name).digest();
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { ...signingKeyFrom(privateKey), publicKey: createPublicKey(privateKey) };
}

export const authority = keyOf('authority');

export const authorities: AuthorityKeys = new Map([[authority.kid, authority.publicKey]]);

/** What the authority says about the signing key of a participant; `change` makes it say something else. */
export function keyStatementOf(participant: string, change: Partial<KeyStatement> = {}): KeyStatement {
  const key = keyOf(participant);
  return {
    version: '1',
    participant,
    role: 'participant',
    use: 'signing',
    key: jwkOf(key.publicKey),
    kid: key.kid,
    notBefore: '2026-01-01T00:00:00.000Z',
    notAfter: '2027-01-01T00:00:00.000Z',
    sequence: '1',
    ...change,
  };
}

export function signedKeyStatementOf(participant: string, change: Partial<KeyStatement> = {}): Promise<string> {
  return issueKeyStatement(keyStatementOf(participant, change), authority);
}

/** Any P-256 key, for what concerns encryption. */
export function encryptionKey(): KeyObject {
  return publicKeyOf(jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
}
