import { conditionOf, type Situation } from '../decide/condition.js';
import type {
  AtomicConstraint,
  Constraint,
  LogicalConstraint,
  Policy,
  Reason,
  ReasonCode,
  Rule,
  Witness,
} from '../model.js';
import { actionTerms } from '../odrl/actions.js';
import { constraintWords, namesText, timeText, type Words } from '../words.js';
import { type Box, type Dimension, dimensions, missing } from './box.js';
import type { Granting } from './counts.js';
import { has } from './intervals.js';
import type { Universe } from './regions.js';
import { pointOf } from './witness.js';

const codes: Record<Dimension, ReasonCode> = {
  action: 'ACTION_BROADER',
  target: 'TARGET_DIFFERS',
  assignee: 'ASSIGNEE_WIDER',
  now: 'WINDOW_WIDER',
  use: 'COUNT_HIGHER',
  purpose: 'PURPOSE_WIDER',
};
const operandOf: Partial<Record<Dimension, AtomicConstraint['operand']>> = {
  now: 'dateTime',
  use: 'count',
  purpose: 'purpose',
};

/** Names what makes a permission of the request wider than the offer, at one box that the offer does not cover. */
export function explainExcess(
  rule: Rule,
  outside: Box,
  offer: Policy,
  offers: readonly Granting[],
  universe: Universe,
): Reason[] {
  const witness = pointOf(outside, universe);
  const near = nearest(outside, offers);
  if (near === undefined) {
    return [
      {
        code: 'ACTION_BROADER',
        path: `${rule.path}/action`,
        en: `the request permits ${rule.action}, and the offer permits nothing`,
        zh: `请求许可 ${rule.action}，而要约未许可任何动作`,
      },
    ];
  }
  const branch = addedBranch(rule, near.rule, witness);
  const reasons = near.excess.map((dimension) => explain(dimension, rule, near.rule, offer, witness));
  if (branch === undefined) return reasons;
  const words = constraintWords(branch);
  return [
    {
      code: 'BRANCH_ADDED',
      path: branch.path,
      en: `the alternative “${words.en}” permits what ${near.rule.path} of the offer does not (${reasons.map(({ en }) => en).join('; ')})`,
      zh: `备选条件“${words.zh}”许可了要约 ${near.rule.path} 未许可的内容（${reasons.map(({ zh }) => zh).join('；')}）`,
    },
  ];
}

/** The permission of the offer that misses the box in the fewest dimensions. */
function nearest(outside: Box, offers: readonly Granting[]): { rule: Rule; excess: Dimension[] } | undefined {
  let best: { rule: Rule; excess: Dimension[] } | undefined;
  for (const { rule, region } of offers) {
    for (const box of region) {
      const excess = dimensions.filter((name) => outside[name].some(([low]) => !has(box[name], low)));
      if (excess.length > 0 && (best === undefined || excess.length < best.excess.length)) best = { rule, excess };
    }
  }
  return best;
}

function explain(dimension: Dimension, rule: Rule, near: Rule, offer: Policy, { request, facts }: Witness): Reason {
  const operand = operandOf[dimension];
  if (operand !== undefined) return explainOperand(dimension, operand, rule, near, { request, facts });
  const code = codes[dimension];
  if (dimension === 'action') {
    return {
      code,
      path: `${rule.path}/action`,
      en: `the request permits ${request.action}; the offer permits ${near.action}`,
      zh: `请求许可 ${request.action}；要约许可 ${near.action}`,
    };
  }
  const [asked, allowed, own] =
    dimension === 'target'
      ? [request.target, near.target ?? offer.target ?? '', rule.target]
      : [request.assignee, namesText(near.assignees ?? offer.assignees ?? [], 'en'), rule.assignees];
  const path = own === undefined ? `/${dimension}` : `${rule.path}/${dimension}`;
  const zh = dimension === 'target' ? '标的' : '被授权方';
  return {
    code,
    path,
    en: `the request covers the ${dimension} ${asked}; the offer only ${allowed}`,
    zh: `请求涵盖${zh} ${asked}；要约仅限 ${allowed}`,
  };
}

function explainOperand(
  dimension: Dimension,
  operand: AtomicConstraint['operand'],
  rule: Rule,
  near: Rule,
  witness: Witness,
): Reason {
  const wanted = near.constraints.filter((each) => atoms(each).some((atom) => atom.operand === operand));
  const demands = all(wanted.map(constraintWords));
  const at = wanted[0]?.path ?? near.path;
  const own = rule.constraints.flatMap(atoms).filter((atom) => atom.operand === operand);
  const situation = situationOf(witness);
  const [atom] = [...own.filter((each) => conditionOf(each)(situation) === true), ...own];
  const shown = valueWords(dimension, witness);
  if (atom === undefined) {
    return {
      code: 'CONSTRAINT_DROPPED',
      path: rule.path,
      en: `the offer permits ${demands.en} (${at}); the request drops that and permits ${shown.en}`,
      zh: `要约要求：${demands.zh}（${at}）；请求去掉了该约束，许可了${shown.zh}`,
    };
  }
  return {
    code: codes[dimension],
    path: atom.path,
    en: `the request permits ${shown.en}; the offer permits ${demands.en} (${at})`,
    zh: `请求许可${shown.zh}；要约要求：${demands.zh}（${at}）`,
  };
}

function all(parts: readonly Words[]): Words {
  return {
    en: parts.map(({ en }) => en).join(', and ') || 'less',
    zh: parts.map(({ zh }) => zh).join('，且') || '更少',
  };
}

function valueWords(dimension: Dimension, { facts }: Witness): Words {
  if (dimension === 'now') return { en: `use at ${timeText(facts.now)}`, zh: `在 ${timeText(facts.now)} 使用` };
  if (dimension === 'use') {
    const number = facts.used === undefined ? missing : facts.used + 1;
    return number === missing
      ? { en: 'uses that are not counted', zh: '不计次的使用' }
      : { en: `use number ${number}`, zh: `第 ${number} 次使用` };
  }
  const purpose = facts.purpose?.[0];
  return purpose === undefined
    ? { en: 'use without a stated purpose', zh: '未声明用途的使用' }
    : { en: `use for ${purpose}`, zh: `用途为 ${purpose} 的使用` };
}

function atoms(constraint: Constraint): AtomicConstraint[] {
  return 'operand' in constraint ? [constraint] : constraint.operands.flatMap(atoms);
}

function alternatives(constraint: Constraint): LogicalConstraint[] {
  if ('operand' in constraint) return [];
  const inner = constraint.operands.flatMap(alternatives);
  return constraint.logic === 'or' || constraint.logic === 'xone' ? [constraint, ...inner] : inner;
}

/** The alternative that lets the witness through, where the request has more alternatives than the offer. */
function addedBranch(rule: Rule, near: Rule, witness: Witness): Constraint | undefined {
  const known = Math.max(1, ...near.constraints.flatMap(alternatives).map(({ operands }) => operands.length));
  const situation = situationOf(witness);
  for (const { operands } of rule.constraints.flatMap(alternatives)) {
    if (operands.length <= known) continue;
    const found = operands.find((each) => conditionOf(each)(situation) === true);
    if (found) return found;
  }
  return undefined;
}

function situationOf({ facts }: Witness): Situation {
  const use = facts.used === undefined ? undefined : facts.used + 1;
  return { now: facts.now, use, purpose: facts.purpose?.[0] };
}

/** A prohibition of the offer that does not hold in the request. */
export function droppedProhibition(prohibition: Rule, request: Policy, region: Box): Reason {
  const same = request.prohibitions.find(({ action }) => action === prohibition.action);
  const action = actionTerms[region.action[0]?.[0] ?? 0] ?? prohibition.action;
  return {
    code: 'PROHIBITION_DROPPED',
    path: same?.path ?? '/prohibition',
    en: `the offer prohibits ${prohibition.action} (${prohibition.path}); in the request ${action} is not prohibited as far`,
    zh: `要约禁止 ${prohibition.action}（${prohibition.path}）；请求未同等禁止 ${action}`,
  };
}
