import type { ControlContext } from '../control.js';
import { objectMember, readReason, textMember } from '../dsp/messages.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject, Transfer, TransferState } from '../model.js';
import { isFinal, otherRole } from '../process/moves.js';
import type { Received } from '../process/processes.js';
import { accepted, receiveMove, refuse } from '../process/receive.js';
import type { Next } from '../process/work.js';
import { mayResume, transferTable } from './act.js';
import { giveBack } from './uses.js';

/** What is saved with the end of a transfer: a use of which no stream was ever opened is given back. */
export async function ended(context: ControlContext, record: Transfer): Promise<Next<Transfer>> {
  if (record.role !== 'provider' || record.opened === true || record.uses === undefined) return { record };
  const { uses: _given, ...rest } = record;
  return { record: rest, also: await giveBack(context.records, record) };
}

const targets = {
  TransferStartMessage: 'STARTED',
  TransferCompletionMessage: 'COMPLETED',
  TransferSuspensionMessage: 'SUSPENDED',
  TransferTerminationMessage: 'TERMINATED',
} as const;
export type TransferMessage = keyof typeof targets;

/** A message of the peer about a transfer that exists. */
export async function receiveTransfer(
  context: ControlContext,
  record: Transfer,
  type: TransferMessage,
  message: JsonObject,
): Promise<Received<Transfer>> {
  const to: TransferState = targets[type];
  const identified = message['@id'] !== undefined;
  const peer = otherRole(record.role);
  if (type === 'TransferStartMessage' && record.state === 'SUSPENDED' && !mayResume(record, peer)) {
    const words = `The ${record.role} suspended this transfer, and only the ${record.role} can resume it.`;
    return refuse('transfer', record, new ConnectorError('STATE_INVALID', words));
  }
  const told = type === 'TransferTerminationMessage' || type === 'TransferSuspensionMessage';
  const received = receiveMove<TransferState, Transfer>(
    transferTable,
    record,
    { to, identified, ...(told ? { reason: readReason(message, `The ${peer} gave no reason.`) } : {}) },
    context.clock.now(),
    (moved) => ({ record: changed(moved, record, type, message) }),
  );
  if (received.next === undefined) return sameAgain(record, to, received);
  if (!isFinal(transferTable.moves, to)) return received;
  const end = await ended(context, received.next.record);
  return { ...received, next: { ...received.next, ...end } };
}

/** What a message changes beside the state. */
function changed(moved: Transfer, before: Transfer, type: TransferMessage, message: JsonObject): Transfer {
  if (type === 'TransferStartMessage' && before.role === 'consumer') {
    const address = objectMember(message, 'dataAddress');
    const endpoint = address && textMember(address, 'endpoint');
    return endpoint === undefined ? moved : { ...moved, endpoint };
  }
  if (type !== 'TransferSuspensionMessage') return moved;
  const { suspendedBy: _ours, ...rest } = moved;
  // Both suspended at once when an intent of ours met theirs: then either may resume.
  return before.intent?.state === 'SUSPENDED' ? rest : { ...rest, suspendedBy: otherRole(before.role) };
}

/** Our own suspension was shared before theirs arrived: both suspended it, and either may resume it. */
function sameAgain(record: Transfer, to: TransferState, received: Received<Transfer>): Received<Transfer> {
  const crossed = to === 'SUSPENDED' && record.state === 'SUSPENDED' && record.suspendedBy === record.role;
  if (!crossed || received.answer !== accepted) return received;
  const { suspendedBy: _both, ...rest } = record;
  return { ...received, next: { record: rest } };
}
