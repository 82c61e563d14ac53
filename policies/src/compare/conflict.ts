import type { Policy, Rule } from '../model.js';
import { Budget, TooComplex } from './budget.js';
import { Universe } from './universe.js';

export type VoidingPair = readonly [permission: Rule, prohibition: Rule];

const judged = new WeakMap<Policy, { readonly pair: VoidingPair | undefined }>();

/**
 * Under the strategy `invalid`, ODRL's default, one conflict voids the whole policy. A permission and a prohibition conflict
 * unless no request under any facts meets both; what cannot be proven apart counts as a conflict. Returns the first such pair.
 * Found once for a policy.
 */
export function voidingPair(policy: Policy): VoidingPair | undefined {
  const known = judged.get(policy);
  if (known) return known.pair;
  const pair = findVoidingPair(policy, new Budget());
  judged.set(policy, { pair });
  return pair;
}

/** INVARIANT: all pairs are paid out of one budget, since a stranger chooses how many there are. */
export function findVoidingPair(policy: Policy, budget: Budget): VoidingPair | undefined {
  const permissions = policy.permissions.filter(({ declaredOnly }) => !declaredOnly);
  const prohibitions = policy.prohibitions.filter(({ declaredOnly }) => !declaredOnly);
  const [permission, prohibition] = [permissions[0], prohibitions[0]];
  if (policy.conflict !== 'invalid' || !permission || !prohibition) return undefined;
  let pair: VoidingPair = [permission, prohibition];
  try {
    const universe = new Universe([policy], budget);
    for (const barred of prohibitions) {
      for (const granted of permissions) {
        pair = [granted, barred];
        if (meet(universe, policy, granted, barred)) return pair;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof TooComplex) return pair;
    throw error;
  }
}

/** Whether there is a request that the permission grants and the prohibition is not known to leave alone. */
function meet(universe: Universe, policy: Policy, granted: Rule, barred: Rule): boolean {
  const { judge, space } = universe;
  let rest = judge.whereTrue(universe.rule(policy, granted));
  for (const part of universe.parts(policy, barred)) {
    if (rest.length === 0) return false;
    rest = space.subtractAll(rest, judge.whereFalse(part));
  }
  return rest.length > 0;
}
