import { type Situation, truthIn } from '../decide/condition.js';
import type { Asset, Constraint, LogicalConstraint, Party, Policy, Reason, Rule, Witness } from '../model.js';
import { doingZh } from '../words/actions.js';
import { namesWords } from '../words/terms.js';
import { constraintWords, type Words } from '../words.js';
import type { Granting } from './counts.js';
import { explainOperand } from './explain-operand.js';
import { has, lowest } from './intervals.js';
import type { About, Box } from './space.js';
import type { Universe } from './universe.js';
import { factsOf, pointOf } from './witness.js';

/** Names what makes a permission of the request wider than the offer, at one box that the offer does not cover. */
export function explainExcess(
  rule: Rule,
  outside: Box,
  offer: Policy,
  offers: readonly Granting[],
  universe: Universe,
): Reason[] {
  const { witness } = pointOf(universe, outside, []);
  const near = nearest(outside, offers, universe);
  if (near === undefined) {
    return [
      {
        code: 'ACTION_BROADER',
        path: `${rule.path}/action`,
        en: `the request permits ${rule.action}, and the offer permits nothing`,
        zh: `请求许可${doingZh(rule.action)}，而要约未许可任何动作`,
      },
    ];
  }
  const branch = addedBranch(rule, near.rule, witness);
  const reasons = near.excess.map((about) => explain(about, rule, near.rule, offer, witness));
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

interface Near {
  readonly rule: Rule;
  readonly excess: readonly About[];
}

/** The permission of the offer that misses the box in the fewest respects. */
function nearest(outside: Box, offers: readonly Granting[], { space }: Universe): Near | undefined {
  let best: Near | undefined;
  for (const { rule, region } of offers) {
    for (const box of region) {
      const excess = new Map<string, About>();
      for (let at = 0; at < space.dimensions; at++) {
        const allowed = box[at];
        if (allowed === undefined) continue;
        if (space.at(outside, at).every(([low]) => has(allowed, low))) continue;
        const about = space.about(at);
        excess.set(`${about.what} ${about.of ?? ''}`, about);
      }
      if (excess.size > 0 && (best === undefined || excess.size < best.excess.length)) {
        best = { rule, excess: [...excess.values()] };
      }
    }
  }
  return best;
}

function explain(about: About, rule: Rule, near: Rule, offer: Policy, witness: Witness): Reason {
  const { what, of = '' } = about;
  if (what === 'operand') return explainOperand(of, rule, near, witness, situationOf(witness));
  if (what === 'duty') return droppedDuty(rule, near);
  if (what === 'action') {
    return {
      code: 'ACTION_BROADER',
      path: `${rule.path}/action`,
      en: `the request permits ${witness.request.action}; the offer permits ${near.action ?? 'anything'}`,
      zh: `请求许可${doingZh(witness.request.action)}；要约许可${doingZh(near.action)}`,
    };
  }
  const isTarget = what === 'target';
  const one = (asset: Asset | undefined): readonly (Asset | Party)[] | undefined => asset && [asset];
  const allowed = isTarget ? (one(near.target) ?? one(offer.target)) : (near.assignees ?? offer.assignees);
  const own = isTarget ? rule.target : rule.assignees;
  const asked = isTarget ? witness.request.target : witness.request.assignee;
  const only = namesWords((allowed ?? []).map(({ id }) => id));
  return {
    code: isTarget ? 'TARGET_DIFFERS' : 'ASSIGNEE_WIDER',
    path: own === undefined ? `/${what}` : `${rule.path}/${what}`,
    en: `the request covers the ${what} ${asked}; the offer only ${only.en}`,
    zh: `请求涵盖${isTarget ? '标的' : '被授权方'} ${asked}；要约仅限 ${only.zh}`,
  };
}

function droppedDuty(rule: Rule, near: Rule): Reason {
  const duties: Words = {
    en: near.duties.map(({ action }) => action).join(', '),
    zh: near.duties.map(({ action }) => doingZh(action)).join('、'),
  };
  return {
    code: 'DUTY_DROPPED',
    path: rule.duties.length > 0 ? `${rule.path}/duty` : rule.path,
    en: `the offer demands ${duties.en} first (${near.path}/duty); the request does not demand as much`,
    zh: `要约要求先履行义务 ${duties.zh}（${near.path}/duty）；请求未作同等要求`,
  };
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
    const found = operands.find((each) => truthIn(situation, each) === true);
    if (found) return found;
  }
  return undefined;
}

/** What the conditions of a rule look at, at a witness. */
export function situationOf(witness: Witness): Situation {
  const { now, values = {}, counts, ...rest } = factsOf(witness);
  const used = counts?.('');
  return { ...rest, now, values, use: used === undefined ? undefined : used + 1 };
}

/** A prohibition of the offer that does not hold in the request. */
export function droppedProhibition(prohibition: Rule, request: Policy, lost: Box, universe: Universe): Reason {
  const same = request.prohibitions.find(({ action }) => action === prohibition.action);
  const action = universe.actions.termOf(lowest(universe.space.at(lost, universe.actions.dimension)));
  return {
    code: 'PROHIBITION_DROPPED',
    path: same?.path ?? '/prohibition',
    en: `the offer prohibits ${prohibition.action ?? action} (${prohibition.path}); in the request ${action} is not prohibited as far`,
    zh: `要约禁止${doingZh(prohibition.action ?? action)}（${prohibition.path}）；请求未同等禁止${doingZh(action)}`,
  };
}
