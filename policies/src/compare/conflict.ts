import type { Policy, Rule } from '../model.js';
import { type Box, Budget, intersectAll, Names, subtractAll, TooComplex } from './box.js';
import { isEmpty, scopeOf, type Universe, whereFalse, whereTrue } from './regions.js';

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
  if (policy.conflict !== 'invalid') return undefined;
  const apart = separation(policy, budget);
  for (const prohibition of policy.prohibitions) {
    for (const permission of policy.permissions) {
      try {
        if (!apart(permission, prohibition)) return [permission, prohibition];
      } catch (error) {
        if (error instanceof TooComplex) return [permission, prohibition];
        throw error;
      }
    }
  }
  return undefined;
}

function separation(policy: Policy, budget: Budget): (permission: Rule, prohibition: Rule) => boolean {
  const universe: Universe = { targets: new Names(), assignees: new Names(), purposes: new Names(), budget };
  const scope = oncePerRule((rule) => scopeOf(policy, rule, universe));
  const permitted = oncePerRule((rule) => whereTrue(rule.constraints, universe));
  const spared = oncePerRule((rule) => whereFalse(rule.constraints, universe));
  return (permission, prohibition) => {
    const shared: Box[] = intersectAll([scope(permission)], [scope(prohibition)], budget);
    const met = shared.filter((box) => !isEmpty(box));
    if (met.length === 0) return true;
    const both = intersectAll(met, permitted(permission), budget);
    return subtractAll(both, spared(prohibition), budget).length === 0;
  };
}

function oncePerRule<T>(make: (rule: Rule) => T): (rule: Rule) => T {
  const made = new Map<Rule, T>();
  return (rule) => {
    const known = made.get(rule);
    if (known !== undefined) return known;
    const fresh = make(rule);
    made.set(rule, fresh);
    return fresh;
  };
}
