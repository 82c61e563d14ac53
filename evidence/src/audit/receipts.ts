import { leafHash } from '../merkle/hashing.js';
import { rootOf } from '../merkle/prove.js';
import { verifyInclusion } from '../merkle/verify.js';
import { type Checkpoint, readCheckpoint } from '../note/checkpoint.js';
import { openNote } from '../note/signed-note.js';
import { readReceipt } from '../note/tlog-proof.js';
import type { NoteVerifier } from '../note/vkey.js';
import { leafData } from '../record/leaf.js';
import { sameBytes } from '../sha256.js';
import type { AuditBundle } from './bundle.js';
import type { Findings } from './report.js';
import type { PublishedLog } from './whole-log.js';

/** What a receipt proves: this leaf stands at this place of the tree of this checkpoint. */
export interface LoggedLeaf {
  readonly where: string;
  readonly index: bigint;
  readonly hash: Uint8Array;
  readonly checkpoint: Checkpoint;
}

/** Verifies a checkpoint, all of it: a signature that nobody can judge is a finding too. */
export function verifyCheckpoint(
  note: string,
  log: NoteVerifier,
  where: string,
  findings: Findings,
): Promise<Checkpoint | undefined> {
  return findings.attempt('CHECKPOINT_INVALID', where, () => {
    const { text, ignored } = openNote(note, [log]);
    if (ignored > 0)
      findings.add('SIGNATURE_UNKNOWN', where, `expected signatures of ${log.name} only, got ${ignored} more`);
    return readCheckpoint(text, log.name);
  });
}

/** Verifies every receipt by itself: the log signed a checkpoint that its proof leads to. */
export async function verifyReceipts(
  bundle: AuditBundle,
  log: NoteVerifier,
  findings: Findings,
): Promise<LoggedLeaf[]> {
  const leaves: LoggedLeaf[] = [];
  for (const [place, { envelope, receipt }] of bundle.entries.entries()) {
    const where = `bundle#/entries/${place}/receipt`;
    const leaf = await findings.attempt('RECEIPT_INVALID', where, async () => {
      const { index, proof, checkpoint: note } = readReceipt(receipt);
      const checkpoint = await verifyCheckpoint(note, log, where, findings);
      if (!checkpoint) return undefined;
      const hash = leafHash(leafData(envelope));
      verifyInclusion({ index, size: checkpoint.size, leafHash: hash, proof, root: checkpoint.root });
      return { where, index, hash, checkpoint };
    });
    if (!leaf) continue;
    const before = leaves.at(-1);
    if (before && leaf.index <= before.index) {
      findings.add('ORDER_WRONG', where, `expected a place in the log after ${before.index}, got ${leaf.index}`);
    }
    leaves.push(leaf);
  }
  return leaves;
}

/**
 * Holds what the log signed for against what it publishes: each earlier checkpoint must be the beginning of the published
 * tree, and each leaf at its place in it. A log that tells one thing in its receipts and publishes another is found here.
 */
export async function compareWithLog(
  signed: readonly { readonly where: string; readonly checkpoint: Checkpoint }[],
  leaves: readonly LoggedLeaf[],
  published: { readonly checkpoint: Checkpoint; readonly log: PublishedLog },
  findings: Findings,
): Promise<void> {
  const { checkpoint, log } = published;
  const roots = new Map<bigint, Uint8Array | undefined>();
  for (const { where, checkpoint: earlier } of [...signed, ...leaves]) {
    const { size } = earlier;
    if (size > checkpoint.size) {
      findings.add('LOG_SHRUNK', where, `expected the published log to hold ${size} leaves, got ${checkpoint.size}`);
      continue;
    }
    if (!roots.has(size))
      roots.set(size, await findings.attempt('TILE_INVALID', where, () => rootOf(size, log.hashes)));
    const root = roots.get(size);
    if (root && !sameBytes(root, earlier.root)) {
      findings.add(
        'LOG_FORKED',
        where,
        `expected the root of the first ${size} leaves of the published log, got another`,
      );
    }
  }
  for (const { where, index, hash } of leaves) {
    if (index >= checkpoint.size) continue;
    const there = await findings.attempt('TILE_INVALID', where, () => log.leafHash(index));
    if (there && !sameBytes(there, hash)) {
      findings.add('LEAF_MISSING', where, `expected the envelope's leaf at ${index} of the published log, got another`);
    }
  }
}
