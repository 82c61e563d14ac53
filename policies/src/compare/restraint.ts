import { truthIn } from '../decide/condition.js';
import type { Duty, Policy, Reason, ReasonCode, Rule, Witness } from '../model.js';
import { includedIn } from '../odrl/actions.js';
import { factOf } from '../odrl/operands.js';
import { operandWords } from '../words/operands.js';
import {
  type Alternative,
  alternativesOf,
  isMagnitude,
  isRelativeClock,
  type Limits,
  lieWithin,
  limitsOf,
} from './alternatives.js';
import { situationOf } from './difference.js';
import { atomsOf, constraintsOf } from './parts.js';

/**
 * Why a use that both policies permit does not make them compatible: the readings of docs/decisions/0011. Each only withholds a
 * `Compatible`, so none can be unsound. `undefined`: nothing stands in the way.
 */
export function restraintOf(left: Policy, right: Policy): ((witness: Witness) => Reason | undefined) | Reason {
  const [ours, theirs] = [keysOf(left), keysOf(right)];
  const shared = [...ours].filter((key) => theirs.has(key));
  const alone = [...[...ours].filter((key) => !theirs.has(key)), ...[...theirs].filter((key) => !ours.has(key))];
  const [clock] = alone.filter(isRelativeClock);
  if (clock !== undefined) return told('CLOCK_NOT_SHARED', clock);
  if (shared.includes('timeInterval')) return told('RECURRENCE_UNKNOWN', 'timeInterval');
  const magnitudes = [left, right].flatMap(constraintsOf).flatMap(atomsOf).filter(isMagnitude);
  const sized = new Set(magnitudes.map(({ operand }) => factOf(operand)));
  const lonely = alone.find((key) => sized.has(key));
  if (shared.length === 0 && lonely !== undefined) return told('NOTHING_COMPARED', lonely);
  if (isBare(left) && isBare(right)) return told('NOTHING_COMPARED', '');
  const barred = obligedAndProhibited(left, right) ?? obligedAndProhibited(right, left);
  if (barred) return barred;
  return sized.size === 0 ? () => undefined : limitsRestraint(left, right);
}

function limitsRestraint(left: Policy, right: Policy): (witness: Witness) => Reason | undefined {
  const [ours, theirs] = [alternativesOf(left), alternativesOf(right)];
  const limits = new Map([...ours, ...theirs].map((each) => [each, limitsOf(each)]));
  const of = (alternative: Alternative) => limits.get(alternative) ?? new Map<string, Limits>();
  const meeting = ours.some((a) => theirs.some((b) => senses(of(a), of(b)).length > 0));
  const fits = (a: Alternative, b: Alternative) => {
    if (meeting) return new Set(senses(of(a), of(b)).filter((sense) => sense !== 'both')).size <= 1;
    return [...of(b)].every(([key, outer]) => lieWithin(of(a).get(key), outer));
  };
  const [first] = [...limits.values()].flatMap((each) => [...each.keys()]);
  return (witness) => {
    const situation = situationOf(witness);
    const holds = (alternative: Alternative) => alternative.every((each) => truthIn(situation, each) === true);
    const [own, other] = [ours.filter(holds), theirs.filter(holds)];
    if (own.some((a) => other.some((b) => fits(a, b)))) return undefined;
    return told(meeting ? 'BOUNDS_CROSS' : 'LIMIT_OUTSIDE', operandIn(first));
  };
}

/** `both`: a range against a range, which pulls nowhere. */
type Sense = 'upper' | 'lower' | 'both';

/** On each magnitude that both limit from opposite sides: whether the left has the upper or the lower limit. */
function senses(left: ReadonlyMap<string, Limits>, right: ReadonlyMap<string, Limits>): readonly Sense[] {
  return [...left].flatMap(([key, ours]) => {
    const theirs = right.get(key);
    if (!theirs) return [];
    const [upper, lower] = [ours.ceiling && theirs.floor, ours.floor && theirs.ceiling];
    if (upper && lower) return ['both'];
    return upper ? ['upper'] : lower ? ['lower'] : [];
  });
}

function keysOf(policy: Policy): ReadonlySet<string> {
  return new Set(
    constraintsOf(policy)
      .flatMap(atomsOf)
      .map(({ operand }) => factOf(operand)),
  );
}

/** Says nothing but that some action is permitted. */
function isBare({ kind, target, assigner, assignees, permissions, prohibitions, obligations }: Policy): boolean {
  const says = (rule: Rule) =>
    [rule.constraints, rule.actionRefinements, rule.duties].some((list) => list.length > 0) ||
    rule.target !== undefined ||
    rule.assignees !== undefined;
  const silent = prohibitions.length === 0 && obligations.length === 0 && !permissions.some(says);
  return kind === 'Set' && target === undefined && assigner === undefined && assignees === undefined && silent;
}

function obligedAndProhibited(obliging: Policy, prohibiting: Policy): Reason | undefined {
  const owed: readonly Duty[] = [...obliging.obligations, ...obliging.permissions.flatMap(({ duties }) => duties)];
  for (const { action, path } of owed) {
    const rule = prohibiting.prohibitions.find((each) => each.action === undefined || includedIn(action, each.action));
    if (!rule) continue;
    return {
      code: 'DUTY_PROHIBITED',
      path,
      en: `one policy obliges to ${action} (${path}), and the other prohibits it (${rule.path})`,
      zh: `一方策略规定须履行 ${action}（${path}），另一方则予以禁止（${rule.path}）`,
    };
  }
  return undefined;
}

function operandIn(key = '[""]'): string {
  const [operand] = JSON.parse(key);
  return typeof operand === 'string' ? operand : '';
}

const sentences: Partial<Record<ReasonCode, (en: string, zh: string) => { readonly en: string; readonly zh: string }>> =
  {
    CLOCK_NOT_SHARED: (en, zh) => ({
      en: `only one of the policies speaks of ${en}: from when the other would count it is not known`,
      zh: `仅有一方策略涉及${zh}：另一方从何时起算无从得知`,
    }),
    RECURRENCE_UNKNOWN: (en, zh) => ({
      en: `whether the two recurrences of ${en} ever coincide depends on when each began`,
      zh: `双方${zh}的周期是否会重合取决于各自的起点`,
    }),
    NOTHING_COMPARED: (en, zh) => ({
      en:
        en === ''
          ? 'neither policy states a condition'
          : `only one of the policies limits ${en}, and they have no condition in common`,
      zh: zh === '' ? '双方策略均未规定任何条件' : `仅有一方策略限制${zh}，且双方没有共同的条件`,
    }),
    BOUNDS_CROSS: (en, zh) => ({
      en: `each policy sets a least value for one magnitude and a most for another (${en}): that one use meets all is not known`,
      zh: `双方策略各对某一量值设下限而对另一量值设上限（${zh}）：能否同时满足无从得知`,
    }),
    LIMIT_OUTSIDE: (en, zh) => ({
      en: `what the left policy allows of ${en} goes beyond what the right allows: they meet only where the left is not used to its limit`,
      zh: `左侧策略对${zh}的许可超出右侧策略的许可范围：仅在不用足左侧许可时二者才相容`,
    }),
  };

function told(code: ReasonCode, operand: string): Reason {
  const words = operand === '' ? { en: '', zh: '' } : operandWords(operand);
  return { code, path: '', ...(sentences[code]?.(words.en, words.zh) ?? words) };
}
