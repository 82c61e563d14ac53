import { type Constraint, factOf, type Policy } from '@causeway/policies';

/** What a permission of an agreement still gives, as far as its own conditions say it outright. */
export interface Left {
  /** Place in the policy, such as `permission/0`. */
  readonly rule: string;
  /** Uses in all, and those that are left. */
  readonly uses?: { readonly limit: number; readonly left: number };
  /** Milliseconds since the epoch: not before the first, and before the second. */
  readonly from?: number;
  readonly until?: number;
}

interface Bounds {
  limit: number;
  from: number;
  until: number;
}

/**
 * What is left of each permission after so many uses of it. Only what must hold of every use counts: a bound in one of several
 * alternatives is none. The words of the policy say the rest.
 */
export function leftOf(policy: Policy, used: (rule: string) => number): Left[] {
  const agreed = policy.timestamp === undefined ? Number.NaN : Date.parse(policy.timestamp);
  return policy.permissions.map(({ rule, constraints }) => {
    const bounds: Bounds = { limit: Infinity, from: -Infinity, until: Infinity };
    for (const constraint of constraints) narrow(bounds, constraint, agreed);
    const { limit, from, until } = bounds;
    return {
      rule,
      ...(Number.isFinite(limit) ? { uses: { limit, left: Math.max(0, limit - used(rule)) } } : {}),
      ...(Number.isFinite(from) ? { from } : {}),
      ...(Number.isFinite(until) ? { until } : {}),
    };
  });
}

function narrow(bounds: Bounds, constraint: Constraint, agreed: number): void {
  if (!('operand' in constraint)) {
    if (constraint.logic === 'and') for (const part of constraint.operands) narrow(bounds, part, agreed);
    return;
  }
  const { operand, operator, value, declaredOnly } = constraint;
  if (declaredOnly || value.type !== 'ordered') return;
  const { low, high } = value;
  const upper = operator === 'lt' || operator === 'lteq' || operator === 'eq';
  const fact = factOf(operand);
  if (fact === 'count' && upper) bounds.limit = Math.min(bounds.limit, operator === 'lt' ? low - 1 : low);
  if (fact === 'dateTime' && upper) bounds.until = Math.min(bounds.until, operator === 'lt' ? low : low + 1);
  if (fact === 'dateTime' && (operator === 'gt' || operator === 'gteq')) bounds.from = Math.max(bounds.from, high);
  if (fact === 'elapsedTime' && upper && !Number.isNaN(agreed)) bounds.until = Math.min(bounds.until, agreed + low);
}
