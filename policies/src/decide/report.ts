import type { DecideOptions, DecisionRequest, Facts, RuleReport, Truth } from '../model.js';
import type { CompiledPolicy, CompiledRule } from './compile.js';
import type { Situation } from './condition.js';
import {
  type Asked,
  aimsAt,
  askedOf,
  malformedFact,
  permitsAction,
  selects,
  situationOf,
  useNumber,
} from './decide.js';
import { isSettled } from './duties.js';
import { every } from './truth.js';

/**
 * What each rule says of a request by itself (W3C ODRL formal semantics): whether it is active, and whether the doing is what it
 * means. Conflicts between rules, and the class of the policy, have no part in it. Of facts with several names a rule is told only
 * what holds for each of them.
 *
 * @returns one report for each rule that is decided, permissions first, in the policy's order within each list
 */
export function reportRules(
  compiled: CompiledPolicy,
  request: DecisionRequest,
  facts: Facts,
  options: DecideOptions = {},
): readonly RuleReport[] {
  const { permissions, prohibitions } = compiled;
  const rules = [...permissions].sort(
    (a, b) => compiled.policy.permissions.indexOf(a.rule) - compiled.policy.permissions.indexOf(b.rule),
  );
  const unknown = malformedFact(request, facts) !== undefined;
  const asked = unknown ? undefined : askedOf(compiled, request);
  const situation = situationOf(facts, options);
  return [...rules, ...prohibitions].map((each) => {
    const { rule } = each.rule;
    if (unknown) return { rule, active: undefined, refined: undefined };
    if (asked === undefined)
      return { rule, active: each.actions === undefined ? undefined : false, refined: undefined };
    const own = each.terms.steps ? { ...situation, use: useNumber(each, facts) } : situation;
    return { rule, active: active(each, asked, own), refined: each.terms.refined(own) };
  });
}

function active(each: CompiledRule, asked: Asked, situation: Situation): Truth {
  const matches =
    each.rule.kind === 'prohibition'
      ? aimsAt(each, asked, situation)
      : every(
          [
            permitsAction(each, asked),
            selects(each.targets, asked.target, situation),
            selects(each.assignees, asked.assignee, situation),
          ],
          same,
        );
  const settled = each.duties.every((duty) => isSettled(duty, situation));
  return every([matches, each.terms.condition(situation), settled], same);
}

function same(truth: Truth): Truth {
  return truth;
}
