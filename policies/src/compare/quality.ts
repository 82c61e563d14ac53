import { isAmbiguous } from '../decide/readings.js';
import type { Constraint, LogicalConstraint, Policy, Problem, Rule } from '../model.js';
import { Budget, TooComplex } from './budget.js';
import { voidingPair } from './conflict.js';
import { isCounted } from './counts.js';
import { all, type Formula } from './formula.js';
import { atomsOf } from './parts.js';
import { grantsOf, unbarred } from './rules.js';
import { Universe } from './universe.js';

/**
 * What a policy says that is probably not meant: what no facts can fulfil (UNREALISABLE), what changes nothing (REDUNDANT), and
 * prohibitions that leave nothing permitted (POLICY_VOID). Warnings, found with bounded work: a policy too complex to judge gets
 * those found so far.
 */
export function qualityOf(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  try {
    // What nobody enforces should make sense too.
    const universe = new Universe([policy], new Budget(), { view: 'stated' });
    for (const rule of universe.rulesOf(policy)) problems.push(...judgeRule(rule, universe));
    problems.push(...coveredRules(policy, universe), ...voidness(policy, universe));
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
  }
  return [...new Map(problems.map((each) => [`${each.code} ${each.path}`, each])).values()];
}

function judgeRule(rule: Rule, universe: Universe): Problem[] {
  const counted = rule.kind === 'permission';
  const found: Problem[] = [];
  for (const list of [rule.constraints, rule.actionRefinements]) {
    found.push(...judgeAll(list, counted, universe, rule.path));
    for (const each of list) found.push(...judgeParts(each, counted, universe));
  }
  return found;
}

/** Constraints that must all hold: whether they can, and whether each is needed. */
function judgeAll(list: readonly Constraint[], counted: boolean, universe: Universe, path: string): Problem[] {
  if (list.some((each) => atomsOf(each).some(({ operand }) => isAmbiguous(operand)))) return [];
  const { judge, space } = universe;
  const formulas = new Map(list.map((each) => [each, universe.constraint(each, counted)]));
  const of = (each: Constraint): Formula => formulas.get(each) ?? all([]);
  const never = list.filter((each) => 'operand' in each && judge.whereTrue(of(each)).length === 0);
  if (never.length > 0) return never.map((each) => unrealisable(each.path, 'no facts fulfil it'));
  if (list.length > 0 && judge.whereTrue(all([...formulas.values()])).length === 0) {
    const [only, ...more] = list;
    if (only && more.length === 0 && !('operand' in only)) return [unrealisable(only.path, 'no facts fulfil it')];
    return [unrealisable(path, 'no facts fulfil all its constraints at once')];
  }
  let kept = [...list];
  const found: Problem[] = [];
  for (const each of list.toReversed()) {
    const rest = kept.filter((other) => other !== each);
    if (rest.length === 0) break;
    if (space.subtractAll(judge.whereTrue(all(rest.map(of))), judge.whereTrue(of(each))).length > 0) continue;
    found.push(redundant(each.path, 'the constraints beside it demand as much already'));
    kept = rest;
  }
  return found;
}

function judgeParts(constraint: Constraint, counted: boolean, universe: Universe): Problem[] {
  if ('operand' in constraint) return [];
  const found = constraint.operands.flatMap((each) => judgeParts(each, counted, universe));
  if (constraint.logic === 'or') return [...judgeAlternatives(constraint, counted, universe), ...found];
  if (constraint.logic === 'xone') return found;
  return [...judgeAll(constraint.operands, counted, universe, constraint.path), ...found];
}

function judgeAlternatives({ operands }: LogicalConstraint, counted: boolean, universe: Universe): Problem[] {
  const { judge, space } = universe;
  const regions = new Map(operands.map((each) => [each, judge.whereTrue(universe.constraint(each, counted))]));
  const found: Problem[] = [];
  let kept = [...operands];
  for (const each of operands.toReversed()) {
    if (atomsOf(each).some(({ operand }) => isAmbiguous(operand))) continue;
    const region = regions.get(each) ?? [];
    const rest = kept.filter((other) => other !== each);
    if (region.length === 0 && 'operand' in each) found.push(unrealisable(each.path, 'no facts fulfil it'));
    else if (region.length > 0 && rest.length > 0) {
      if (
        space.subtractAll(
          region,
          rest.flatMap((other) => regions.get(other) ?? []),
        ).length > 0
      )
        continue;
      found.push(redundant(each.path, 'the alternatives beside it allow as much already'));
    } else continue;
    kept = rest;
  }
  return found;
}

/** Permissions and prohibitions that another one says already. Counted ones add up, so none is in vain. */
function coveredRules(policy: Policy, universe: Universe): Problem[] {
  const found: Problem[] = [];
  for (const kind of ['permission', 'prohibition'] as const) {
    const rules = universe.rulesOf(policy).filter((rule) => rule.kind === kind && !isCounted(rule));
    let kept = rules;
    for (const rule of rules.toReversed()) {
      const rest = kept.filter((each) => each !== rule && (rule.remedies.length === 0 || each.remedies.length > 0));
      if (rest.length === 0 || !isCovered(policy, rule, rest, universe)) continue;
      found.push(redundant(rule.path, `the ${kind}s beside it say as much already`));
      kept = kept.filter((each) => each !== rule);
    }
  }
  return found;
}

/** A permission counts where it is true, a prohibition wherever it is not false. */
function isCovered(policy: Policy, rule: Rule, others: readonly Rule[], universe: Universe): boolean {
  const { judge, space } = universe;
  const formula = universe.rule(policy, rule);
  if (rule.kind === 'permission') {
    const region = judge.whereTrue(formula);
    const covers = others.flatMap((each) => judge.whereTrue(universe.rule(policy, each)));
    return region.length > 0 && space.subtractAll(region, covers).length === 0;
  }
  const spared = others.reduce((rest, each) => judge.spared(rest, universe.rule(policy, each)), space.region([]));
  return space.subtractAll(spared, judge.whereFalse(formula)).length === 0;
}

function voidness(policy: Policy, universe: Universe): Problem[] {
  const pair = voidingPair(policy);
  if (pair) {
    const [permission, prohibition] = pair;
    const message = `it conflicts with ${permission.path}, and the policy does not say which of them counts: then neither does, and nothing is permitted`;
    return [
      { path: prohibition.path, code: 'POLICY_VOID', message, suggestion: '"odrl:conflict": {"@id": "odrl:prohibit"}' },
    ];
  }
  if (policy.conflict === 'perm' || policy.prohibitions.length === 0) return [];
  return grantsOf(policy, universe).flatMap(({ rule, region }): Problem[] => {
    if (region.length === 0 || unbarred(region, policy, universe).length > 0) return [];
    return [
      {
        path: rule.path,
        code: 'POLICY_VOID',
        message: 'the prohibitions of the policy leave nothing of this permission',
      },
    ];
  });
}

function unrealisable(path: string, message: string): Problem {
  return { path, code: 'UNREALISABLE', message };
}

function redundant(path: string, message: string): Problem {
  return { path, code: 'REDUNDANT', message };
}
