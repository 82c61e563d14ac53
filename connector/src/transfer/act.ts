import { draft, reasonMembers } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import type { ConnectorErrorCode } from '../errors.js';
import type { JsonObject, Reason, Transfer, TransferState } from '../model.js';
import { intendMove, makeMove, type Stamp } from '../process/act.js';
import type { Table } from '../process/receive.js';
import type { Next } from '../process/work.js';
import { reason, refusal } from '../reasons.js';
import { transferMoves } from './states.js';

export const transferTable: Table<TransferState> = { kind: 'transfer', moves: transferMoves };

/** Provider: the first start, shared as soon as it is saved. The data address is added at each send. */
export function makeStart(record: Transfer, { at, id }: Stamp): Next<Transfer> {
  return makeMove(transferTable, record, 'STARTED', draft('TransferStartMessage', id), at);
}

/** Either side goes on with a transfer that it suspended itself. */
export function intendResumption(record: Transfer, { at, id }: Stamp): Next<Transfer> {
  if (record.state !== 'SUSPENDED') {
    throw refusal('STATE_INVALID', `Expected a suspended transfer; ${record.pid} is ${record.state}.`);
  }
  if (!mayResume(record, record.role)) {
    throw refusal('STATE_INVALID', `The other side suspended transfer ${record.pid}, and only it can resume it.`);
  }
  return intendMove(transferTable, unheld(record), 'STARTED', draft('TransferStartMessage', id), at);
}

/** Whoever suspends or resumes it anew does not leave that to the policy any more. */
function unheld(record: Transfer): Transfer {
  const { heldUntil: _over, ...free } = record;
  return free;
}

export function intendCompletion(record: Transfer, { at, id }: Stamp): Next<Transfer> {
  return intendMove(transferTable, record, 'COMPLETED', draft('TransferCompletionMessage', id), at);
}

export function intendSuspension(record: Transfer, why: Reason, { at, id }: Stamp): Next<Transfer> {
  const message = draft('TransferSuspensionMessage', id, reasonMembers(why));
  return intendMove(transferTable, { ...unheld(record), suspendedBy: record.role }, 'SUSPENDED', message, at, why);
}

export function intendTermination(record: Transfer, why: Reason, { at, id }: Stamp): Next<Transfer> {
  const { role, stop } = record;
  const { statement = '', envelope = '', keyStatement = '' } = stop ?? {};
  const proof: JsonObject =
    role === 'provider' && stop ? { [extension.transferStop]: { statement, envelope, keyStatement } } : {};
  const message = draft('TransferTerminationMessage', id, { ...reasonMembers(toPeer(why)), ...proof });
  return intendMove(transferTable, record, 'TERMINATED', message, at, why);
}

const domestic: readonly ConnectorErrorCode[] = ['SINK_EXISTS', 'SINK_UNWRITABLE', 'SOURCE_UNREADABLE'];

/** What is wrong with our own files names their paths: a peer learns that something is, not where it lies. */
export function toPeer(told: Reason): Reason {
  const code = domestic.find((one) => one === told.code);
  return code === undefined ? told : reason(code, 'A file on the side that ended the transfer cannot be used.');
}

/** Whoever suspended may resume; the provider, when both did at once. A consumer cannot lift a provider's suspension. */
export function mayResume(record: Transfer, role: Transfer['role']): boolean {
  return record.suspendedBy === undefined || record.suspendedBy === role;
}
