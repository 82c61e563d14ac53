import { sha256 } from '../sha256.js';

const version = 0x01;

/** Bytes of a leaf: the version, then a SHA-256. */
export const leafLength = 33;

/**
 * Layer 3 of the evidence: what the log publishes of an envelope. A version byte and the SHA-256 of the signed envelope;
 * nothing in it ever has to be taken back.
 */
export function leafData(envelopeJws: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(version), sha256(Buffer.from(envelopeJws))]);
}
