import {
  type Digest,
  parseStatement,
  saltOf,
  stoppingLimits,
  type TransferStopStatement,
  writeStatement,
} from '@causeway/evidence';
import type { Commit, Stored } from '@causeway/platform';
import { type ControlContext, instant } from '../control.js';
import { objectMember, textMember } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import { demandEnvelope, evidence } from '../exchange/end-of-transfer.js';
import { signNext } from '../logging/sign-next.js';
import type { Agreement, DecisionRecord, JsonObject, Reason, Transfer } from '../model.js';
import { cut } from '../negotiation/agreement-end.js';
import { finalReason, refusal } from '../reasons.js';
import { toPeer } from './act.js';

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

/**
 * What a consumer keeps of its provider's word that a transfer was stopped. It proves the end to others and decides nothing, so
 * a word that does not verify is left out, and the transfer is terminated all the same.
 */
export async function learnStop(
  context: ControlContext,
  transfer: Transfer,
  message: JsonObject,
): Promise<{ transfer: Transfer; also: Commit } | undefined> {
  const said = objectMember(message, extension.transferStop);
  if (transfer.role !== 'consumer' || transfer.stop !== undefined || said === undefined) return undefined;
  const { agreements } = context.records;
  const stored = await agreements.get(transfer.agreement);
  if (stored === undefined) return undefined;
  try {
    const stop = await verifiedStop(context, transfer, said);
    const { envelope, keyStatement } = stop;
    const { agreement, writes } = context.evidence.queue(stored.value, [{ envelope, keyStatement }]);
    return {
      transfer: { ...transfer, stop },
      also: {
        conditions: [agreements.unchanged(stored)],
        writes: [agreements.put([agreement.digest], agreement), ...writes],
      },
    };
  } catch (error) {
    context.events.refused(`the stop of ${transfer.pid}`, transfer.peer, finalReason(error), error);
    return undefined;
  }
}

/** @throws ConnectorError EVIDENCE_INVALID */
async function verifiedStop(
  { identity }: ControlContext,
  { agreement, peer, peerPid, start }: Transfer,
  said: JsonObject,
): Promise<NonNullable<Transfer['stop']>> {
  const text = textMember(said, 'statement') ?? '';
  const { statement, id } = evidence(() => parseStatement(text));
  const right =
    statement.type === 'transfer-stop' &&
    statement.agreement === agreement &&
    statement.transfer === peerPid &&
    (start === undefined || statement.start === start.id);
  if (!right) throw refusal('EVIDENCE_INVALID', 'Expected a statement that stops this transfer; got another.');
  const signed = { envelope: textMember(said, 'envelope') ?? '', keyStatement: textMember(said, 'keyStatement') ?? '' };
  const at = Date.parse(statement.time);
  const expected = { type: 'transfer-stop', statement: id, agreement, signer: peer, at } as const;
  await demandEnvelope(signed, expected, identity.trust.authorities);
  return { statement: text, id, ...signed };
}

async function signedStop(
  context: ControlContext,
  transfer: Transfer,
  stored: Stored<Agreement>,
  start: Digest,
  { by, why, decision, at }: Stop,
  kept: Commit['writes'],
): Promise<{ transfer: Transfer; also: Commit }> {
  const told = toPeer(why);
  const statement: TransferStopStatement = {
    version: '1',
    type: 'transfer-stop',
    agreement: transfer.agreement,
    transfer: transfer.pid,
    start,
    by,
    ...(decision === undefined ? {} : { decision: decision.digest }),
    code: cut(told.code, stoppingLimits.code),
    reason: cut(told.en, stoppingLimits.reason),
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
