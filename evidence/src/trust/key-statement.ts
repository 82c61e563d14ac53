import type { KeyObject } from 'node:crypto';
import { EvidenceError } from '../errors.js';
import { decimal, identifier, instant, object, oneOf, type Reader, refuse, thumbprintText } from '../json/shape.js';
import { type Jwk, publicKeyOf, readJwk, thumbprint } from '../jws/jwk.js';
import { readJson, signJson, verifySigned } from '../jws/signed-json.js';
import type { SigningKey } from '../jws/signing-key.js';
import { Remembered } from './remembered.js';

const typ = 'causeway-key+jws';

/** The authority's word that a key is a participant's or service's. One hop: nobody walks a chain. */
export type KeyStatement = {
  version: '1';
  /** The identity that the key belongs to. */
  participant: string;
  role: 'participant' | 'broker' | 'clearing-house' | 'authority' | 'auditor';
  use: 'signing' | 'encryption';
  /** Ed25519 for signing, P-256 for encryption. */
  key: Jwk;
  /** RFC 7638 thumbprint of `key`. */
  kid: string;
  notBefore: string;
  /** The last moment at which the key may sign. */
  notAfter: string;
  /** Decimal; the authority raises it with each statement about this participant's keys of this use. */
  sequence: string;
};

/** A key statement that an authority signed, with the key ready for use. */
export type VerifiedKey = KeyStatement & { readonly publicKey: KeyObject };

/** The authority's statement keys by `kid`. Never changed in place: what they verified is remembered by this very map. */
export type AuthorityKeys = ReadonlyMap<string, KeyObject>;

/** How far the clocks of an authority and a participant may lie apart when a new key signs for the first time. */
const skewMs = 30_000;

const readMembers = object({
  version: oneOf('1'),
  participant: identifier,
  role: oneOf('participant', 'broker', 'clearing-house', 'authority', 'auditor'),
  use: oneOf('signing', 'encryption'),
  key: readJwk,
  kid: thumbprintText,
  notBefore: instant,
  notAfter: instant,
  sequence: decimal,
});

const readStatement: Reader<VerifiedKey> = (value, pointer) => {
  const statement: KeyStatement = readMembers(value, pointer);
  const curve = statement.use === 'signing' ? 'Ed25519' : 'P-256';
  if (statement.key.crv !== curve) refuse(`${pointer}/key/crv`, `${curve} for ${statement.use}`, statement.key.crv);
  const publicKey = publicKeyOf(statement.key);
  if (statement.kid !== thumbprint(publicKey)) refuse(`${pointer}/kid`, `the thumbprint of the key`, statement.kid);
  return Object.freeze({ ...statement, publicKey });
};

/** @throws EvidenceError SHAPE_INVALID when the statement is not one a reader would accept */
export async function issueKeyStatement(statement: KeyStatement, authority: SigningKey): Promise<string> {
  readStatement(statement, '');
  return signJson(typ, statement, authority);
}

const verified = new Remembered<VerifiedKey>(4_096);

/**
 * Verifies that one of the authority's keys signed the statement. Whether the key is valid *now* or was *then* is the
 * caller's question: old evidence stays verifiable after rotation.
 *
 * @throws EvidenceError KEY_UNKNOWN, SIGNATURE_INVALID, SHAPE_INVALID, and those of reading signed JSON
 */
export function verifyKeyStatement(jws: string, authorities: AuthorityKeys): Promise<VerifiedKey> {
  return verified.get(authorities, jws, () => verifyAnew(jws, authorities));
}

async function verifyAnew(jws: string, authorities: AuthorityKeys): Promise<VerifiedKey> {
  const signed = readJson(jws, typ);
  const authority = authorities.get(signed.kid);
  if (!authority) {
    throw new EvidenceError(
      'KEY_UNKNOWN',
      `expected a key statement of an authority we know, got one signed by ${signed.kid}`,
    );
  }
  return readStatement(await verifySigned(signed, authority), '');
}

/** Whether the key may sign at this moment, in milliseconds. */
export function validAt(key: KeyStatement, at: number): boolean {
  return Date.parse(key.notBefore) - skewMs <= at && validUntil(key, at);
}

/** Whether the key has not expired before this moment, in milliseconds. */
export function validUntil(key: KeyStatement, at: number): boolean {
  return at <= Date.parse(key.notAfter);
}
