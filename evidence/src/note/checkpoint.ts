import { decodeExactly } from '../base64.js';
import { EvidenceError } from '../errors.js';
import { hashLength } from '../merkle/hashing.js';
import { openNote } from './signed-note.js';
import type { NoteVerifier } from './vkey.js';

/** The state of a log that it signed for (C2SP tlog-checkpoint v1.0.0). */
export interface Checkpoint {
  readonly origin: string;
  /** Leaves in the tree. */
  readonly size: bigint;
  readonly root: Uint8Array;
}

/** The text that is signed as a note: origin, decimal size, base64 root, each on a line. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw new TypeError(`expected an origin of one line, got '${origin}'`);
  if (size < 0n || size >= 1n << 64n) throw new TypeError(`expected a size from 0 to 2^64-1, got ${size}`);
  if (root.length !== hashLength) throw new TypeError(`expected a root of ${hashLength} bytes, got ${root.length}`);
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/**
 * Verifies the log's signature on a checkpoint and reads it. Lines after the root (extensions) are signed and ignored.
 *
 * @throws EvidenceError of `openNote`; CHECKPOINT_INVALID, also when the origin is not the name of the key
 */
export function parseCheckpoint(note: string, verifier: NoteVerifier): Checkpoint {
  return readCheckpoint(openNote(note, [verifier]).text, verifier.name);
}

/** Reads the text of a verified note. */
export function readCheckpoint(text: string, expectedOrigin: string): Checkpoint {
  const [origin = '', decimal = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n');
  if (origin !== expectedOrigin) {
    throw new EvidenceError('CHECKPOINT_INVALID', `expected a checkpoint of ${expectedOrigin}, got one of ${origin}`);
  }
  const root = decodeExactly(encoded, 'base64');
  if (!isDecimal(decimal) || root?.length !== hashLength || extensions.includes('')) {
    throw new EvidenceError(
      'CHECKPOINT_INVALID',
      'expected an origin, a decimal size and a base64 root, each on a line',
    );
  }
  return { origin, size: BigInt(decimal), root };
}

/** A number from 0 to 2^64-1 in its one decimal spelling. */
export function isDecimal(text: string): boolean {
  return /^(0|[1-9][0-9]{0,19})$/.test(text) && BigInt(text) < 1n << 64n;
}
