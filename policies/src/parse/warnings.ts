import { voidingPair } from '../compare/conflict.js';
import type { AtomicConstraint, Constraint, Duty, Policy, Problem, Rule } from '../model.js';
import { operandOf } from '../odrl/operands.js';

/** What is well formed as a whole and probably not meant: duties without end, counts without period, a policy that voids itself. */
export function warnOf(policy: Policy): Problem[] {
  const rules = [...policy.permissions, ...policy.prohibitions];
  // A precondition needs none: it is owed until the use it stands before.
  const duties = [
    ...policy.obligations,
    ...rules.flatMap((rule) => [...rule.duties.flatMap((duty) => duty.consequences), ...rule.remedies]),
  ];
  return [...rules.flatMap(unlimitedCount), ...duties.flatMap(endless), ...voided(policy)];
}

function* atomsOf(constraints: readonly Constraint[]): Generator<AtomicConstraint> {
  for (const each of constraints) {
    if ('operand' in each) yield each;
    else yield* atomsOf(each.operands);
  }
}

/** “Ten uses”, but in what time? Without one the tenth may come in ten years. */
function unlimitedCount(rule: Rule): Problem[] {
  const atoms = [...atomsOf([...rule.constraints, ...rule.actionRefinements])];
  const count = atoms.find(({ operand }) => operand === 'count');
  if (count === undefined || atoms.some(isTime)) return [];
  const message = 'the uses are counted without a period: add an end (dateTime lt …) or an interval';
  return [{ path: count.path, code: 'COUNT_WITHOUT_PERIOD', message }];
}

function endless(duty: Duty): Problem[] {
  const atoms = [...atomsOf([...duty.constraints, ...duty.actionRefinements])];
  const later = duty.consequences.flatMap(endless);
  if (atoms.some((atom) => isTime(atom) || atom.operand === 'event')) return later;
  const message = `nothing says until when ${duty.action} is owed, so it is never late: add dateTime lt … or elapsedTime lteq …`;
  return [{ path: duty.path, code: 'DUTY_WITHOUT_DEADLINE', message }, ...later];
}

function isTime({ operand }: AtomicConstraint): boolean {
  const scale = operandOf(operand)?.scale;
  return scale === 'instant' || scale === 'duration';
}

function voided(policy: Policy): Problem[] {
  const pair = voidingPair(policy);
  if (!pair) return [];
  const [permission, prohibition] = pair;
  const message = `it conflicts with ${permission.path}, and without odrl:conflict a conflict voids the policy: say prohibit`;
  return [
    { path: prohibition.path, code: 'POLICY_VOID', message, suggestion: '{"odrl:conflict":{"@id":"odrl:prohibit"}}' },
  ];
}
