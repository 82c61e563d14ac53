import type { ControlContext } from '../control.js';
import { addressIn } from '../dsp/data-address.js';
import { readReason } from '../dsp/messages.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject, Transfer, TransferState } from '../model.js';
import { isFinal, otherRole } from '../process/moves.js';
import type { Received } from '../process/processes.js';
import { accepted, receiveMove, refuse } from '../process/receive.js';
import type { Next } from '../process/work.js';
import { reason } from '../reasons.js';
import { mayResume, transferTable } from './act.js';
import { learnStop, stopped } from './stop.js';
import { giveBack } from './uses.js';

/**
 * What is saved with the end of a transfer: a use of which no stream was ever opened is given back, and what was started and
 * is not closed gets the provider's word that it was stopped. A consumer that was never started has received nothing.
 *
 * @param by whose move it was
 */
export async function ended(context: ControlContext, record: Transfer, by: string): Promise<Next<Transfer>> {
  const why = record.reason ?? reason('TRANSFER_STOPPED', 'No reason was given.');
  const { transfer, also } =
    record.state === 'TERMINATED'
      ? await stopped(context, record, { by, why, at: context.clock.now() })
      : { transfer: record, also: { writes: [] } };
  const { role, pid, sink, endpoint } = record;
  if (role === 'consumer' && sink?.stage === 'receiving' && endpoint === undefined) {
    const writes = [...also.writes, context.records.partials.delete([pid])];
    return { record: { ...transfer, sink: { ...sink, stage: 'discarded' } }, also: { ...also, writes } };
  }
  if (role === 'consumer' || record.opened === true || record.uses === undefined) return { record: transfer, also };
  const { uses: _given, ...rest } = transfer;
  const back = await giveBack(context.records, record);
  const conditions = [...(also.conditions ?? []), ...(back.conditions ?? [])];
  return { record: rest, also: { conditions, writes: [...also.writes, ...back.writes] } };
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
  // A suspension binds before it is acknowledged, and nobody undoes it by not acknowledging it.
  const suspended = record.state === 'SUSPENDED' || record.intent?.state === 'SUSPENDED';
  if (type === 'TransferStartMessage' && suspended && !mayResume(record, peer)) {
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
  const taken = received.answer === accepted;
  const stop = taken && to === 'TERMINATED' && (await learnStop(context, received.next?.record ?? record, message));
  if (stop) return { ...received, next: { record: stop.transfer, also: stop.also } };
  if (received.next === undefined) return sameAgain(record, to, received);
  if (!isFinal(transferTable.moves, to)) return received;
  const end = await ended(context, received.next.record, record.peer);
  return { ...received, next: { ...received.next, ...end } };
}

/** What a message changes beside the state. */
function changed(moved: Transfer, before: Transfer, type: TransferMessage, message: JsonObject): Transfer {
  if (type === 'TransferStartMessage' && before.role === 'consumer') {
    const { endpoint } = addressIn(message);
    return endpoint === undefined ? moved : { ...moved, endpoint };
  }
  if (type !== 'TransferSuspensionMessage') return moved;
  // Both suspended at once when an intent of ours met theirs.
  const both = before.intent?.state === 'SUSPENDED';
  return { ...moved, suspendedBy: both ? 'provider' : otherRole(before.role) };
}

/**
 * Our own suspension was shared before theirs arrived: both suspended it, and the provider resumes it. A consumer's word that it had
 * suspended it too changes nothing at the provider: it could be given at any time, to lift what the provider suspended.
 */
function sameAgain(record: Transfer, to: TransferState, received: Received<Transfer>): Received<Transfer> {
  const crossed = to === 'SUSPENDED' && record.state === 'SUSPENDED' && record.suspendedBy === 'consumer';
  if (!crossed || record.role === 'provider' || received.answer !== accepted) return received;
  return { ...received, next: { record: { ...record, suspendedBy: 'provider' } } };
}
