import { voidingPair } from '../compare/conflict.js';
import type { Asset, Constraint, Party, Policy, Rule } from '../model.js';
import { type ActionTerm, actionsWithin, actionTerms, impliedBy } from '../odrl/actions.js';
import { decidedConstraints } from './condition.js';
import { type CompiledDuty, compileDuties } from './duties.js';
import { type Matcher, matcherOf } from './match.js';
import { countSteps, type Terms, termsOf } from './terms.js';

// Every member of a compiled policy is always there, and what is looked at most comes first: ten thousand of them are decided by
// turns, and each object that has to be fetched from memory costs as much as several comparisons.

/** A policy made ready for many decisions. Made by `compile` only. */
export interface CompiledPolicy {
  /** What may be prohibited at all; `undefined`: nothing. */
  readonly barred: ReadonlySet<ActionTerm> | undefined;
  /** Set when a conflict voids the policy (strategy `invalid`). */
  readonly voided: readonly [permission: Rule, prohibition: Rule] | undefined;
  /** Facts of which each of several names is decided by itself. */
  readonly oneByOne: readonly string[];
  /** The permissions one after another, by `next`. Those that count uses last: a use is counted only where nothing else grants it. */
  readonly first: CompiledRule | undefined;
  readonly permissions: readonly CompiledRule[];
  readonly prohibitions: readonly CompiledRule[];
  readonly kind: Policy['kind'];
  readonly policy: Policy;
}

export interface CompiledRule {
  /** `undefined`: every action. */
  readonly actions: ReadonlySet<ActionTerm> | undefined;
  /** When one name is all there is to match: compared without a call. */
  readonly onlyTarget: string | undefined;
  readonly onlyAssignee: string | undefined;
  readonly terms: Terms;
  readonly duties: readonly CompiledDuty[];
  readonly next: CompiledRule | undefined;
  /** The key of its uses, and its name in decisions. */
  readonly key: string;
  /** All must match. */
  readonly targets: readonly Matcher[];
  readonly assignees: readonly Matcher[];
  /** What is demanded of the parties and assets changes with the number of the use. */
  readonly countsSelected: boolean;
  readonly constraints: readonly Constraint[];
  readonly refinements: readonly Constraint[];
  readonly rule: Rule;
}

/** Turns a parsed policy into closures. Pure; costs as much as the policy is long. */
export function compile(policy: Policy): CompiledPolicy {
  const permissions = chained(policy.permissions.filter(isDecided).map((rule) => compileRule(policy, rule)));
  const prohibitions = policy.prohibitions.filter(isDecided).map((rule) => compileRule(policy, rule));
  return {
    barred: barredBy(policy, prohibitions),
    voided: voidingPair(policy),
    oneByOne: oneByOne([...permissions, ...prohibitions]),
    first: permissions[0],
    kind: policy.kind,
    permissions,
    prohibitions,
    policy,
  };
}

function chained(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const order = [...rules.filter(({ terms }) => !terms.steps), ...rules.filter(({ terms }) => terms.steps)];
  let next: CompiledRule | undefined;
  for (let at = order.length - 1; at >= 0; at--) {
    const each = order[at];
    if (each) order[at] = next = next === undefined ? each : { ...each, next };
  }
  return order;
}

/** Under `perm` a permission holds whatever is prohibited. */
function barredBy({ conflict }: Policy, prohibitions: readonly CompiledRule[]): ReadonlySet<ActionTerm> | undefined {
  const [first, second] = prohibitions;
  if (conflict === 'perm' || first === undefined) return undefined;
  if (second === undefined && first.actions) return first.actions;
  return new Set(prohibitions.flatMap(({ actions }) => [...(actions ?? actionTerms)]));
}

function oneByOne(rules: readonly CompiledRule[]): readonly string[] {
  const lists = rules.map(({ terms }) => terms.oneByOne).filter(({ length }) => length > 0);
  const [first, second] = lists;
  return second === undefined ? (first ?? none) : [...new Set(lists.flat())];
}

const none: readonly never[] = [];

/** What nobody can enforce is shown to both sides, and decided as if it were not there. */
function isDecided({ declaredOnly }: Rule): boolean {
  return !declaredOnly;
}

function compileRule(policy: Policy, rule: Rule): CompiledRule {
  const constraints = decidedConstraints(rule.constraints);
  const refinements = decidedConstraints(rule.actionRefinements);
  const targets = matchers(rule, 'target', rule.target && [rule.target], policy.target && [policy.target]);
  const assignees = matchers(rule, 'assignee', rule.assignees, policy.assignees);
  const duties = compileDuties(rule.duties);
  const selected = [...targets, ...assignees].flatMap(({ selections }) =>
    selections.flatMap((each) => each.refinements),
  );
  return {
    actions: rule.action === undefined ? undefined : actionsWithin(rule.action),
    onlyTarget: onlyOf(targets),
    onlyAssignee: onlyOf(assignees),
    terms: termsOf(constraints, refinements, [...selected, ...duties.flatMap((each) => each.constraints)]),
    duties: duties.length > 0 ? duties : none,
    next: undefined,
    key: rule.rule,
    targets,
    assignees,
    countsSelected: selected.some((each) => countSteps(each).length > 0),
    constraints,
    refinements,
    rule,
  };
}

function onlyOf(matching: readonly Matcher[]): string | undefined {
  return matching.length === 1 ? matching[0]?.only : undefined;
}

/** A permission's own target and assignees narrow the policy's, a prohibition's stand instead of them: what permits less. */
function matchers(
  { kind, path }: Rule,
  member: 'target' | 'assignee',
  own: readonly (Asset | Party)[] | undefined,
  general: readonly (Asset | Party)[] | undefined,
): readonly Matcher[] {
  const narrowest = own && matcherOf(`${path}/${member}`, own);
  const widest = general && (narrowest === undefined || kind === 'permission') && matcherOf(`/${member}`, general);
  return [...(narrowest ? [narrowest] : []), ...(widest ? [widest] : [])];
}

const barredWith = new Map<ActionTerm, readonly ActionTerm[]>();

/** The actions a prohibition of which bars this one: itself, and what it cannot do without. */
export function barring(action: ActionTerm): readonly ActionTerm[] {
  const known = barredWith.get(action);
  if (known) return known;
  const found = [action, ...impliedBy(action)];
  // INVARIANT: only actions of the tables come here, so this does not grow with what strangers send.
  barredWith.set(action, found);
  return found;
}
