import { EvidenceError } from '../errors.js';
import { sameBytes } from '../sha256.js';
import { emptyRoot, hashLength, nodeHash } from './hashing.js';

/** No tree here has more leaves. */
const sizeLimit = 1n << 64n;

/**
 * Verifies that a leaf is in a tree (RFC 9162 section 2.1.3.2). Everything here may come from an attacker.
 *
 * @param claim.leafHash RFC 6962 hash of the leaf
 * @param claim.proof from the leaf's sibling up to the root's child
 * @throws EvidenceError OUT_OF_RANGE, PROOF_INVALID
 */
export function verifyInclusion(claim: {
  index: bigint;
  size: bigint;
  leafHash: Uint8Array;
  proof: readonly Uint8Array[];
  root: Uint8Array;
}): void {
  const { index, size, leafHash, proof, root } = claim;
  if (index < 0n || index >= size || size >= sizeLimit) {
    throw new EvidenceError('OUT_OF_RANGE', `expected an index below the tree size ${size}, got ${index}`);
  }
  checkHashes([leafHash, root, ...proof]);
  // Below `inner` levels the path may turn either way; above, it runs along the right border, with left siblings only.
  const inner = bitLength(index ^ (size - 1n));
  const border = onesIn(index >> BigInt(inner));
  checkLength(proof, inner + border);
  let hash = leafHash;
  proof.forEach((sibling, level) => {
    const onLeft = level < inner && ((index >> BigInt(level)) & 1n) === 0n;
    hash = onLeft ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  });
  if (!sameBytes(hash, root)) {
    throw new EvidenceError('PROOF_INVALID', `expected a proof from leaf ${index} to the root of the tree of ${size}`);
  }
}

/**
 * Verifies that a tree of `from` leaves is the beginning of a tree of `to` leaves (RFC 9162 section 2.1.4.2). The empty
 * tree is the beginning of every tree, by an empty proof.
 *
 * @throws EvidenceError OUT_OF_RANGE, PROOF_INVALID
 */
export function verifyConsistency(claim: {
  from: bigint;
  to: bigint;
  proof: readonly Uint8Array[];
  oldRoot: Uint8Array;
  newRoot: Uint8Array;
}): void {
  const { from, to, proof, oldRoot, newRoot } = claim;
  if (from < 0n || from > to || to >= sizeLimit) {
    throw new EvidenceError('OUT_OF_RANGE', `expected an earlier size up to the tree size ${to}, got ${from}`);
  }
  checkHashes([oldRoot, newRoot, ...proof]);
  if (from === 0n || from === to) {
    checkLength(proof, 0);
    if (!sameBytes(oldRoot, from === 0n ? emptyRoot : newRoot)) throw inconsistent(from, to);
    return;
  }
  // The path starts at the last complete subtree of the older tree. When that is the whole older tree, its root is known.
  const shift = trailingZeros(from);
  const known = from === 1n << BigInt(shift);
  const node = (from - 1n) >> BigInt(shift);
  const inner = bitLength((from - 1n) ^ (to - 1n)) - shift;
  const border = onesIn(node >> BigInt(inner));
  checkLength(proof, inner + border + (known ? 0 : 1));
  const [seed = oldRoot, ...path] = known ? [oldRoot, ...proof] : proof;
  let older = seed;
  let newer = seed;
  path.forEach((sibling, level) => {
    if (level < inner && ((node >> BigInt(level)) & 1n) === 0n) {
      newer = nodeHash(newer, sibling);
    } else {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
    }
  });
  if (!sameBytes(older, oldRoot) || !sameBytes(newer, newRoot)) throw inconsistent(from, to);
}

function inconsistent(from: bigint, to: bigint): EvidenceError {
  return new EvidenceError(
    'PROOF_INVALID',
    `expected a proof that the tree of ${from} is the beginning of that of ${to}`,
  );
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== hashLength)) {
    throw new EvidenceError('PROOF_INVALID', `expected hashes of ${hashLength} bytes, got another length`);
  }
}

function checkLength(proof: readonly Uint8Array[], expected: number): void {
  if (proof.length !== expected) {
    throw new EvidenceError('PROOF_INVALID', `expected a proof of ${expected} hashes, got ${proof.length}`);
  }
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function onesIn(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

function trailingZeros(value: bigint): number {
  return bitLength(value & -value) - 1;
}
