import { createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../json/canonical.js';
import { object, oneOf, type Reader, refuse, text } from '../json/shape.js';
import { sha256 } from '../sha256.js';

/** A public key as a JWK with its required members only (RFC 7638): Ed25519 for signing, P-256 for encryption. */
export type Jwk = { kty: 'OKP'; crv: 'Ed25519'; x: string } | { kty: 'EC'; crv: 'P-256'; x: string; y: string };

const coordinate = text(43, /^[A-Za-z0-9_-]{43}$/, '32 bytes in base64url');
const ed25519 = object({ kty: oneOf('OKP'), crv: oneOf('Ed25519'), x: coordinate });
const p256 = object({ kty: oneOf('EC'), crv: oneOf('P-256'), x: coordinate, y: coordinate });
const curve = object({ crv: oneOf('Ed25519', 'P-256') }, { kty: oneOf('OKP', 'EC'), x: coordinate, y: coordinate });

/** Reads a JWK; refuses further members, points off the curve and second spellings of the same key. */
export const readJwk: Reader<Jwk> = (value, pointer) => {
  const jwk: Jwk = curve(value, pointer).crv === 'Ed25519' ? ed25519(value, pointer) : p256(value, pointer);
  let exported: Jwk;
  try {
    exported = jwkOf(publicKeyOf(jwk));
  } catch {
    return refuse(pointer, 'a public key', value);
  }
  return canonicalJson(exported) === canonicalJson(jwk)
    ? jwk
    : refuse(pointer, 'a public key in its one spelling', value);
};

/**
 * The JWK of a public key, or of a private key's public half.
 *
 * @throws TypeError for a key that is neither Ed25519 nor P-256
 */
export function jwkOf(key: KeyObject): Jwk {
  const { kty, crv, x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kty === 'OKP' && crv === 'Ed25519' && x !== undefined) return { kty, crv, x };
  if (kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined) return { kty, crv, x, y };
  throw new TypeError(`expected an Ed25519 or a P-256 key, got ${kty ?? key.type} ${crv ?? ''}`);
}

export function publicKeyOf(jwk: Jwk): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

const thumbprints = new WeakMap<KeyObject, string>();

/** The RFC 7638 thumbprint (SHA-256, base64url) of an Ed25519 or P-256 key: its `kid`. */
export function thumbprint(publicKey: KeyObject): string {
  let kid = thumbprints.get(publicKey);
  if (kid === undefined) {
    kid = Buffer.from(sha256(Buffer.from(canonicalJson(jwkOf(publicKey))))).toString('base64url');
    thumbprints.set(publicKey, kid);
  }
  return kid;
}
