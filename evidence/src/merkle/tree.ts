import { EvidenceError } from '../errors.js';
import { emptyRoot, nodeHash } from './hashing.js';

/** The root over leaf hashes held in memory (RFC 6962 section 2.1). */
export function merkleRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  return levelsOf(leafHashes).at(-1)?.[0] ?? emptyRoot;
}

/**
 * The inclusion proof (RFC 6962 section 2.1.1) of one of the leaf hashes held in memory.
 *
 * @throws EvidenceError OUT_OF_RANGE
 */
export function inclusionProofOf(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leafHashes.length) {
    throw new EvidenceError('OUT_OF_RANGE', `expected an index below ${leafHashes.length}, got ${index}`);
  }
  // A node without a sibling rises unchanged, so its level adds nothing to the path.
  return levelsOf(leafHashes).flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
}

/** The root over leaf hashes and the inclusion proof of each (RFC 6962 section 2.1.1), in one pass over the tree. */
export function proofTree(leafHashes: readonly Uint8Array[]): { root: Uint8Array; proofs: Uint8Array[][] } {
  const proofs = leafHashes.map((): Uint8Array[] => []);
  const build = (begin: number, end: number): Uint8Array => {
    const first = leafHashes[begin];
    if (first === undefined) return emptyRoot;
    if (end - begin === 1) return first;
    // The largest power of two below the number of leaves.
    const middle = begin + 2 ** Math.floor(Math.log2(end - begin - 1));
    const left = build(begin, middle);
    const right = build(middle, end);
    for (let index = begin; index < end; index++) proofs[index]?.push(index < middle ? right : left);
    return nodeHash(left, right);
  };
  return { root: build(0, leafHashes.length), proofs };
}

/** Every level from the leaves to the root; the last node of an odd level rises as it is. */
function levelsOf(leafHashes: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const levels: (readonly Uint8Array[])[] = [leafHashes];
  for (let level = leafHashes; level.length > 1; levels.push(level)) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = level.slice(at, at + 2);
      if (left) above.push(right ? nodeHash(left, right) : left);
    }
    level = above;
  }
  return levels;
}
