import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeExactly } from '../base64.js';
import { EvidenceError } from '../errors.js';
import { sameBytes, sha256 } from '../sha256.js';

/** The signature type of plain Ed25519 (C2SP signed-note v1.0.0). */
const ed25519 = 0x01;

/** A key that signatures on notes are checked with. */
export interface NoteVerifier {
  readonly name: string;
  /** Four bytes that, with the name, identify the key. */
  readonly keyId: Uint8Array;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

/** Signatures that a verifier remembers: every receipt brings the checkpoint it is under, many of them the same. */
const signaturesRemembered = 64;

/** Whether a text can name a key: not empty, no space of Unicode, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return /^[^\s\p{White_Space}\p{Cc}+]+$/u.test(name) && canonicalUtf8(name);
}

function canonicalUtf8(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

/** The key ID of an Ed25519 key: SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]. */
export function keyIdOf(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(ed25519), publicKey])).subarray(0, 4);
}

/** The 32 bytes of an Ed25519 key's public half. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { crv, x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError(`expected an Ed25519 key, got ${crv ?? key.type}`);
  return Buffer.from(x, 'base64url');
}

/**
 * The verifier key (vkey) of an Ed25519 key: `<name>+<key ID in hex>+<base64 of type ‖ public key>`.
 *
 * @throws TypeError for another type of key, or a name that a note cannot carry
 */
export function vkeyOf(name: string, publicKey: KeyObject): string {
  if (!isKeyName(name)) throw new TypeError(`expected a key name without spaces and plus, got '${name}'`);
  const raw = rawPublicKey(publicKey);
  const id = Buffer.from(keyIdOf(name, raw)).toString('hex');
  return `${name}+${id}+${Buffer.concat([Uint8Array.of(ed25519), raw]).toString('base64')}`;
}

/**
 * The verifier for an Ed25519 verifier key.
 *
 * @throws EvidenceError VKEY_INVALID
 */
export function noteVerifier(vkey: string): NoteVerifier {
  const [, name = '', id = '', key = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(vkey) ?? [];
  const material = decodeExactly(key, 'base64');
  if (!isKeyName(name) || material?.length !== 33 || material[0] !== ed25519) {
    throw new EvidenceError(
      'VKEY_INVALID',
      `expected an Ed25519 verifier key (name+id+key), got '${vkey.slice(0, 200)}'`,
    );
  }
  const raw = material.subarray(1);
  const keyId = keyIdOf(name, raw);
  if (!sameBytes(keyId, Buffer.from(id, 'hex'))) {
    throw new EvidenceError(
      'VKEY_INVALID',
      `expected key ID ${Buffer.from(keyId).toString('hex')} of ${name}, got ${id}`,
    );
  }
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  });
  const held = new Set<string>();
  return {
    name,
    keyId,
    verify(text, signature) {
      if (signature.length !== 64) return false;
      // A signature has one length, so no other text and signature have this digest. Only what held is remembered.
      const signed = Buffer.from(sha256(Buffer.concat([signature, text]))).toString('base64');
      if (held.has(signed)) return true;
      if (!verify(null, text, publicKey, signature)) return false;
      held.add(signed);
      const [oldest] = held;
      if (held.size > signaturesRemembered && oldest !== undefined) held.delete(oldest);
      return true;
    },
  };
}
