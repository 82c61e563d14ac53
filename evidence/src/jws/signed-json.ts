import type { KeyObject } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { decodeExactly } from '../base64.js';
import { EvidenceError } from '../errors.js';
import { canonicalJson, type Json, parseCanonical } from '../json/canonical.js';
import { object, oneOf, thumbprintText } from '../json/shape.js';
import { thumbprint } from './jwk.js';
import type { SigningKey } from './signing-key.js';

const defaultMax = 65_536;
const headerMax = 512;

/**
 * Signs a JSON value: a JWS in compact form (RFC 7515) over its canonical form.
 *
 * @param typ what is signed; separates the domains, so that no signature passes for another kind
 */
export function signJson(typ: string, payload: Json | object, key: SigningKey): Promise<string> {
  return new CompactSign(Buffer.from(canonicalJson(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ })
    .sign(key.privateKey);
}

/**
 * Reads signed JSON without verifying the signature: to learn which key to ask for, never to believe it.
 *
 * INVARIANT: only the text that {@link signJson} writes for this payload, header and signature is accepted. Other members
 * in the header, other spellings of base64url (the spare bits of a last character) and of JSON are refused, so the digest
 * of the text is an identity that an attacker cannot multiply.
 *
 * @param max the longest text accepted, in bytes
 * @throws EvidenceError TOO_LARGE, JWS_INVALID, NOT_CANONICAL, SHAPE_INVALID
 */
export function readJson(jws: string, typ: string, max: number = defaultMax): { kid: string; payload: Json } {
  if (jws.length > max) throw new EvidenceError('TOO_LARGE', `expected at most ${max} bytes of JWS, got ${jws.length}`);
  const parts = jws.split('.', 4);
  if (parts.length !== 3) throw new EvidenceError('JWS_INVALID', 'expected the three parts of a compact JWS');
  const [header = '', payload = '', signature = ''] = parts;
  if (part(signature, 'signature').length !== 64) {
    throw new EvidenceError('JWS_INVALID', 'expected an Ed25519 signature of 64 bytes');
  }
  const readHeader = object({ alg: oneOf('EdDSA'), kid: thumbprintText, typ: oneOf(typ) });
  const { kid } = readHeader(parseCanonical(part(header, 'header'), headerMax), '');
  return { kid, payload: parseCanonical(part(payload, 'payload'), max) };
}

function part(text: string, name: string): Uint8Array {
  const bytes = decodeExactly(text, 'base64url');
  if (bytes) return bytes;
  throw new EvidenceError('JWS_INVALID', `expected the ${name} of a JWS in base64url in its one spelling`);
}

/**
 * Reads signed JSON and verifies that this key signed it.
 *
 * @throws EvidenceError as {@link readJson}; KEY_MISMATCH when the header names another key; SIGNATURE_INVALID
 */
export async function verifyJson(
  jws: string,
  typ: string,
  publicKey: KeyObject,
  max: number = defaultMax,
): Promise<Json> {
  const { kid, payload } = readJson(jws, typ, max);
  const expected = thumbprint(publicKey);
  if (kid !== expected) {
    throw new EvidenceError('KEY_MISMATCH', `expected a signature of key ${expected}, got one of ${kid}`);
  }
  try {
    await compactVerify(jws, publicKey, { algorithms: ['EdDSA'] });
  } catch (cause) {
    throw new EvidenceError('SIGNATURE_INVALID', `expected a signature of key ${kid} over this ${typ}`, { cause });
  }
  return payload;
}
