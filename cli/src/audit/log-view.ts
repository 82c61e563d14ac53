import { join } from 'node:path';
import {
  type Checkpoint,
  type ConsistencyProof,
  EvidenceError,
  type HashReader,
  type NoteVerifier,
  noteVerifier,
  parseCheckpoint,
  proveBeginnings,
  proveConsistency,
  type TrustBundle,
  tileHashReader,
  verifyConsistency,
} from '@causeway/evidence';
import { CliError } from '../errors.js';
import { readKept } from './kept.js';
import { httpsLog } from './log-reader.js';

/** The published log now, proven to continue the one this auditor saw last. */
export interface LogNow {
  /** The checkpoint as a signed note. */
  readonly note: string;
  /** Proofs that the trees of these sizes are beginnings of it: for whoever has no log at hand. */
  prove(sizes: readonly bigint[]): Promise<ConsistencyProof[]>;
}

/**
 * Looks at the published log and keeps what it said: an auditor who comes again finds out a log that was rebuilt meanwhile.
 *
 * @throws CliError FAILED when it cannot be read, NOT_VERIFIED when it contradicts what it showed before
 */
export async function lookAtLog(home: string, trust: TrustBundle): Promise<LogNow> {
  const read = await httpsLog(trust);
  const verifier = noteVerifier(trust.clearingHouse.vkey);
  const note = (await reading(() => read('checkpoint'))).toString('utf8');
  const checkpoint = await reading(async () => parseCheckpoint(note, verifier));
  const hashes = tileHashReader(checkpoint.size, (path) => read(path));
  await demandContinued(home, note, { checkpoint, hashes, verifier });
  const { writeFileAtomic } = await import('@causeway/platform');
  await writeFileAtomic(keptIn(home), note);
  return {
    note,
    prove: (sizes) => reading(() => proveBeginnings(sizes, checkpoint.size, hashes)),
  };
}

interface Shown {
  readonly checkpoint: Checkpoint;
  readonly hashes: HashReader;
  readonly verifier: NoteVerifier;
}

const keptIn = (home: string) => join(home, 'checkpoint');

async function demandContinued(home: string, note: string, { checkpoint, hashes, verifier }: Shown): Promise<void> {
  const before = await readKept(keptIn(home));
  if (before === undefined) return;
  const last = parseCheckpoint(before, verifier);
  const [from, to] = [last.size, checkpoint.size];
  try {
    if (to < from) throw new EvidenceError('PROOF_INVALID', `it has ${to} leaves`);
    const proof = await proveConsistency(from, to, hashes);
    verifyConsistency({ from, to, proof, oldRoot: last.root, newRoot: checkpoint.root });
  } catch (cause) {
    if (!(cause instanceof EvidenceError) || cause.code === 'TILE_MISSING') throw unreadable(cause);
    throw new CliError(
      'NOT_VERIFIED',
      `THE LOG IS NOT THE ONE IT WAS: expected one that continues the ${from} leaves it signed for before (${keptIn(home)}): ${cause.message}. Both signed checkpoints prove it; show them to the operator and to the other members.`,
      { cause, data: { before, now: note } },
    );
  }
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): CliError {
  return new CliError('FAILED', `The published log cannot be read: ${(cause as Error).message}. Try again later.`, {
    cause,
  });
}
