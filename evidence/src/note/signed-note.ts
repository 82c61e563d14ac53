import { type KeyObject, sign } from 'node:crypto';
import { decodeExactly } from '../base64.js';
import { EvidenceError } from '../errors.js';
import { sameBytes } from '../sha256.js';
import { isKeyName, keyIdOf, type NoteVerifier, rawPublicKey } from './vkey.js';

/** Bounds of a note. The standard asks for 16 signatures at least, of up to 5 kB each. */
export const noteLimits = { bytes: 262_144, signatures: 64 } as const;

/** A note that at least one known key signed, and no known key failed to verify. */
export interface OpenedNote {
  /** The text, with its last newline. */
  readonly text: string;
  /** Names of the known keys that signed it, as often as they did. */
  readonly verifiedBy: string[];
  /** How many signatures are of unknown keys, and so say nothing. */
  readonly ignored: number;
}

/**
 * Signs a text as a note (C2SP signed-note v1.0.0) with an Ed25519 key.
 *
 * @param text ends in a newline
 * @throws TypeError for a text or a name that a note cannot carry
 */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!text.endsWith('\n') || hasControls(text) || !isWellFormed(text)) {
    throw new TypeError('expected the text of a note to end in a newline and to hold no other control character');
  }
  if (!isKeyName(name)) throw new TypeError(`expected a key name without spaces and plus, got '${name}'`);
  const signature = sign(null, Buffer.from(text), privateKey);
  const encoded = Buffer.concat([keyIdOf(name, rawPublicKey(privateKey)), signature]).toString('base64');
  return `${text}\n— ${name} ${encoded}\n`;
}

/**
 * Opens a signed note. Signatures of unknown keys are ignored; one of a known key that fails rejects the note.
 *
 * @throws EvidenceError TOO_LARGE, NOTE_INVALID (malformed), NOTE_UNVERIFIED
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  if (note.length > noteLimits.bytes) {
    throw new EvidenceError('TOO_LARGE', `expected a note of at most ${noteLimits.bytes} bytes, got ${note.length}`);
  }
  // Any blank line may be in the text; the last one separates it from the signatures.
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n') || hasControls(note) || !isWellFormed(note)) {
    throw new EvidenceError('NOTE_INVALID', 'expected a text, a blank line and signature lines');
  }
  const text = note.slice(0, blank + 1);
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > noteLimits.signatures) {
    throw new EvidenceError('TOO_LARGE', `expected at most ${noteLimits.signatures} signatures, got ${lines.length}`);
  }
  const verifiedBy: string[] = [];
  for (const { name, keyId, signature } of lines.map(signatureLine)) {
    const known = verifiers.filter((verifier) => verifier.name === name && sameBytes(verifier.keyId, keyId));
    if (known.length === 0) continue;
    if (!known.every((verifier) => verifier.verify(Buffer.from(text), signature))) {
      throw new EvidenceError('NOTE_UNVERIFIED', `expected the signature of ${name} over this note, got another`);
    }
    verifiedBy.push(name);
  }
  if (verifiedBy.length === 0) {
    const names = verifiers.map((verifier) => verifier.name).join(', ');
    throw new EvidenceError('NOTE_UNVERIFIED', `expected a note signed by ${names}, got none of their signatures`);
  }
  return { text, verifiedBy, ignored: lines.length - verifiedBy.length };
}

function signatureLine(line: string): { name: string; keyId: Uint8Array; signature: Uint8Array } {
  const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  const bytes = decodeExactly(encoded, 'base64');
  if (!isKeyName(name) || !bytes || bytes.length < 5) {
    throw new EvidenceError(
      'NOTE_INVALID',
      `expected a signature line '— <name> <base64>', got '${line.slice(0, 100)}'`,
    );
  }
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a) return true;
  }
  return false;
}

function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
