import { parseStatement } from '@causeway/evidence';
import { type ControlContext, stampOf } from '../control.js';
import { httpPull } from '../dsp/vocabulary.js';
import type { Agreement, DecisionRecord, Reason, Transfer } from '../model.js';
import { demandInForce, endedReason } from '../negotiation/agreement-end.js';
import type { Processes } from '../process/processes.js';
import { unparked } from '../process/record.js';
import type { Next } from '../process/work.js';
import { finalReason, type OwnReason, reason } from '../reasons.js';
import { intendCompletion, intendResumption, intendSuspension, intendTermination } from './act.js';
import { type DecisionContext, decisionRecord, denial, type Judged, judgeTransfer } from './decision.js';
import { stopped } from './stop.js';

/** Whether a transfer that was started may go on, by all that is known now. */
export type Standing =
  | { readonly permit: true; readonly agreement: Agreement; readonly until?: number }
  | {
      readonly permit: false;
      readonly why: OwnReason;
      readonly decision?: DecisionRecord;
      /** When the policy permits it again by time alone; absent: never, as far as anybody knows. */
      readonly again?: number;
    };

/** Boundaries of a policy looked at for one behind which it permits again. */
const mostBoundaries = 100;

/**
 * Decides again on a transfer that was started, without reserving: at each opening of its stream, and amid one whenever a fact
 * changes.
 *
 * @throws StoreError
 */
export async function standingOf(context: DecisionContext, transfer: Transfer, now: number): Promise<Standing> {
  try {
    const agreement = (await context.records.agreements.get(transfer.agreement))?.value;
    demandInForce(agreement, transfer.agreement);
    const judge = (at: number): Promise<Judged> =>
      judgeTransfer(context, agreement, transfer, at, transfer.uses ?? [], now);
    const judged = await judge(now);
    const why = refusalOf(transfer, judged);
    const until = judged.until === undefined ? {} : { until: judged.until };
    if (why === undefined) return { permit: true, agreement, ...until };
    const again = await permittedFrom(transfer, judge, judged);
    const decision = decisionRecord(agreement, transfer, judged);
    return { permit: false, why, decision, ...(again === undefined ? {} : { again }) };
  } catch (error) {
    // I3: what cannot be decided is denied.
    return { permit: false, why: finalReason(error) };
  }
}

function refusalOf(transfer: Transfer, { decision }: Judged): OwnReason | undefined {
  // INVARIANT: nothing is opened on a use that was not reserved when the transfer started.
  const [unreserved] = decision.reserve;
  if (unreserved !== undefined) {
    const words = `Transfer ${transfer.pid} reserved no use under ${unreserved.rule}: ask for another transfer.`;
    return reason('POLICY_DENIED', words, '此传输开始时未预留使用次数，请另行请求传输。');
  }
  return decision.permit ? undefined : denial(decision);
}

async function permittedFrom(
  transfer: Transfer,
  judge: (at: number) => Promise<Judged>,
  denied: Judged,
): Promise<number | undefined> {
  let at = denied.until;
  for (let looked = 0; at !== undefined && looked < mostBoundaries; looked++) {
    const judged = await judge(at);
    if (refusalOf(transfer, judged) === undefined) return at;
    at = judged.until;
  }
  return undefined;
}

/**
 * What is done about one transfer that runs, or was suspended: a provider goes by the policy, a consumer ends what its
 * agreement no longer covers. Answers the instant at which to look again.
 *
 * A transfer that the policy permits again at a known time is suspended until then; whatever else denies it terminates it.
 */
export function usageLook(
  context: ControlContext,
  processes: Processes<Transfer>,
): (pid: string) => Promise<number | undefined> {
  return async (pid) => {
    if ((await processes.get(pid)) === undefined) return undefined;
    let again: number | undefined;
    await processes.change(pid, async ({ value }) => {
      again = undefined;
      const ended = value.state === 'COMPLETED' || value.state === 'TERMINATED';
      if (ended || (value.intent !== undefined && value.parked === undefined)) return undefined;
      const { next, due } = await looked(context, unparked(value));
      again = due;
      return next;
    });
    return again;
  };
}

interface Looked {
  readonly next?: Next<Transfer>;
  readonly due?: number;
}

async function looked(context: ControlContext, transfer: Transfer): Promise<Looked> {
  const at = context.clock.now();
  if (transfer.role === 'consumer') {
    // Whole, and signed for while it was permitted: there is nothing to stop.
    if (transfer.end !== undefined) return {};
    const agreement = (await context.records.agreements.get(transfer.agreement))?.value;
    const why = agreement && endedReason(agreement);
    return why === undefined ? {} : { next: await terminating(context, transfer, why) };
  }
  if (transfer.state === 'REQUESTED') return {};
  const standing = await standingOf(context, transfer, at);
  const stamp = stampOf(context, at);
  const held = transfer.state === 'SUSPENDED' && transfer.heldUntil !== undefined;
  if (standing.permit) {
    const over = standing.agreement.theirs === undefined ? sentWhole(context, transfer, at) : undefined;
    if (over !== undefined && over <= at) return { next: intendCompletion(transfer, stamp) };
    const first = Math.min(standing.until ?? Number.POSITIVE_INFINITY, over ?? Number.POSITIVE_INFINITY);
    const due = Number.isFinite(first) ? { due: first } : {};
    if (!held) return due;
    return { next: intendResumption(transfer, stamp), ...due };
  }
  // Every byte has left, and says so: only its receipt is missing, and no stream opens for more.
  if (transfer.end !== undefined) return {};
  const { why, again, decision } = standing;
  if (again === undefined) return { next: await terminating(context, transfer, why, decision) };
  if (transfer.state !== 'STARTED') return { due: again };
  return { next: holding(intendSuspension(transfer, why, stamp), again), due: again };
}

/**
 * When the provider ends a transfer by itself that has been sent whole, to a consumer that signs nothing: over `HttpData-PULL` no
 * receipt says that it arrived, and not every connector completes. Until then what was lost on the way can be fetched again.
 */
function sentWhole({ lingerMs, streaming }: ControlContext, transfer: Transfer, at: number): number | undefined {
  const { format, end, state, pid } = transfer;
  if (format !== httpPull || end === undefined || state !== 'STARTED') return undefined;
  const { statement } = parseStatement(end.statement);
  const over = Date.parse(statement.time) + lingerMs;
  // Somebody is at it again.
  return over <= at && streaming(pid) ? at + lingerMs : over;
}

function holding(next: Next<Transfer>, heldUntil: number): Next<Transfer> {
  return { ...next, record: { ...next.record, heldUntil } };
}

/**
 * Our own termination of a transfer, with the provider's signed word that it was stopped.
 *
 * @throws ConnectorError STATE_INVALID
 */
export async function terminating(
  context: ControlContext,
  transfer: Transfer,
  why: Reason,
  decision?: DecisionRecord,
): Promise<Next<Transfer>> {
  const at = context.clock.now();
  const by = context.identity.id;
  const stop = await stopped(context, transfer, { by, why, at, ...(decision === undefined ? {} : { decision }) });
  return { ...intendTermination(stop.transfer, why, stampOf(context, at)), also: stop.also };
}
