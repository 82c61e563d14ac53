import type { Asset, AtomicConstraint, Constraint, Duty, Party } from '../model.js';

/**
 * The meaning of a part of a policy as text, equal for two parts that say the same in other spelling or order. Two that differ may
 * still mean the same: nothing is concluded from a difference alone.
 */
export function constraintKey(constraint: Constraint): string {
  if ('operand' in constraint) return atomKey(constraint);
  const parts = constraint.operands.map(constraintKey);
  return JSON.stringify([constraint.logic, constraint.logic === 'andSequence' ? parts : parts.sort()]);
}

function atomKey({ operand, operator, value, unit, source, declaredOnly }: AtomicConstraint): string {
  const right = value.type === 'ordered' ? [value.low, value.high] : value.terms.map(({ text }) => text).sort();
  return JSON.stringify([operand, operator, right, unit, source, declaredOnly === true]);
}

export function constraintsKey(constraints: readonly Constraint[]): string {
  return JSON.stringify(constraints.map(constraintKey).sort());
}

export function subjectKey({ id, collection, refinements }: Asset | Party): string {
  return JSON.stringify([id, collection, constraintsKey(refinements)]);
}

export function subjectsKey(subjects: readonly (Asset | Party)[] | undefined): string {
  return subjects === undefined ? '' : JSON.stringify(subjects.map(subjectKey).sort());
}

/** What a duty asks to be done, to what, by and for whom: all but its constraints and what follows when it is not kept. */
export function taskKey(duty: Duty): string {
  const { action, actionRefinements, target, assigner, assignees, functions, nextPolicy } = duty;
  const others = (functions ?? []).map((each) => JSON.stringify([each.function, subjectsKey(each.parties)])).sort();
  return JSON.stringify([
    action,
    constraintsKey(actionRefinements),
    target && subjectKey(target),
    assigner,
    subjectsKey(assignees),
    others,
    nextPolicy,
  ]);
}
