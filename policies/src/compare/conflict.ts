import type { Policy, Rule } from '../model.js';
import { Budget, intersectAll, Names, subtractAll, TooComplex } from './box.js';
import { isEmpty, scopeOf, type Universe, whereFalse, whereTrue } from './regions.js';

/**
 * Under the strategy `invalid`, ODRL's default, one conflict voids the whole policy. A permission and a prohibition conflict
 * unless no request under any facts meets both; what cannot be proven apart counts as a conflict. Returns the first such pair.
 */
export function voidingPair(policy: Policy): readonly [permission: Rule, prohibition: Rule] | undefined {
  if (policy.conflict !== 'invalid') return undefined;
  for (const prohibition of policy.prohibitions) {
    for (const permission of policy.permissions) {
      if (!apart(policy, permission, prohibition)) return [permission, prohibition];
    }
  }
  return undefined;
}

function apart(policy: Policy, permission: Rule, prohibition: Rule): boolean {
  const budget = new Budget(50_000);
  const universe: Universe = { targets: new Names(), assignees: new Names(), purposes: new Names(), budget };
  try {
    const granted = scopeOf(policy, permission, universe);
    const barred = scopeOf(policy, prohibition, universe);
    const shared = intersectAll([granted], [barred], budget).filter((box) => !isEmpty(box));
    if (shared.length === 0) return true;
    const both = intersectAll(shared, whereTrue(permission.constraints, universe), budget);
    return subtractAll(both, whereFalse(prohibition.constraints, universe), budget).length === 0;
  } catch (error) {
    if (error instanceof TooComplex) return false;
    throw error;
  }
}
