import { hash } from 'node:crypto';

/** SHA-256 in one shot: half as dear as an incremental hash for the short inputs of a Merkle tree. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** Whether two byte strings are the same. Nothing compared here is secret, so it need not take constant time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
