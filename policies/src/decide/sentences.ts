import type { Reason, ReasonCode } from '../model.js';
import { doingZh } from '../words/actions.js';

type Values = Readonly<Record<string, string>>;
type Sentence = (values: Values) => { readonly en: string; readonly zh: string };

/** Reasons that are not about one comparison; those are in `needs.ts`. */
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
    en: `the action “${action}” is neither one of ODRL nor of a profile known here`,
    zh: `动作“${action}”既不是 ODRL 的动作，也不属于已知的配置规范`,
  }),
  FACT_MALFORMED: ({ fact }) => ({
    en: `the fact ${fact} is malformed or contradicts the request`,
    zh: `事实 ${fact} 格式不正确或与请求矛盾`,
  }),
  UNDECIDABLE: ({ most }) => ({
    en: `the use names too many values at once: more than ${most} combinations are not decided, so ask for fewer at a time`,
    zh: `一次使用涉及的取值过多：超过 ${most} 种组合不予判定，请分次申请`,
  }),
  ACTION_NOT_PERMITTED: ({ action, permitted, zhPermitted }) => ({
    en: `${action} is not permitted; permitted: ${permitted}`,
    zh: `未许可${doingZh(action)}；已许可：${zhPermitted}`,
  }),
  TARGET_NOT_COVERED: ({ target }) => ({
    en: `the policy is not about ${target}`,
    zh: `此策略不涉及 ${target}`,
  }),
  ASSIGNEE_NOT_NAMED: ({ assignee }) => ({
    en: `the policy does not name ${assignee}: it must be among the assignees`,
    zh: `此策略未指定 ${assignee}：须为被授权方之一`,
  }),
  MEMBERSHIP_UNKNOWN: ({ member, collection }) => ({
    en: `${member} must belong to ${collection}, and whether it does is not known`,
    zh: `${member} 须属于 ${collection}，但是否属于尚不清楚`,
  }),
  REFINEMENT_NOT_MET: ({ collection }) => ({
    en: `only some members of ${collection} are meant: ask for one of them, not for the collection`,
    zh: `仅涉及 ${collection} 的部分成员：请就单个成员申请，而不是整个集合`,
  }),
} as const satisfies Partial<Record<ReasonCode, Sentence>>;

export function reason(code: keyof typeof sentences, path: string, values: Values): Reason {
  const sentence: Sentence = sentences[code];
  return { code, path, ...sentence(clip(values)) };
}

/** Names in a request come from a stranger. */
function clip(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value).slice(0, 400)]));
}
