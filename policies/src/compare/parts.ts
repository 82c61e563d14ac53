import type { AtomicConstraint, Constraint, Policy } from '../model.js';

export function atomsOf(constraint: Constraint): readonly AtomicConstraint[] {
  return 'operand' in constraint ? [constraint] : constraint.operands.flatMap(atomsOf);
}

/** Every constraint of a policy's rules, and of whom and what they are about. */
export function constraintsOf(policy: Policy): readonly Constraint[] {
  const rules = [...policy.permissions, ...policy.prohibitions];
  const subjects = [...[policy, ...rules].flatMap((each) => [each.target ?? [], each.assignees ?? []].flat())];
  return [
    ...subjects.flatMap(({ refinements }) => refinements),
    ...rules.flatMap(({ constraints, actionRefinements }) => [...constraints, ...actionRefinements]),
    ...rules.flatMap(({ duties }) => duties.flatMap(({ constraints }) => constraints)),
  ];
}

/** Whether anything of it is agreed without being enforced. Obligations are compared apart from the rules. */
export function declaresOnly(policy: Policy): boolean {
  const rules = [...policy.permissions, ...policy.prohibitions];
  return (
    rules.some(({ declaredOnly, duties }) => declaredOnly || duties.some((duty) => duty.declaredOnly)) ||
    constraintsOf(policy).some((constraint) => atomsOf(constraint).some((atom) => atom.declaredOnly === true))
  );
}
