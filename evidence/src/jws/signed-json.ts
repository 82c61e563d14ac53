import { type KeyObject, verify } from 'node:crypto';
import { CompactSign } from 'jose';
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

/** Signed JSON that was read. Nothing in it is believed before {@link verifySigned}. */
export interface SignedJson {
  readonly typ: string;
  /** The key that it says signed it. */
  readonly kid: string;
  readonly payload: Json;
  /** What the signature is over: header and payload as they stand in the text. */
  readonly input: Uint8Array;
  readonly signature: Uint8Array;
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
export function readJson(jws: string, typ: string, max: number = defaultMax): SignedJson {
  if (jws.length > max) throw new EvidenceError('TOO_LARGE', `expected at most ${max} bytes of JWS, got ${jws.length}`);
  const parts = jws.split('.', 4);
  if (parts.length !== 3) throw new EvidenceError('JWS_INVALID', 'expected the three parts of a compact JWS');
  const [header = '', body = '', last = ''] = parts;
  const signature = part(last, 'signature');
  if (signature.length !== 64) throw new EvidenceError('JWS_INVALID', 'expected an Ed25519 signature of 64 bytes');
  const readHeader = object({ alg: oneOf('EdDSA'), kid: thumbprintText, typ: oneOf(typ) });
  const { kid } = readHeader(parseCanonical(part(header, 'header'), headerMax), '');
  const payload = parseCanonical(part(body, 'payload'), max);
  return { typ, kid, payload, input: Buffer.from(`${header}.${body}`, 'latin1'), signature };
}

function part(text: string, name: string): Uint8Array {
  const bytes = decodeExactly(text, 'base64url');
  if (bytes) return bytes;
  throw new EvidenceError('JWS_INVALID', `expected the ${name} of a JWS in base64url in its one spelling`);
}

/**
 * Verifies that this key signed what was read, off the main thread.
 *
 * @returns the payload, now to be believed
 * @throws EvidenceError KEY_MISMATCH when the header names another key; SIGNATURE_INVALID
 */
export async function verifySigned({ typ, kid, payload, input, signature }: SignedJson, key: KeyObject): Promise<Json> {
  const expected = thumbprint(key);
  if (kid !== expected) {
    throw new EvidenceError('KEY_MISMATCH', `expected a signature of key ${expected}, got one of ${kid}`);
  }
  // The header says EdDSA; with a key of another kind node:crypto would verify another algorithm.
  if (key.asymmetricKeyType === 'ed25519' && (await signedBy(key, input, signature))) return payload;
  throw new EvidenceError('SIGNATURE_INVALID', `expected a signature of key ${kid} over this ${typ}`);
}

// The reader has decided on the one spelling, algorithm and shape: nothing is left for a JWS library to judge
// (docs/decisions/0009).
function signedBy(key: KeyObject, input: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, input, key, signature, (error, holds) => (error ? reject(error) : resolve(holds)));
  });
}

/**
 * Reads signed JSON and verifies that this key signed it.
 *
 * @throws EvidenceError as {@link readJson} and {@link verifySigned}
 */
export async function verifyJson(
  jws: string,
  typ: string,
  publicKey: KeyObject,
  max: number = defaultMax,
): Promise<Json> {
  return verifySigned(readJson(jws, typ, max), publicKey);
}
