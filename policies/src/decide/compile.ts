import { voidingPair } from '../compare/conflict.js';
import type { Constraint, Policy, Rule } from '../model.js';
import { type ActionTerm, actionsWithin, actionTerms, impliedBy } from '../odrl/actions.js';
import { factOf } from '../odrl/operands.js';
import { type Clock, clockOf } from './clock.js';
import { allOf } from './closures.js';
import { type Condition, decidedConstraints } from './condition.js';
import { type CompiledDuty, compileDuties } from './duties.js';
import { type Matcher, matcherOf } from './match.js';
import { readingOf } from './readings.js';

/** A policy made ready for many decisions. Made by `compile` only. */
export interface CompiledPolicy {
  readonly policy: Policy;
  /** Those that count uses last: a use is counted only where nothing else grants it. */
  readonly permissions: readonly CompiledRule[];
  readonly prohibitions: readonly CompiledRule[];
  /** What may be prohibited at all; absent when nothing is. */
  readonly barred?: ReadonlySet<ActionTerm>;
  /** Set when a conflict voids the policy (strategy `invalid`). */
  readonly voided?: readonly [permission: Rule, prohibition: Rule];
  /** Facts of which each of several names is decided by itself. */
  readonly oneByOne: readonly string[];
}

export interface CompiledRule {
  readonly rule: Rule;
  /** Absent: every action. */
  readonly actions?: ReadonlySet<ActionTerm>;
  /** All must match. */
  readonly targets: readonly Matcher[];
  readonly assignees: readonly Matcher[];
  /** When one name is all there is to match: compared without a call. */
  readonly onlyTarget?: string;
  readonly onlyAssignee?: string;
  readonly constraints: readonly Constraint[];
  readonly condition: Condition;
  readonly refinements: readonly Constraint[];
  readonly refined: Condition;
  readonly duties: readonly CompiledDuty[];
  /** The numbers of a use at which the condition may change; absent when it counts nothing. */
  readonly steps?: readonly number[];
  readonly clock?: Clock;
}

/** Turns a parsed policy into closures. Pure; costs as much as the policy is long. */
export function compile(policy: Policy): CompiledPolicy {
  const permissions = policy.permissions.filter(isDecided).map((rule) => compileRule(policy, rule));
  const prohibitions = policy.prohibitions.filter(isDecided).map((rule) => compileRule(policy, rule));
  const voided = voidingPair(policy);
  return {
    policy,
    permissions: [...permissions.filter(({ steps }) => !steps), ...permissions.filter(({ steps }) => steps)],
    prohibitions,
    ...barredBy(policy, prohibitions),
    ...(voided ? { voided } : {}),
    oneByOne: [...new Set([...permissions, ...prohibitions].flatMap((each) => lookedAt(each).flatMap(oneByOne)))],
  };
}

/** Under `perm` a permission holds whatever is prohibited. */
function barredBy({ conflict }: Policy, prohibitions: readonly CompiledRule[]): Pick<CompiledPolicy, 'barred'> {
  if (conflict === 'perm' || prohibitions.length === 0) return {};
  const [first] = prohibitions;
  if (prohibitions.length === 1 && first?.actions) return { barred: first.actions };
  return { barred: new Set(prohibitions.flatMap(({ actions }) => [...(actions ?? actionTerms)])) };
}

/** What nobody can enforce is shown to both sides, and decided as if it were not there. */
function isDecided({ declaredOnly }: Rule): boolean {
  return !declaredOnly;
}

function compileRule(policy: Policy, rule: Rule): CompiledRule {
  const constraints = decidedConstraints(rule.constraints);
  const refinements = decidedConstraints(rule.actionRefinements);
  const targets = matchers(rule, 'target', rule.target && [rule.target], policy.target && [policy.target]);
  const assignees = matchers(rule, 'assignee', rule.assignees, policy.assignees);
  const parts = {
    rule,
    ...(rule.action === undefined ? {} : { actions: actionsWithin(rule.action) }),
    targets,
    assignees,
    constraints,
    condition: allOf(constraints),
    refinements,
    refined: allOf(refinements),
    duties: compileDuties(rule.duties),
  };
  const all = lookedAt(parts);
  const steps = new Set(all.flatMap(countSteps));
  const clock = clockOf(all);
  const onlyTarget = onlyOf(targets);
  const onlyAssignee = onlyOf(assignees);
  return {
    ...parts,
    ...(onlyTarget === undefined ? {} : { onlyTarget }),
    ...(onlyAssignee === undefined ? {} : { onlyAssignee }),
    ...(steps.size > 0 ? { steps: [...steps].sort((a, b) => a - b) } : {}),
    ...(clock ? { clock } : {}),
  };
}

function onlyOf(matching: readonly Matcher[]): string | undefined {
  return matching.length === 1 ? matching[0]?.only : undefined;
}

/** A permission's own target and assignees narrow the policy's, a prohibition's stand instead of them: what permits less. */
function matchers(
  { kind, path }: Rule,
  member: string,
  own: Parameters<typeof matcherOf>[1] | undefined,
  general: Parameters<typeof matcherOf>[1] | undefined,
): readonly Matcher[] {
  const narrowest = own && matcherOf(`${path}/${member}`, own);
  const widest = general && (narrowest === undefined || kind === 'permission') && matcherOf(`/${member}`, general);
  return [...(narrowest ? [narrowest] : []), ...(widest ? [widest] : [])];
}

type Parts = Pick<CompiledRule, 'targets' | 'assignees' | 'constraints' | 'refinements' | 'duties'>;

/** Every constraint that a decision by this rule may look at. */
export function lookedAt({ targets, assignees, constraints, refinements, duties }: Parts): readonly Constraint[] {
  const selected = [...targets, ...assignees].flatMap(({ selections }) =>
    selections.flatMap((each) => each.refinements),
  );
  return [...constraints, ...refinements, ...selected, ...duties.flatMap((each) => each.constraints)];
}

function countSteps(constraint: Constraint): readonly number[] {
  if (!('operand' in constraint)) return constraint.operands.flatMap(countSteps);
  if (factOf(constraint.operand) !== 'count' || constraint.value.type !== 'ordered') return [];
  const { low, high } = constraint.value;
  return [Math.floor(low), Math.floor(low) + 1, Math.floor(high), Math.floor(high) + 1];
}

function oneByOne(constraint: Constraint): readonly string[] {
  if (!('operand' in constraint)) return constraint.operands.flatMap(oneByOne);
  const { operand, operator, value } = constraint;
  if (value.type !== 'terms' || operator === 'isAllOf' || readingOf(operand) !== 'each') return [];
  return [factOf(operand)];
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
