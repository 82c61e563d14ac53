import { digestOf, type StartStatement, saltOf, signEnvelope, statementBytes } from '@causeway/evidence';
import type { Commit, Stored } from '@causeway/platform';
import { type ControlContext, instant } from '../control.js';
import { breachOf } from '../duties/breach.js';
import { termsOf } from '../duties/terms.js';
import type { Agreement, Dataset, Transfer } from '../model.js';
import type { Stamp } from '../process/act.js';
import type { Next } from '../process/work.js';
import { finalReason, refusal } from '../reasons.js';
import { intendTermination, makeStart } from './act.js';
import { decisionRecord, denial, judgeTransfer } from './decision.js';
import { reserve } from './uses.js';

/**
 * Provider: decides on a transfer request and, in one commit, reserves the use, keeps the decision, signs and queues the
 * start statement and moves to STARTED. A refusal ends the transfer with its reason and takes no use.
 */
export async function startTransfer(
  context: ControlContext,
  stored: Stored<Transfer>,
  stamp: Stamp,
): Promise<Next<Transfer>> {
  try {
    return await start(context, stored.value, stamp);
  } catch (error) {
    return intendTermination(stored.value, finalReason(error), stamp);
  }
}

async function start(context: ControlContext, transfer: Transfer, stamp: Stamp): Promise<Next<Transfer>> {
  const { records } = context;
  const agreement = await inForce(context, transfer);
  const dataset = (await records.datasets.get(transfer.dataset))?.value;
  if (dataset === undefined) throw refusal('SOURCE_UNREADABLE', `Dataset ${transfer.dataset} is not here any more.`);

  const breach = await breachOf(records, termsOf, agreement.value, stamp.at);
  if (breach !== undefined) return intendTermination(transfer, breach, stamp);

  const judged = await judgeTransfer(records, agreement.value, transfer, stamp.at);
  const { decision } = judged;
  if (!decision.permit) return intendTermination(transfer, denial(decision), stamp);
  const kept = decisionRecord(agreement.value, transfer, judged);
  const reservation = await reserve(records, agreement.value.digest, transfer.pid, decision.reserve, stamp.at);

  const statement = statementBytes(startStatement(context, transfer, dataset, kept.digest, stamp.at));
  const id = digestOf(statement);
  const { signing } = context.identity;
  const envelope = await signEnvelope(
    {
      version: '1',
      type: 'transfer-start',
      statement: id,
      agreement: agreement.value.digest,
      sequence: String(agreement.value.sequence),
      signer: context.identity.id,
    },
    signing,
  );
  const signed = { envelope, keyStatement: signing.keyStatement };
  const numbered: Agreement = { ...agreement.value, sequence: agreement.value.sequence + 1 };
  const queued = context.evidence.queue(numbered, [signed]);
  const started: Transfer = {
    ...transfer,
    uses: decision.reserve.map(({ rule }) => rule),
    start: { statement: Buffer.from(statement).toString('utf8'), id, ...signed },
  };
  return {
    ...makeStart(started, stamp),
    also: {
      conditions: [...(reservation.conditions ?? []), records.agreements.unchanged(agreement)],
      writes: [
        ...reservation.writes,
        records.decisions.put([kept.digest], kept),
        records.agreements.put([queued.agreement.digest], queued.agreement),
        ...queued.writes,
      ],
    } satisfies Commit,
  };
}

/** @throws ConnectorError AGREEMENT_INVALID when it is not in force */
async function inForce(context: ControlContext, transfer: Transfer): Promise<Stored<Agreement>> {
  const stored = await context.records.agreements.get(transfer.agreement);
  if (stored?.value.finalized !== undefined) return stored;
  throw refusal('AGREEMENT_INVALID', `Agreement ${transfer.agreement} is not in force.`);
}

function startStatement(
  context: ControlContext,
  transfer: Transfer,
  dataset: Dataset,
  decision: StartStatement['decision'],
  at: number,
): StartStatement {
  return {
    version: '1',
    type: 'transfer-start',
    agreement: transfer.agreement,
    transfer: transfer.pid,
    consumerPid: transfer.peerPid ?? '',
    dataset: dataset.id,
    datasetVersion: dataset.source.version,
    size: String(dataset.source.bytes),
    ...(transfer.purpose === undefined ? {} : { purpose: transfer.purpose }),
    decision,
    time: instant(at),
    salt: saltOf(context.random.bytes(16)),
  };
}
