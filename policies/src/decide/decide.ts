import type { DecideOptions, Decision, DecisionRequest, Facts, Reason, Reservation } from '../model.js';
import { type ActionTerm, actionOf } from '../odrl/actions.js';
import { termOf } from '../odrl/terms.js';
import type { CompiledPolicy, CompiledRule } from './compile.js';
import type { Situation } from './condition.js';
import { explainCondition, prohibited, reason, unmatched } from './explain.js';

const kinds = { agreement: 'Agreement', offer: 'Offer', set: 'Set' } as const;

/**
 * Decides one request under one agreement (ODRL 2.2 Information Model, 2.7 to 2.10). Denies by default: what is not known is not
 * permitted, and an undecided prohibition prohibits.
 *
 * A request for an action is about that action itself: prohibiting `distribute` bars `distribute` and what is included in it, and
 * not the `use` it is included in.
 *
 * @param options `as` must be named for anything but an Agreement: an offer is not a grant.
 */
export function decide(
  compiled: CompiledPolicy,
  request: DecisionRequest,
  facts: Facts,
  options: DecideOptions = {},
): Decision {
  const { policy } = compiled;
  const as = options.as ?? 'agreement';
  if (policy.kind !== kinds[as]) return deny(reason('NOT_A_GRANT', '', { kind: policy.kind, as: kinds[as] }));
  if (compiled.voided) {
    const [permission, prohibition] = compiled.voided;
    return deny(reason('POLICY_VOID', prohibition.path, { with: permission.path }));
  }
  const action = actionOf(request.action) ?? actionOf(termOf(request.action));
  if (action === undefined) return deny(reason('ACTION_UNKNOWN', '', { action: request.action }));
  const malformed = malformedFact(request, facts);
  if (malformed !== undefined) return deny(reason('FACT_MALFORMED', '', { fact: malformed }));

  // A use for several purposes is permitted when it is for each of them.
  const purposes = facts.purpose?.length ? facts.purpose : [undefined];
  const reserve: Reservation[] = [];
  let granted: CompiledRule | undefined;
  for (const purpose of purposes) {
    const found = permissionFor(compiled, action, request, facts, purpose);
    if ('reasons' in found) return { permit: false, reasons: found.reasons, reserve: [] };
    granted ??= found.rule;
    if (found.reservation) add(reserve, found.reservation);
  }
  return { permit: true, reasons: [], reserve, ...(granted ? { rule: granted.rule.rule } : {}) };
}

function deny(...reasons: Reason[]): Decision {
  return { permit: false, reasons, reserve: [] };
}

function malformedFact(request: DecisionRequest, facts: Facts): string | undefined {
  if (!Number.isSafeInteger(facts.now)) return 'now';
  if (typeof request.assignee !== 'string' || request.assignee === '') return 'assignee';
  if (facts.assignee !== undefined && facts.assignee !== request.assignee) return 'assignee';
  if (typeof request.target !== 'string' || request.target === '') return 'target';
  if (facts.purpose?.some((purpose) => typeof purpose !== 'string' || purpose === '')) return 'purpose';
  return undefined;
}

type Found =
  | { readonly rule: CompiledRule; readonly reservation?: Reservation }
  | { readonly reasons: readonly Reason[] };

function permissionFor(
  { policy, permissions, prohibitions }: CompiledPolicy,
  action: ActionTerm,
  request: DecisionRequest,
  facts: Facts,
  purpose: string | undefined,
): Found {
  if (policy.conflict !== 'perm') {
    const situation: Situation = { now: facts.now, use: undefined, purpose };
    for (const each of prohibitions) {
      if (!applies(each, action, request)) continue;
      const truth = each.condition(situation);
      if (truth !== false) return { reasons: [prohibited(each, situation, truth)] };
    }
  }
  let least: readonly Reason[] | undefined;
  let fresh: Found | undefined;
  for (const each of permissions) {
    if (!applies(each, action, request)) continue;
    const situation: Situation = { now: facts.now, use: each.steps && useNumber(each, facts), purpose };
    if (each.condition(situation) === true) {
      if (!each.steps || facts.reserved?.(each.rule.rule)) return { rule: each };
      fresh ??= { rule: each, reservation: reservationFor(each, each.steps, situation) };
      // A use is reserved under another rule only where none that has it grants it.
      if (!facts.reserved) return fresh;
    }
    if (fresh) continue;
    const reasons = explainCondition(each, situation);
    if (least === undefined || reasons.length < least.length) least = reasons;
  }
  return fresh ?? { reasons: least ?? [unmatched(permissions, action, request)] };
}

function applies(each: CompiledRule, action: ActionTerm, { target, assignee }: DecisionRequest): boolean {
  return each.actions.has(action) && each.covers(target) && each.names(assignee);
}

/** Counting from one. A use reserved under this rule is among those counted. */
function useNumber({ rule }: CompiledRule, facts: Facts): number | undefined {
  const used = facts.counts?.(rule.rule);
  if (used === undefined || !Number.isSafeInteger(used) || used < 0) return undefined;
  return facts.reserved?.(rule.rule) ? Math.max(used, 1) : used + 1;
}

/** How many uses may be stored while everything but the count stays as it is. */
function reservationFor(
  { rule, condition }: CompiledRule,
  steps: readonly number[],
  situation: Situation,
): Reservation {
  const end = steps.find((use) => use > (situation.use ?? 0) && condition({ ...situation, use }) !== true);
  return { rule: rule.rule, limit: end === undefined ? Number.MAX_SAFE_INTEGER : end - 1 };
}

function add(reserve: Reservation[], found: Reservation): void {
  const at = reserve.findIndex(({ rule }) => rule === found.rule);
  const other = reserve[at];
  if (other === undefined) reserve.push(found);
  else if (found.limit < other.limit) reserve[at] = found;
}
