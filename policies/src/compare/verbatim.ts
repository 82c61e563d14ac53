import type { Policy, Rule } from '../model.js';
import { voidingPair } from './conflict.js';
import { deedKey } from './duties.js';
import { constraintsKey, subjectKey, subjectsKey } from './structure.js';

/** Equal for two rules that say the same in other spelling or order. */
export function ruleKey(rule: Rule): string {
  const { action, target, assignees, constraints, actionRefinements, duties, remedies, declaredOnly } = rule;
  return JSON.stringify([
    action,
    target && subjectKey(target),
    subjectsKey(assignees),
    constraintsKey(constraints),
    constraintsKey(actionRefinements),
    ...[duties, remedies].map((list) => list.map((duty) => [deedKey(duty), constraintsKey(duty.constraints)]).sort()),
    declaredOnly,
  ]);
}

/**
 * Whether a request asks for permissions of the offer as they stand, and repeats its prohibitions: then it is within, however complex
 * they are. Each permission of the offer is asked for once, so that no count is used twice.
 */
export function isVerbatim(request: Policy, offer: Policy): boolean {
  const strategy = request.conflict === offer.conflict || request.conflict === 'prohibit';
  if (!strategy || voidingPair(request) || voidingPair(offer)) return false;
  const whole =
    offer.target === undefined || (request.target && subjectKey(request.target) === subjectKey(offer.target));
  const parties = new Set(offer.assignees?.map(subjectKey));
  const named = request.assignees?.every((each) => parties.has(subjectKey(each))) ?? false;
  if (!whole || (offer.assignees !== undefined && !named)) return false;
  const left = offer.permissions.map(ruleKey);
  for (const rule of request.permissions) {
    const at = left.indexOf(ruleKey(rule));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  const barred = new Set(request.prohibitions.map(ruleKey));
  return offer.prohibitions.every((rule) => barred.has(ruleKey(rule)));
}
