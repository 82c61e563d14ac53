import type { AtomicConstraint, Constraint, DecisionRequest, Reason, ReasonCode } from '../model.js';
import type { ActionTerm } from '../odrl/actions.js';
import { atomWords, constraintWords, mostUses, namesText, timeText } from '../words.js';
import type { CompiledRule } from './compile.js';
import { conditionOf, type Situation, type Truth } from './condition.js';

type Sentence = (values: Record<string, string>) => { en: string; zh: string };

const sentences = {
  NOT_A_GRANT: ({ kind, as }) => ({
    en: `this policy is of the class ${kind}, and only one of the class ${as} could grant here`,
    zh: `此策略属于 ${kind} 类，此处只有 ${as} 类的策略才能授权`,
  }),
  POLICY_VOID: ({ with: other }) => ({
    en: `this prohibition conflicts with the permission at ${other}, which voids the whole policy (odrl:conflict is invalid)`,
    zh: `此禁止与 ${other} 处的许可冲突，整个策略因此无效（冲突策略为 invalid）`,
  }),
  ACTION_UNKNOWN: ({ action }) => ({
    en: `the action “${action}” is not one of ODRL`,
    zh: `动作“${action}”不是 ODRL 的动作`,
  }),
  FACT_MALFORMED: ({ fact }) => ({
    en: `the fact ${fact} is malformed or contradicts the request`,
    zh: `事实 ${fact} 格式不正确或与请求矛盾`,
  }),
  FACT_MISSING: ({ fact, needs, zhNeeds }) => ({
    en: `permitted ${needs}, but ${fact} is not known: state it`,
    zh: `须${zhNeeds}，但事实 ${fact} 未知：请提供`,
  }),
  ACTION_NOT_PERMITTED: ({ action, permitted, zhPermitted }) => ({
    en: `${action} is not permitted; permitted: ${permitted}`,
    zh: `未许可 ${action}；已许可：${zhPermitted}`,
  }),
  TARGET_NOT_COVERED: ({ target }) => ({
    en: `the policy is not about ${target}`,
    zh: `此策略不涉及 ${target}`,
  }),
  ASSIGNEE_NOT_NAMED: ({ assignee }) => ({
    en: `the policy does not name ${assignee}: it must be among the assignees`,
    zh: `此策略未指定 ${assignee}：须为被授权方之一`,
  }),
} as const satisfies Partial<Record<ReasonCode, Sentence>>;

export function reason(code: keyof typeof sentences, path: string, values: Record<string, string>): Reason {
  const sentence: Sentence = sentences[code];
  return { code, path, ...sentence(clip(values)) };
}

/** Names in a request come from a stranger. */
function clip(values: Record<string, string>): Record<string, string> {
  const entries = Object.entries(values).map(([name, value]) => [name, String(value).slice(0, 400)] as const);
  return Object.fromEntries(entries);
}

/** Why no permission speaks of the request at all; the nearest miss. */
export function unmatched(
  permissions: readonly CompiledRule[],
  action: ActionTerm,
  { target, assignee }: DecisionRequest,
): Reason {
  const acting = permissions.filter(({ actions }) => actions.has(action));
  const aimed = acting.filter((each) => each.covers(target));
  const [first] = acting;
  if (first === undefined) {
    const names = [...new Set(permissions.map(({ rule }) => rule.action))];
    const permitted = namesText(names, 'en') || 'nothing';
    return reason('ACTION_NOT_PERMITTED', '/permission', {
      action,
      permitted,
      zhPermitted: namesText(names, 'zh') || '无',
    });
  }
  const [named] = aimed;
  if (named === undefined) return reason('TARGET_NOT_COVERED', ownPath(first, 'target'), { target });
  return reason('ASSIGNEE_NOT_NAMED', ownPath(named, 'assignee'), { assignee });
}

function ownPath({ rule }: CompiledRule, member: 'target' | 'assignee'): string {
  const own = member === 'target' ? rule.target : rule.assignees;
  return own === undefined ? `/${member}` : `${rule.path}/${member}`;
}

export function prohibited({ rule }: CompiledRule, situation: Situation, truth: Truth): Reason {
  if (truth === undefined) {
    const [open] = rule.constraints.flatMap((each) => failing(each, situation));
    return {
      code: 'PROHIBITION_UNDECIDED',
      path: open?.path ?? rule.path,
      en: `${rule.action} may be prohibited here, and that cannot be decided: ${open?.en ?? 'a fact is missing'}`,
      zh: `此处可能禁止 ${rule.action}，且无法判定：${open?.zh ?? '缺少事实'}`,
    };
  }
  const words = rule.constraints.map(constraintWords);
  const when = words.length > 0 ? ` (${words.map(({ en }) => en).join('; ')})` : '';
  const zhWhen = words.length > 0 ? `（${words.map(({ zh }) => zh).join('；')}）` : '';
  return {
    code: 'PROHIBITED',
    path: rule.path,
    en: `${rule.action} is prohibited${when}`,
    zh: `禁止 ${rule.action}${zhWhen}`,
  };
}

/** What would have to change for this permission to hold: every failing constraint, of alternatives the one nearest to holding. */
export function explainCondition({ rule }: CompiledRule, situation: Situation): Reason[] {
  return rule.constraints.flatMap((each) => failing(each, situation));
}

function failing(constraint: Constraint, situation: Situation): Reason[] {
  if (conditionOf(constraint)(situation) === true) return [];
  if ('operand' in constraint) return [explainAtom(constraint, situation)];
  const { logic, operands, path } = constraint;
  if (logic === 'and' || logic === 'andSequence') return operands.flatMap((each) => failing(each, situation));
  const parts = operands.map((each) => failing(each, situation));
  const held = parts.filter((each) => each.length === 0).length;
  const open = parts.filter((each) => each.length > 0).sort((a, b) => a.length - b.length);
  if (held === 0 && open[0]) return open[0];
  return [
    {
      code: 'NOT_EXACTLY_ONE',
      path,
      en: `exactly one of ${operands.length} alternatives must hold, and ${held} hold or cannot be told apart`,
      zh: `${operands.length} 个条件须恰好满足其一，现有 ${held} 个满足或无法判定`,
    },
  ];
}

function explainAtom(atom: AtomicConstraint, { now, use, purpose }: Situation): Reason {
  const { path } = atom;
  const words = atomWords(atom);
  if (atom.operand === 'dateTime') {
    if (atom.value.instant === undefined) {
      return {
        code: 'ZONE_MISSING',
        path,
        en: `${atom.value.text} has no zone, so it cannot be decided: the contract must name one`,
        zh: `${atom.value.text} 未注明时区，无法判定：合同须写明时区`,
      };
    }
    const code = timeCodes[atom.operator] ?? 'WRONG_TIME';
    const time = timeText(now);
    return { code, path, en: `permitted ${words.en}; it is ${time}`, zh: `许可时间：${words.zh}；现在是 ${time}` };
  }
  if (atom.operand === 'count') {
    if (use === undefined) return reason('FACT_MISSING', path, { fact: 'count', needs: words.en, zhNeeds: words.zh });
    if (atom.operator === 'eq') {
      return {
        code: 'WRONG_COUNT',
        path,
        en: `permitted ${words.en}; this is number ${use}`,
        zh: `${words.zh}；本次为第 ${use} 次`,
      };
    }
    const most = mostUses(atom.operator, atom.value);
    return { code: 'USES_EXHAUSTED', path, en: `0 of ${most} uses left`, zh: `${most} 次使用已用尽，剩余 0 次` };
  }
  if (purpose === undefined) {
    return reason('FACT_MISSING', path, { fact: 'purpose', needs: words.en, zhNeeds: words.zh });
  }
  const given = purpose.slice(0, 200);
  return {
    code: 'PURPOSE_NOT_ALLOWED',
    path,
    en: `permitted ${words.en}; the stated purpose is ${given}`,
    zh: `${words.zh}；所声明的用途为 ${given}`,
  };
}

const timeCodes: Record<string, ReasonCode> = { lt: 'TOO_LATE', lteq: 'TOO_LATE', gt: 'TOO_EARLY', gteq: 'TOO_EARLY' };
