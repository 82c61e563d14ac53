import { decodeExactly } from '../base64.js';
import { EvidenceError } from '../errors.js';
import { hashLength, leafHash } from '../merkle/hashing.js';
import { verifyInclusion } from '../merkle/verify.js';
import { type Checkpoint, isDecimal, parseCheckpoint } from './checkpoint.js';
import { noteLimits } from './signed-note.js';
import type { NoteVerifier } from './vkey.js';

const magic = 'c2sp.org/tlog-proof@v1';
const longestProof = 64;

/** What a receipt says, before any of it is verified. */
export interface ReceiptParts {
  readonly index: bigint;
  readonly proof: readonly Uint8Array[];
  /** The signed note of a checkpoint. */
  readonly checkpoint: string;
}

/** Writes a receipt: a C2SP tlog-proof without extra data. */
export function formatReceipt({ index, proof, checkpoint }: ReceiptParts): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${magic}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

/**
 * Reads a receipt without verifying it. Extra data, which the standard allows but nothing signs, is refused.
 *
 * @throws EvidenceError TOO_LARGE, RECEIPT_INVALID
 */
export function readReceipt(receipt: string): ReceiptParts {
  if (receipt.length > 2 * noteLimits.bytes) {
    throw new EvidenceError(
      'TOO_LARGE',
      `expected a receipt of at most ${2 * noteLimits.bytes} bytes, got ${receipt.length}`,
    );
  }
  const blank = receipt.indexOf('\n\n');
  const [first, second = '', ...lines] = receipt.slice(0, Math.max(blank, 0)).split('\n');
  const index = second.startsWith('index ') ? second.slice('index '.length) : '';
  if (first !== magic || !isDecimal(index) || lines.length > longestProof) {
    throw new EvidenceError('RECEIPT_INVALID', `expected '${magic}', an index and at most ${longestProof} hashes`);
  }
  const proof = lines.map((line) => {
    const hash = decodeExactly(line, 'base64');
    if (hash?.length === hashLength) return hash;
    throw new EvidenceError('RECEIPT_INVALID', `expected a SHA-256 in base64, got '${line.slice(0, 100)}'`);
  });
  return { index: BigInt(index), proof, checkpoint: receipt.slice(blank + 2) };
}

/**
 * Verifies offline that a leaf is in the log, under a checkpoint that the log signed.
 *
 * @param leaf data of the leaf, as `leafData` gives it
 * @throws EvidenceError RECEIPT_INVALID, OUT_OF_RANGE, PROOF_INVALID, and those of `parseCheckpoint`
 */
export function verifyReceipt(
  receipt: string,
  leaf: Uint8Array,
  verifier: NoteVerifier,
): { index: bigint; checkpoint: Checkpoint; note: string } {
  const { index, proof, checkpoint: note } = readReceipt(receipt);
  const checkpoint = parseCheckpoint(note, verifier);
  verifyInclusion({ index, size: checkpoint.size, leafHash: leafHash(leaf), proof, root: checkpoint.root });
  return { index, checkpoint, note };
}
