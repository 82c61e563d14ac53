import type { Constraint, Policy } from '@causeway/policies';

/** The first instant after `at` (milliseconds since the epoch) at which time alone may change what a policy says. */
export function nextInstant(policy: Policy, at: number): number | undefined {
  const later = [...policy.permissions, ...policy.prohibitions]
    .flatMap(({ constraints }) => constraints.flatMap(instantsOf))
    .filter((instant) => instant > at);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** With the millisecond behind each: `lteq` and `gt` change there. */
function instantsOf(constraint: Constraint): number[] {
  if ('logic' in constraint) return constraint.operands.flatMap(instantsOf);
  if (constraint.operand !== 'dateTime' || constraint.value.instant === undefined) return [];
  return [constraint.value.instant, constraint.value.instant + 1];
}
