import { voidingPair } from '../compare/conflict.js';
import type { Constraint, Policy, Rule } from '../model.js';
import { type ActionTerm, actionsWithin } from '../odrl/actions.js';
import { allOf, type Condition, conditionOf } from './condition.js';

/** A policy made ready for many decisions. Made by `compile` only. */
export interface CompiledPolicy {
  readonly policy: Policy;
  /** Those that count uses last: a use is counted only where nothing else grants it. */
  readonly permissions: readonly CompiledRule[];
  readonly prohibitions: readonly CompiledRule[];
  /** Set when a conflict voids the policy (strategy `invalid`). */
  readonly voided?: readonly [permission: Rule, prohibition: Rule];
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly actions: ReadonlySet<ActionTerm>;
  covers(target: string): boolean;
  names(assignee: string): boolean;
  readonly condition: Condition;
  /** The numbers of a use at which the condition may change; absent when it counts nothing. */
  readonly steps?: readonly number[];
}

/** Turns a parsed policy into closures. Pure; costs as much as the policy is long. */
export function compile(policy: Policy): CompiledPolicy {
  const permissions = policy.permissions.map((rule) => compileRule(policy, rule));
  const voided = voidingPair(policy);
  return {
    policy,
    permissions: [...permissions.filter(({ steps }) => !steps), ...permissions.filter(({ steps }) => steps)],
    prohibitions: policy.prohibitions.map((rule) => compileRule(policy, rule)),
    ...(voided ? { voided } : {}),
  };
}

function compileRule(policy: Policy, rule: Rule): CompiledRule {
  const steps = new Set<number>();
  for (const constraint of rule.constraints) countSteps(constraint, steps);
  // A permission's own target and assignee narrow the policy's, a prohibition's stand instead of them: what permits less.
  const narrows = rule.kind === 'permission';
  const targets = names(rule.target === undefined ? undefined : [rule.target]);
  const policyTargets = names(policy.target === undefined ? undefined : [policy.target]);
  const assignees = names(rule.assignees);
  const policyAssignees = names(policy.assignees);
  return {
    rule,
    actions: actionsWithin(rule.action),
    covers: matcher(targets, policyTargets, narrows),
    names: matcher(assignees, policyAssignees, narrows),
    condition: allOf(rule.constraints.map(conditionOf)),
    ...(steps.size > 0 ? { steps: [...steps].sort((a, b) => a - b) } : {}),
  };
}

function names(list: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return list && new Set(list);
}

function matcher(own: ReadonlySet<string> | undefined, general: ReadonlySet<string> | undefined, narrows: boolean) {
  if (own && general && narrows) return (name: string) => own.has(name) && general.has(name);
  const one = own ?? general;
  return one ? (name: string) => one.has(name) : () => true;
}

function countSteps(constraint: Constraint, steps: Set<number>): void {
  if (!('operand' in constraint)) {
    for (const each of constraint.operands) countSteps(each, steps);
  } else if (constraint.operand === 'count') {
    steps.add(constraint.value);
    steps.add(constraint.value + 1);
  }
}
