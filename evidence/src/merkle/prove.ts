import { EvidenceError } from '../errors.js';
import { joinSubtrees } from './hashing.js';

/** Where a prover finds the hashes of a tree. */
export interface HashReader {
  /** The hash of the complete subtree over the 2^`level` leaves from `index` × 2^`level` on. */
  read(level: number, index: bigint): Promise<Uint8Array>;
}

/** The root of the tree of the first `size` leaves (RFC 6962 section 2.1). */
export function rootOf(size: bigint, hashes: HashReader): Promise<Uint8Array> {
  return rangeHash(0n, size, hashes);
}

/**
 * Proves that leaf `index` is in the tree of `size` leaves: PATH(m, D[n]) of RFC 6962 section 2.1.1.
 *
 * @throws EvidenceError OUT_OF_RANGE, and what the reader throws
 */
export async function proveInclusion(index: bigint, size: bigint, hashes: HashReader): Promise<Uint8Array[]> {
  if (index < 0n || index >= size) {
    throw new EvidenceError('OUT_OF_RANGE', `expected an index below the tree size ${size}, got ${index}`);
  }
  const proof: Promise<Uint8Array>[] = [];
  let [begin, end] = [0n, size];
  while (end - begin > 1n) {
    const middle = begin + splitOf(end - begin);
    proof.unshift(index < middle ? rangeHash(middle, end, hashes) : rangeHash(begin, middle, hashes));
    if (index < middle) end = middle;
    else begin = middle;
  }
  return Promise.all(proof);
}

/**
 * Proves that the tree of `from` leaves is the beginning of that of `to`: PROOF(m, D[n]) of RFC 6962 section 2.1.2. Empty
 * from the empty tree, and from a tree to itself.
 *
 * @throws EvidenceError OUT_OF_RANGE, and what the reader throws
 */
export async function proveConsistency(from: bigint, to: bigint, hashes: HashReader): Promise<Uint8Array[]> {
  if (from < 0n || from > to) {
    throw new EvidenceError('OUT_OF_RANGE', `expected an earlier size up to the tree size ${to}, got ${from}`);
  }
  if (from === 0n || from === to) return [];
  const proof: Promise<Uint8Array>[] = [];
  let [begin, end] = [0n, to];
  while (from < end) {
    const middle = begin + splitOf(end - begin);
    proof.unshift(from <= middle ? rangeHash(middle, end, hashes) : rangeHash(begin, middle, hashes));
    if (from <= middle) end = middle;
    else begin = middle;
  }
  // The older tree is the whole of this subtree: its root is known to whoever asks, unless the path turned right before.
  if (begin > 0n) proof.unshift(rangeHash(begin, end, hashes));
  return Promise.all(proof);
}

/** The hash of the leaves from `begin` to before `end`, where `begin` is a place at which a tree may split. */
async function rangeHash(begin: bigint, end: bigint, hashes: HashReader): Promise<Uint8Array> {
  const subtrees: Promise<Uint8Array>[] = [];
  for (let at = begin; at < end; ) {
    const level = (end - at).toString(2).length - 1;
    subtrees.push(hashes.read(level, at >> BigInt(level)));
    at += 1n << BigInt(level);
  }
  return joinSubtrees(await Promise.all(subtrees));
}

/** The largest power of two below `count`. */
function splitOf(count: bigint): bigint {
  return 1n << BigInt((count - 1n).toString(2).length - 1);
}
