import { EvidenceError } from '../errors.js';
import { type HashReader, proveConsistency } from '../merkle/prove.js';
import { verifyConsistency } from '../merkle/verify.js';
import type { Checkpoint } from '../note/checkpoint.js';
import { readReceipt } from '../note/tlog-proof.js';
import { sameBytes } from '../sha256.js';
import type { AuditBundle, ConsistencyProof } from './bundle.js';
import type { LoggedLeaf } from './receipts.js';
import type { Findings } from './report.js';

/**
 * Sizes of the trees that these receipts are under, each once, ascending. Whether the log signed for them is not looked at.
 *
 * @throws EvidenceError CHECKPOINT_INVALID, RECEIPT_INVALID
 */
export function treeSizes(receipts: readonly string[]): bigint[] {
  const sizes = new Set(receipts.map((receipt) => sizeOf(readReceipt(receipt).checkpoint)));
  return [...sizes].sort((a, b) => (a < b ? -1 : 1));
}

/** Of a checkpoint, by its second line. */
function sizeOf(note: string): bigint {
  const [, size = ''] = note.split('\n', 2);
  if (/^\d{1,20}$/.test(size)) return BigInt(size);
  throw new EvidenceError('CHECKPOINT_INVALID', 'expected the size of a tree on the second line of a checkpoint');
}

/** For a bundle: that the trees of these sizes are beginnings of the one of `to` leaves. Those that are no smaller need no proof. */
export async function proveBeginnings(
  sizes: readonly bigint[],
  to: bigint,
  hashes: HashReader,
): Promise<ConsistencyProof[]> {
  const proofs: ConsistencyProof[] = [];
  for (const from of sizes) {
    if (from >= to) continue;
    const proof = await proveConsistency(from, to, hashes);
    proofs.push({ from: String(from), proof: proof.map((hash) => Buffer.from(hash).toString('base64url')) });
  }
  return proofs;
}

/**
 * Holds the receipts' checkpoints against the bundle's by the proofs in the bundle itself: with them all, each leaf is in one
 * tree that the log signed for, and no address has to be asked.
 *
 * @param held the bundle's checkpoint
 * @param alone nothing else will show it: a proof that is missing is a finding
 */
export async function checkConsistency(
  bundle: AuditBundle,
  held: Checkpoint,
  leaves: readonly LoggedLeaf[],
  alone: boolean,
  findings: Findings,
): Promise<void> {
  const proofs = new Map(bundle.consistency?.map(({ from, proof }, place) => [BigInt(from), { proof, place }]));
  const needed = new Set<bigint>();
  const shown = new Set<string>();
  for (const { where, checkpoint } of leaves) {
    const { size, root } = checkpoint;
    const name = `${size} ${Buffer.from(root).toString('hex')}`;
    if (shown.has(name)) continue;
    shown.add(name);
    if (size > held.size) {
      if (!alone) continue;
      const message = `expected a checkpoint of at least the ${size} leaves of a receipt, got ${held.size}`;
      findings.add('LOG_SHRUNK', 'bundle#/checkpoint', message);
    } else if (size === held.size) {
      if (sameBytes(root, held.root)) continue;
      findings.add('LOG_FORKED', where, `expected the root of the bundle's checkpoint of ${size} leaves, got another`);
    } else {
      needed.add(size);
      const found = proofs.get(size);
      if (found) {
        const at = `bundle#/consistency/${found.place}`;
        const proof = found.proof.map((hash) => Buffer.from(hash, 'base64url'));
        const claim = { from: size, to: held.size, proof, oldRoot: root, newRoot: held.root };
        await findings.attempt('CONSISTENCY_INVALID', at, () => verifyConsistency(claim));
      } else if (alone) {
        const message = `expected a proof that the tree of ${size} leaves is the beginning of that of ${held.size}; the published log can show it`;
        findings.add('CONSISTENCY_MISSING', where, message);
      }
    }
  }
  let before = -1n;
  for (const [place, { from }] of (bundle.consistency ?? []).entries()) {
    const size = BigInt(from);
    if (size <= before || !needed.has(size)) {
      const message = 'expected one proof for each earlier size that a receipt is under, ascending';
      findings.add('ORDER_WRONG', `bundle#/consistency/${place}`, message);
    }
    before = size;
  }
}
