import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../errors.js';
import { memoryHashes } from '../testing/memory-log.js';
import { emptyRoot, leafHash, nodeHash } from './hashing.js';
import { proveConsistency, proveInclusion, rootOf } from './prove.js';
import { inclusionProofOf, merkleRoot, proofTree } from './tree.js';
import { verifyConsistency, verifyInclusion } from './verify.js';

const most = 300;
const leaves = Array.from({ length: most }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)));
const hashes = memoryHashes(leaves);

/** MTH(D[n]) as RFC 6962 section 2.1 writes it. */
function rootByDefinition(of: readonly Uint8Array[]): Uint8Array {
  const [only] = of;
  if (only === undefined) return emptyRoot;
  if (of.length === 1) return only;
  let split = 1;
  while (split * 2 < of.length) split *= 2;
  return nodeHash(rootByDefinition(of.slice(0, split)), rootByDefinition(of.slice(split)));
}

const roots = Array.from({ length: most + 1 }, (_, size) => rootByDefinition(leaves.slice(0, size)));
const root = (size: number): Uint8Array => roots[size] ?? emptyRoot;
const leaf = (index: number): Uint8Array => leaves[index] ?? emptyRoot;

async function inclusionOf(index: number, size: number) {
  const proof = await proveInclusion(BigInt(index), BigInt(size), hashes);
  return { index: BigInt(index), size: BigInt(size), leafHash: leaf(index), proof, root: root(size) };
}

async function consistencyOf(from: number, to: number) {
  const proof = await proveConsistency(BigInt(from), BigInt(to), hashes);
  return { from: BigInt(from), to: BigInt(to), proof, oldRoot: root(from), newRoot: root(to) };
}

const flip = (hash: Uint8Array, bit: number): Uint8Array =>
  hash.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

const sizeAndIndex = fc
  .integer({ min: 1, max: most })
  .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
const fromAndTo = fc
  .integer({ min: 1, max: most })
  .chain((to) => fc.tuple(fc.integer({ min: 1, max: to }), fc.constant(to)));
const bit = fc.integer({ min: 0, max: 255 });

describe('the tree', () => {
  it('has the roots of its definition, in memory and by a reader, at every size', async () => {
    for (let size = 0; size <= most; size++) {
      expect(merkleRoot(leaves.slice(0, size))).toEqual(root(size));
      expect(await rootOf(BigInt(size), hashes)).toEqual(root(size));
    }
  });

  it('without leaves has the root of RFC 6962', () => {
    expect(Buffer.from(emptyRoot).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});

describe('an inclusion proof', () => {
  it('verifies for every leaf of every size up to 70, and for some of each up to 300', async () => {
    for (let size = 1; size <= most; size++) {
      for (let index = 0; index < size; index += size <= 70 ? 1 : 29) {
        const claim = await inclusionOf(index, size);
        verifyInclusion(claim);
        if (index % 29 === 0) expect(inclusionProofOf(leaves.slice(0, size), index)).toEqual(claim.proof);
      }
    }
  });

  it('is refused with anything in it changed', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndIndex, bit, fc.nat(), async ([index, size], at, pick) => {
        const claim = await inclusionOf(index, size);
        const { proof } = claim;
        const place = pick % (proof.length + 1);
        const changes: Partial<typeof claim>[] = [
          { leafHash: flip(claim.leafHash, at) },
          { root: flip(claim.root, at) },
          { proof: [...proof.slice(0, place), emptyRoot, ...proof.slice(place)] },
          { leafHash: claim.leafHash.subarray(1) },
          { index: BigInt(size) },
          { index: -1n },
          { size: 1n << 64n },
        ];
        if (size > 1) {
          changes.push({ proof: proof.map((hash, each) => (each === pick % proof.length ? flip(hash, at) : hash)) });
          changes.push({ proof: proof.slice(1) }, { proof: proof.slice(0, -1) });
          changes.push({ index: BigInt((index + 1) % size) });
        }
        for (const change of changes) expect(() => verifyInclusion({ ...claim, ...change })).toThrow(EvidenceError);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused for a leaf that is not there, by the prover too', async () => {
    await expect(proveInclusion(5n, 5n, hashes)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(() => inclusionProofOf(leaves, most)).toThrow(EvidenceError);
  });
});

describe('a consistency proof', () => {
  it('verifies between every two sizes up to 70, and between some up to 300', async () => {
    for (let to = 0; to <= most; to++) {
      for (let from = 0; from <= to; from += to <= 70 ? 1 : 31) {
        verifyConsistency(await consistencyOf(from, to));
      }
    }
  });

  it('is refused with anything in it changed', async () => {
    await fc.assert(
      fc.asyncProperty(fromAndTo, bit, fc.nat(), async ([from, to], at, pick) => {
        const claim = await consistencyOf(from, to);
        const { proof } = claim;
        const place = pick % (proof.length + 1);
        const changes: Partial<typeof claim>[] = [
          { oldRoot: flip(claim.oldRoot, at) },
          { newRoot: flip(claim.newRoot, at) },
          { proof: [...proof.slice(0, place), emptyRoot, ...proof.slice(place)] },
          { newRoot: claim.newRoot.subarray(1) },
          { from: BigInt(to) + 1n },
          { from: 0n },
        ];
        if (from < to) {
          changes.push({ proof: proof.map((hash, each) => (each === pick % proof.length ? flip(hash, at) : hash)) });
          changes.push({ proof: proof.slice(1) }, { proof: proof.slice(0, -1) });
        }
        for (const change of changes) expect(() => verifyConsistency({ ...claim, ...change })).toThrow(EvidenceError);
      }),
      { numRuns: 300 },
    );
  });

  it('takes the empty tree as the beginning of every tree, and nothing else for the empty tree', () => {
    const claim = { from: 0n, to: 3n, proof: [], oldRoot: emptyRoot, newRoot: root(3) };
    expect(() => verifyConsistency(claim)).not.toThrow();
    expect(() => verifyConsistency({ ...claim, oldRoot: root(1) })).toThrow(EvidenceError);
    expect(() => verifyConsistency({ ...claim, proof: [root(1)] })).toThrow(EvidenceError);
  });

  it('is refused by the prover for a later tree', async () => {
    await expect(proveConsistency(6n, 5n, hashes)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});

describe('sizes near 2^64', () => {
  it('are counted exactly', async () => {
    // A tree whose leaves are all the same: one hash a level stands for all of it.
    const levels = [leaf(0)];
    for (let level = 1; level < 64; level++)
      levels.push(nodeHash(levels[level - 1] ?? leaf(0), levels[level - 1] ?? leaf(0)));
    const same = { read: async (level: number) => levels[level] ?? leaf(0) };
    const size = (1n << 64n) - 1n;
    const treeRoot = await rootOf(size, same);
    for (const index of [0n, size - 1n, 1n << 63n, (1n << 63n) - 1n]) {
      const proof = await proveInclusion(index, size, same);
      const claim = { index, size, leafHash: leaf(0), proof, root: treeRoot };
      expect(() => verifyInclusion(claim)).not.toThrow();
      expect(() => verifyInclusion({ ...claim, proof: proof.slice(1) })).toThrow(EvidenceError);
      const from = index + 1n;
      const consistency = { from, to: size, proof: await proveConsistency(from, size, same), newRoot: treeRoot };
      const oldRoot = await rootOf(from, same);
      expect(() => verifyConsistency({ ...consistency, oldRoot })).not.toThrow();
      expect(() => verifyConsistency({ ...consistency, oldRoot: leaf(1) })).toThrow(EvidenceError);
    }
  });
});

it('proofTree gives the root and all the proofs at once', () => {
  for (let size = 0; size <= 70; size++) {
    const some = leaves.slice(0, size);
    const { root: found, proofs } = proofTree(some);
    expect(found).toEqual(root(size));
    expect(proofs).toEqual(some.map((_, index) => inclusionProofOf(some, index)));
  }
});
