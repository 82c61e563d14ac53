import type { Asset, Constraint, OrderedValue, Party, Policy, Rule } from '../model.js';
import { operandOf } from '../odrl/operands.js';
import { atomsOf, constraintsOf } from './parts.js';

/**
 * Two policies none of whose times has a zone, on one clock: whatever the zone is, it is the same for both, so their times are compared
 * as they stand. Where a single time has one, those without stay spans of 28 hours, and what depends on them is unknown.
 */
export function onOneClock(left: Policy, right: Policy): readonly [left: Policy, right: Policy] {
  const times = [left, right].flatMap(constraintsOf).flatMap(atomsOf).flatMap(timeOf);
  if (times.length === 0 || times.some(({ low, high }) => low === high)) return [left, right];
  return [localised(left), localised(right)];
}

function timeOf(atom: {
  readonly operand: string;
  readonly value: { readonly type: string };
}): readonly OrderedValue[] {
  const { operand, value } = atom;
  return operandOf(operand)?.scale === 'instant' && isOrdered(value) ? [value] : [];
}

function isOrdered(value: { readonly type: string }): value is OrderedValue {
  return value.type === 'ordered';
}

function localised(policy: Policy): Policy {
  return {
    ...policy,
    ...subjects(policy),
    permissions: policy.permissions.map(localRule),
    prohibitions: policy.prohibitions.map(localRule),
  };
}

function localRule(rule: Rule): Rule {
  return {
    ...rule,
    ...subjects(rule),
    actionRefinements: rule.actionRefinements.map(local),
    constraints: rule.constraints.map(local),
    duties: rule.duties.map((duty) => ({ ...duty, constraints: duty.constraints.map(local) })),
  };
}

function subjects({ target, assignees }: { readonly target?: Asset; readonly assignees?: readonly Party[] }) {
  const refined = <T extends Asset | Party>(of: T): T => ({ ...of, refinements: of.refinements.map(local) });
  return {
    ...(target ? { target: refined(target) } : {}),
    ...(assignees ? { assignees: assignees.map(refined) } : {}),
  };
}

function local(constraint: Constraint): Constraint {
  if (!('operand' in constraint)) return { ...constraint, operands: constraint.operands.map(local) };
  const [value] = timeOf(constraint);
  if (!value) return constraint;
  const middle = value.low + (value.high - value.low) / 2;
  return { ...constraint, value: { ...value, low: middle, high: middle } };
}
