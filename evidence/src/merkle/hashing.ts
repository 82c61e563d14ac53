import { sha256 } from '../sha256.js';

/** Bytes of a hash in the tree. */
export const hashLength = 32;

/** The root of the tree without leaves (RFC 6962 section 2.1): SHA-256 of nothing. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0));

/** The hash of a leaf (RFC 6962 section 2.1): SHA-256(0x00 ‖ data). */
export function leafHash(data: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(1 + data.length);
  input[0] = 0x00;
  input.set(data, 1);
  return sha256(input);
}

/** The hash of an inner node (RFC 6962 section 2.1): SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(1 + left.length + right.length);
  input[0] = 0x01;
  input.set(left, 1);
  input.set(right, 1 + left.length);
  return sha256(input);
}

/**
 * The root over the roots of adjacent subtrees, the larger ones left, as a tree splits (RFC 6962 section 2.1): the
 * rightmost two are joined first.
 */
export function joinSubtrees(roots: readonly Uint8Array[]): Uint8Array {
  return (
    roots.reduceRight<Uint8Array | undefined>(
      (right, left) => (right === undefined ? left : nodeHash(left, right)),
      undefined,
    ) ?? emptyRoot
  );
}
