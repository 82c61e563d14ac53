import { type Digest, saltOf, stoppingLimits, type TransferStopStatement, writeStatement } from '@causeway/evidence';
import type { Commit, Stored } from '@causeway/platform';
import { type ControlContext, instant } from '../control.js';
import { signNext } from '../logging/sign-next.js';
import type { Agreement, DecisionRecord, Reason, Transfer } from '../model.js';
import { cut } from '../negotiation/agreement-end.js';

/** Who stops a transfer, why, and by which decision when a policy does. */
export interface Stop {
  /** Whose move it is. */
  readonly by: string;
  readonly why: Reason;
  readonly decision?: DecisionRecord;
  readonly at: number;
}

/**
 * What the provider saves with the termination of a transfer that it had started: its signed word that no more of it is sent,
 * queued for the log. Without it an auditor would see a transfer that runs for ever.
 */
export async function stopped(
  context: ControlContext,
  transfer: Transfer,
  stop: Stop,
): Promise<{ transfer: Transfer; also: Commit }> {
  const { agreements, decisions } = context.records;
  const kept = stop.decision === undefined ? [] : [decisions.put([stop.decision.digest], stop.decision)];
  // A closing statement says how far it came, and needs no other end.
  const closed = transfer.end !== undefined || transfer.stop !== undefined;
  const start = transfer.role === 'provider' && !closed ? transfer.start?.id : undefined;
  const stored = start && (await agreements.get(transfer.agreement));
  if (!stored || start === undefined) return { transfer, also: { writes: kept } };
  return signedStop(context, transfer, stored, start, stop, kept);
}

async function signedStop(
  context: ControlContext,
  transfer: Transfer,
  stored: Stored<Agreement>,
  start: Digest,
  { by, why, decision, at }: Stop,
  kept: Commit['writes'],
): Promise<{ transfer: Transfer; also: Commit }> {
  const statement: TransferStopStatement = {
    version: '1',
    type: 'transfer-stop',
    agreement: transfer.agreement,
    transfer: transfer.pid,
    start,
    by,
    ...(decision === undefined ? {} : { decision: decision.digest }),
    code: cut(why.code, stoppingLimits.code),
    reason: cut(why.en, stoppingLimits.reason),
    time: instant(at),
    salt: saltOf(context.random.bytes(16)),
  };
  const { bytes, id } = writeStatement(statement);
  const signed = await signNext(context.identity, stored.value, 'transfer-stop', id);
  const { agreement, writes } = context.evidence.queue(signed.agreement, [signed.own]);
  const { agreements } = context.records;
  return {
    transfer: { ...transfer, stop: { statement: Buffer.from(bytes).toString('utf8'), id, ...signed.own } },
    also: {
      conditions: [agreements.unchanged(stored)],
      writes: [...kept, agreements.put([agreement.digest], agreement), ...writes],
    },
  };
}
