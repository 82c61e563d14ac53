import { type StartStatement, saltOf, writeStatement } from '@causeway/evidence';
import type { Commit, Stored } from '@causeway/platform';
import { type ControlContext, instant } from '../control.js';
import { breachOf } from '../duties/breach.js';
import { termsOf } from '../duties/terms.js';
import { signNext } from '../logging/sign-next.js';
import type { Agreement, Dataset, Transfer } from '../model.js';
import { demandInForce } from '../negotiation/agreement-end.js';
import { belowFloor } from '../negotiation/terms.js';
import type { Stamp } from '../process/act.js';
import type { Next } from '../process/work.js';
import { finalReason, refusal } from '../reasons.js';
import { intendTermination, makeStart } from './act.js';
import { compiledOf, decisionRecord, denial, judgeTransfer } from './decision.js';
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

  // Its owner may have raised it since: what was agreed for data of a lower level does not carry it any more.
  const low = belowFloor(compiledOf(agreement.value).policy, dataset);
  if (low !== undefined) return intendTermination(transfer, low, stamp);

  const breach = await breachOf(records, termsOf, agreement.value, stamp.at);
  if (breach !== undefined) return intendTermination(transfer, breach, stamp);

  const judged = await judgeTransfer(context, agreement.value, transfer, stamp.at);
  const { decision } = judged;
  if (!decision.permit) return intendTermination(transfer, denial(decision), stamp);
  const kept = decisionRecord(agreement.value, transfer, judged);
  const reservation = await reserve(records, agreement.value.digest, transfer.pid, decision.reserve, stamp.at);
  // Others were faster: what they left is decided on, and refused in the policy's own words.
  if (reservation === undefined) return start(context, transfer, stamp);

  const { bytes, id } = writeStatement(startStatement(context, transfer, dataset, kept.digest, stamp.at));
  const { agreement: numbered, own } = await signNext(context.identity, agreement.value, 'transfer-start', id);
  const queued = context.evidence.queue(numbered, [own]);
  const started: Transfer = {
    ...transfer,
    uses: decision.reserve.map(({ rule }) => rule),
    start: { statement: Buffer.from(bytes).toString('utf8'), id, ...own },
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

/** @throws ConnectorError AGREEMENT_INVALID, AGREEMENT_ENDED */
async function inForce(context: ControlContext, transfer: Transfer): Promise<Stored<Agreement>> {
  const stored = await context.records.agreements.get(transfer.agreement);
  demandInForce(stored?.value, transfer.agreement);
  if (stored === undefined) throw new TypeError('expected an agreement in force to be stored');
  return stored;
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
    ...(transfer.unbound ? { token: 'unbound' as const } : {}),
    decision,
    time: instant(at),
    salt: saltOf(context.random.bytes(16)),
  };
}
