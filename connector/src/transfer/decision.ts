import { canonicalJson, type Digest, digestOf } from '@causeway/evidence';
import {
  type CompiledPolicy,
  compile,
  type Decision,
  type DecisionRequest,
  decide,
  type Facts,
  type Policy,
  recordDecision,
} from '@causeway/policies';
import type { ControlContext } from '../control.js';
import { transferFacts } from '../facts/table.js';
import { within } from '../facts/within.js';
import type { Agreement, DecisionRecord, JsonObject, Transfer } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';
import { type OwnReason, reason, refusal } from '../reasons.js';
import type { Records } from '../records.js';

/** What decisions are taken with. */
export type DecisionContext = Pick<ControlContext, 'records' | 'factsFor'>;

/** What a provider found when it decided on a transfer. */
export interface Judged {
  readonly request: DecisionRequest;
  readonly facts: Facts;
  readonly decision: Decision;
  /** When the same question may have another answer by time alone, milliseconds since the epoch; absent: never. */
  readonly until?: number;
}

/**
 * Decides whether a transfer may stream under its agreement. A transfer names no action: it may be for anything the
 * agreement permits, so the broadest action that is permitted now is the one decided on.
 *
 * @param reserved at an opening: the rules under which this transfer has its use. What grants the opening without another
 *   reservation comes first then, and a decision that asks for one is for the caller to refuse.
 * @param attestedAt for a look ahead: what is attested is taken as it is now, since a peer shows newer tokens as it goes
 * @throws ConnectorError POLICY_INVALID
 */
export async function judgeTransfer(
  { records, factsFor }: DecisionContext,
  agreement: Agreement,
  transfer: Transfer,
  now: number,
  reserved?: readonly string[],
  attestedAt: number = now,
): Promise<Judged> {
  const compiled = compiledOf(agreement);
  const { policy } = compiled;
  const used = await usesOf(records, agreement.digest, policy);
  const attested = (await factsFor?.(transfer.peer, attestedAt)) ?? { values: {} };
  const dataset = (await records.datasets.get(agreement.dataset))?.value;
  const { peer, purpose, format } = transfer;
  const facts: Facts = {
    now,
    assignee: peer,
    values: transferFacts({
      ...{ peer, attested, now, format },
      ...(policy.timestamp === undefined ? {} : { agreed: policy.timestamp }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(dataset === undefined ? {} : { dataset }),
    }),
    within,
    counts: (rule) => used.get(rule) ?? 0,
    ...(reserved === undefined ? {} : { reserved: (rule) => reserved.includes(rule) }),
  };
  const actions = new Set(['use', ...policy.permissions.flatMap(({ action }) => action ?? [])]);
  const judged = [...actions].map((action): Judged => {
    const request = { action, target: agreement.dataset, assignee: peer };
    const decision = decide(compiled, request, facts);
    const until = earliest(decision.until, attested.until);
    return { request, facts, decision, ...(until === undefined ? {} : { until }) };
  });
  const permitted = judged.filter(({ decision }) => decision.permit);
  const covered = reserved && permitted.find(({ decision }) => decision.reserve.length === 0);
  const granted = covered ?? permitted[0];
  // Whatever it is for, a transfer is a use: one that is prohibited is not saved by a permission of something narrower.
  const barred = judged[0]?.decision.reasons.some(({ code }) => code.startsWith('PROHIBI')) === true;
  if (granted !== undefined && !barred) return granted;
  const [denied] = judged;
  if (denied === undefined) throw refusal('POLICY_DENIED', 'The agreement permits nothing.');
  // Any of the actions may be the one that is permitted next.
  const until = earliest(...judged.map((one) => one.until));
  return { ...denied, ...(until === undefined ? {} : { until }) };
}

function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

// INVARIANT: an agreement's digest is over its policy, so what was compiled under a digest never changes.
const compiledPolicies = new Map<Digest, CompiledPolicy>();
const compiledKept = 256;

/**
 * Every opening of a stream decides twice under the same agreement.
 * @throws ConnectorError POLICY_INVALID
 */
export function compiledOf({ digest, policy }: Pick<Agreement, 'digest' | 'policy'>): CompiledPolicy {
  const known = compiledPolicies.get(digest);
  const compiled = known ?? compileTerms(policy);
  // Taken out and put back, one in use moves to the young end.
  compiledPolicies.delete(digest);
  compiledPolicies.set(digest, compiled);
  for (const oldest of compiledPolicies.keys()) {
    if (compiledPolicies.size <= compiledKept) break;
    compiledPolicies.delete(oldest);
  }
  return compiled;
}

function compileTerms(json: JsonObject): CompiledPolicy {
  const policy = readTerms(json, 'Agreement');
  if (isReason(policy)) throw refusal('POLICY_INVALID', policy.en, policy.zh);
  return compile(policy);
}

async function usesOf(records: Records, agreement: Digest, policy: Policy): Promise<Map<string, number>> {
  const rules = policy.permissions.map((permission) => permission.rule);
  const counts = await Promise.all(rules.map((rule) => records.counts.get(agreement, rule)));
  return new Map(rules.map((rule, index) => [rule, counts[index]?.value.used ?? 0]));
}

/** Why a decision denies, in one reason. */
export function denial(decision: Decision): OwnReason {
  const { reasons } = decision;
  return reason(
    'POLICY_DENIED',
    reasons.map((one) => one.en).join('; ') || 'The agreement does not permit it.',
    reasons.map((one) => one.zh).join('；') || '合约不允许。',
  );
}

/**
 * The record by which an auditor takes the same decision again: policy digest, request, facts with their source, engine, verdict (see
 * `replayDecision` of the policies).
 */
export function decisionRecord(agreement: Agreement, transfer: Transfer, judged: Judged): DecisionRecord {
  const record = canonicalJson({
    ...recordDecision({ policy: compiledOf(agreement).policy, ...judged }),
    agreement: agreement.digest,
    policy: digestOf(canonicalJson(agreement.policy)),
    transfer: transfer.pid,
  });
  return { digest: digestOf(record), record, transfer: transfer.pid };
}
