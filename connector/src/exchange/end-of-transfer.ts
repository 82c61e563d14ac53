import {
  type AuthorityKeys,
  type Digest,
  type EndStatement,
  type Envelope,
  EvidenceError,
  parseStatement,
  type StartStatement,
  saltOf,
  verifyEnvelope,
  writeStatement,
} from '@causeway/evidence';
import type { Clock, Random } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { SignedEnvelope, Transfer } from '../model.js';

/** An end statement as its canonical text, with its id. */
export interface EndText {
  readonly statement: string;
  readonly id: Digest;
}

/** What both sides must say of the end: nothing that is the provider's alone to choose. */
export interface Ending {
  readonly agreement: Digest;
  /** The provider's pid. */
  readonly transfer: string;
  readonly start: Digest;
  readonly bytes: number;
  readonly digest: Digest;
  /** The consumer, when it disputes. */
  readonly disputedBy?: string;
}

/** Writes an end statement; its salt and time are chosen here, once. */
export function endText(ending: Ending, { clock, random }: { clock: Clock; random: Random }): EndText {
  const { agreement, transfer, start, bytes, digest, disputedBy } = ending;
  const statement: EndStatement = {
    version: '1',
    type: 'transfer-end',
    ...{ agreement, transfer, start, digest },
    bytes: String(bytes),
    outcome: disputedBy === undefined ? 'complete' : 'disputed',
    ...(disputedBy !== undefined && { signer: disputedBy }),
    time: new Date(clock.now()).toISOString(),
    salt: saltOf(random.bytes(16)),
  };
  const { bytes: text, id } = writeStatement(statement);
  return { statement: Buffer.from(text).toString(), id };
}

/**
 * Reads an end statement of a peer and demands that it is of this transfer.
 * @throws ConnectorError EVIDENCE_INVALID
 */
export function readEnd(
  bytes: Uint8Array,
  expected: {
    readonly agreement: Digest;
    readonly transfer: string;
    readonly start: Digest;
    readonly disputedBy?: string;
  },
): EndText & { readonly end: EndStatement } {
  const { statement, id } = evidence(() => parseStatement(bytes));
  if (statement.type !== 'transfer-end')
    throw invalid(`expected an end statement, got a statement of ${statement.type}`);
  const { agreement, transfer, start, signer, outcome } = statement;
  if (agreement !== expected.agreement || transfer !== expected.transfer || start !== expected.start) {
    throw invalid('expected an end statement of this transfer, got one of another');
  }
  if (signer !== expected.disputedBy) {
    throw invalid(
      `expected ${expected.disputedBy ?? 'nobody'} to dispute, got an outcome "${outcome}" of ${signer ?? 'both'}`,
    );
  }
  return { statement: Buffer.from(bytes).toString(), id, end: statement };
}

/**
 * Demands that the peer signed this statement, as part of this agreement.
 * @param at when the statement says it was made, in milliseconds: the key must have been valid then
 * @throws ConnectorError EVIDENCE_INVALID
 */
export async function demandEnvelope(
  signed: SignedEnvelope,
  expected: {
    readonly type: Envelope['type'];
    readonly statement: Digest;
    readonly agreement: Digest;
    readonly signer: string;
    readonly at: number;
  },
  authorities: AuthorityKeys,
): Promise<void> {
  const { envelope, keyStatement } = signed;
  const read = await verifyEnvelope(envelope, keyStatement, authorities, { at: expected.at }).catch(rethrow);
  if (read.signer !== expected.signer)
    throw invalid(`expected an envelope of ${expected.signer}, got one of ${read.signer}`);
  if (read.type !== expected.type || read.statement !== expected.statement || read.agreement !== expected.agreement) {
    throw invalid(`expected an envelope over the ${expected.type} statement ${expected.statement}`);
  }
}

/**
 * The start of a transfer as it is stored: its text, its id and the provider's envelope.
 * @throws ConnectorError TRANSFER_NOT_STARTED
 */
export function startIn({ start }: Transfer): NonNullable<Transfer['start']> {
  if (start) return start;
  throw new ConnectorError('TRANSFER_NOT_STARTED', 'the transfer has no start statement yet');
}

/**
 * What the start statement of a transfer says; it was parsed before it was stored.
 * @throws ConnectorError TRANSFER_NOT_STARTED
 */
export function saidAtStart(transfer: Transfer): StartStatement {
  const { statement } = parseStatement(Buffer.from(startIn(transfer).statement));
  if (statement.type === 'transfer-start') return statement;
  throw new TypeError(`expected a start statement to be stored, found one of ${statement.type}`);
}

/** @throws ConnectorError EVIDENCE_INVALID instead of what the evidence says */
export function evidence<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (error instanceof EvidenceError) throw invalid(error.message, error);
  throw error;
}

function invalid(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('EVIDENCE_INVALID', message, { cause });
}
