import type { Asset, CompareContext, Constraint, Duty, Party, Policy, PolicyJson, Rule } from '../model.js';
import { includedIn } from '../odrl/actions.js';
import { parsePolicy } from '../parse/policy.js';
import { toJson } from '../wire.js';
import { Budget, TooComplex } from './budget.js';
import { compareRequest } from './compare.js';
import { isCounted } from './counts.js';
import { keeps, owedAtLeast } from './duties.js';
import { all } from './formula.js';
import { inContext } from './headers.js';
import { atomsOf } from './parts.js';
import { grantsOf, unbarred } from './rules.js';
import { constraintKey, subjectKey } from './structure.js';
import { Universe } from './universe.js';
import { ruleKey } from './verbatim.js';

/**
 * The nearest offer that the provider would grant: what a request asks for, narrowed to what the offer grants. Rules that overlap are
 * intersected, and what the offer demands and the request left out (constraints, duties, prohibitions, obligations) is added.
 *
 * @returns an Offer that `compareRequest` finds within the offer and that permits something; `undefined` when there is none, or none
 *   could be proven
 */
export function counterOffer(request: Policy, offer: Policy, context?: CompareContext): PolicyJson | undefined {
  const asked = inContext(request, context, true);
  const granted = inContext(offer, context, false);
  // The request is a stranger's: what would be made of every pair is bounded before any pair is looked at.
  if (asked.permissions.length * granted.permissions.length > mostPairs) return undefined;
  try {
    const universe = new Universe([asked, granted], new Budget(), { knowledge: context?.knowledge });
    const pairs = asked.permissions.flatMap((rule) =>
      granted.permissions.flatMap((other) => intersected(rule, other, universe) ?? []),
    );
    // Uses that lean on one count of the offer are not proven to stay within it: then each permission of the offer is used once.
    const single = [...new Map(pairs.toReversed().map((pair) => [pair.of, pair])).values()].toReversed();
    for (const chosen of [pairs, single]) {
      const found = offered(asked, granted, chosen, context);
      const parsed = found && parsePolicy(found);
      if (!parsed?.ok) continue;
      if (permitsNothing(parsed.policy, context)) return undefined;
      if (compareRequest(parsed.policy, offer, context).verdict === 'within') return found;
    }
    return undefined;
  } catch (error) {
    if (error instanceof TooComplex) return undefined;
    throw error;
  }
}

const mostPairs = 100;

interface Pair {
  readonly rule: Rule;
  /** The permission of the offer that it is a part of. */
  readonly of: Rule;
}

function intersected(rule: Rule, other: Rule, universe: Universe): Pair | undefined {
  const action = narrower(rule.action, other.action);
  const target = meet(rule.target && [rule.target], other.target && [other.target]);
  const assignees = meet(rule.assignees, other.assignees);
  if (action === undefined || target === 'apart' || assignees === 'apart') return undefined;
  const { target: _, assignees: __, ...rest } = rule;
  const [only] = target ?? [];
  const merged: Rule = {
    ...rest,
    action,
    ...(only ? { target: only } : {}),
    ...(assignees ? { assignees } : {}),
    constraints: needed([...rule.constraints, ...other.constraints], universe),
    actionRefinements: needed([...rule.actionRefinements, ...other.actionRefinements], universe),
    duties: joined(rule.duties, other.duties),
    declaredOnly: rule.declaredOnly && other.declaredOnly,
  };
  const conditions = [...merged.constraints, ...merged.actionRefinements].map((each) =>
    universe.constraint(each, true),
  );
  return universe.judge.whereTrue(all(conditions)).length > 0 ? { rule: merged, of: other } : undefined;
}

function narrower(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return includedIn(a, b) ? a : includedIn(b, a) ? b : undefined;
}

/** Those named on both sides; `undefined`: neither side names any. */
function meet<T extends Asset | Party>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
): readonly T[] | undefined | 'apart' {
  if (!a || !b) return a ?? b;
  const theirs = new Set(b.map(subjectKey));
  const both = a.filter((each) => theirs.has(subjectKey(each)));
  return both.length > 0 ? both : 'apart';
}

/** Without the constraints that the others demand anyway; what nobody decides stays as it is written. */
function needed(constraints: readonly Constraint[], universe: Universe): readonly Constraint[] {
  const { judge, space } = universe;
  let kept = [...new Map(constraints.map((each) => [constraintKey(each), each])).values()];
  for (const each of [...kept]) {
    const rest = kept.filter((other) => other !== each);
    if (atomsOf(each).some(({ declaredOnly }) => declaredOnly)) continue;
    const without = judge.whereTrue(all(rest.map((other) => universe.constraint(other, true))));
    const isTrue = judge.whereTrue(universe.constraint(each, true));
    if (space.subtractAll(without, isTrue).length === 0) kept = rest;
  }
  return kept;
}

function joined(own: readonly Duty[], others: readonly Duty[]): readonly Duty[] {
  const missing = others.filter((duty) => !own.some((each) => keeps(each, duty) && owedAtLeast(each, duty)));
  const wanted = own.filter((duty) => !missing.some((each) => keeps(each, duty) && owedAtLeast(each, duty)));
  return [...wanted, ...missing];
}

function offered(
  asked: Policy,
  granted: Policy,
  pairs: readonly Pair[],
  context: CompareContext | undefined,
): PolicyJson | undefined {
  const target = meet(asked.target && [asked.target], granted.target && [granted.target]);
  const assignees = meet(asked.assignees, granted.assignees);
  if (target === 'apart' || assignees === 'apart' || pairs.length === 0) return undefined;
  const { profiles, auditors, classification } = granted;
  const assigner = granted.assigner ?? context?.assigner;
  const id = granted.id ?? asked.id;
  const [only] = target ?? [];
  const kept = new Set(granted.prohibitions.map(ruleKey));
  const prohibitions = [...granted.prohibitions, ...asked.prohibitions.filter((rule) => !kept.has(ruleKey(rule)))];
  return toJson({
    kind: 'Offer',
    ...(id === undefined ? {} : { id }),
    profiles,
    // With `invalid`, ODRL's default, the first prohibition that meets a permission would void the whole.
    conflict: prohibitions.length > 0 ? 'prohibit' : granted.conflict,
    ...(only ? { target: only } : {}),
    ...(assigner === undefined ? {} : { assigner }),
    ...(assignees ? { assignees } : {}),
    ...(auditors ? { auditors } : {}),
    ...(classification ? { classification } : {}),
    ...(granted.unboundTokens ? { unboundTokens: true } : {}),
    permissions: uncovered(pairs.map(({ rule }) => rule)),
    prohibitions,
    obligations: joined(asked.obligations, granted.obligations),
  });
}

/** The same rule once: two permissions of a request may be one and the same part of the offer. */
function uncovered(rules: readonly Rule[]): readonly Rule[] {
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const key = ruleKey(rule);
    const known = seen.has(key);
    seen.add(key);
    return isCounted(rule) || !known;
  });
}

function permitsNothing(policy: Policy, context: CompareContext | undefined): boolean {
  const asked = inContext(policy, context, true);
  const universe = new Universe([asked], new Budget(), { knowledge: context?.knowledge });
  const granted = grantsOf(asked, universe).flatMap(({ region }) => region);
  return unbarred(granted, asked, universe).length === 0;
}
