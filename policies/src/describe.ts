import type { Policy, Rule } from './model.js';
import { constraintWords, type Language, namesText } from './words.js';

/** A policy in plain words, one line a rule. */
export function describePolicy(policy: Policy, lang: Language): string {
  const lines = [
    ...policy.permissions.map((rule) => ruleText(policy, rule, lang)),
    ...policy.prohibitions.map((rule) => ruleText(policy, rule, lang)),
  ];
  if (policy.prohibitions.length > 0) lines.push(conflictText(policy, lang));
  if (policy.auditors?.length) {
    const names = namesText(policy.auditors, lang);
    lines.push(lang === 'en' ? `Evidence may be shown to ${names}.` : `存证可向 ${names} 出示。`);
  }
  return lines.join('\n');
}

function ruleText(policy: Policy, rule: Rule, lang: Language): string {
  const who = rule.assignees ?? policy.assignees;
  const target = rule.target ?? policy.target;
  const words = rule.constraints.map(constraintWords);
  const permits = rule.kind === 'permission';
  if (lang === 'en') {
    const subject = who ? namesText(who, lang) : 'Anybody';
    const verb = permits ? 'may' : 'must not';
    const conditions = words.map(({ en }) => en).join(', and ');
    return `${subject} ${verb} ${rule.action} ${target ?? 'the data'}${conditions && ` ${conditions}`}.`;
  }
  const subject = who ? namesText(who, lang) : '任何参与方';
  const conditions = words.map(({ zh }) => zh).join('，且');
  return `${subject}${permits ? '可以' : '不得'}对 ${target ?? '该数据'} 进行 ${rule.action}${conditions && `，条件：${conditions}`}。`;
}

const conflicts = {
  prohibit: { en: 'Where both apply, the prohibition holds.', zh: '两者同时适用时，以禁止为准。' },
  perm: { en: 'Where both apply, the permission holds.', zh: '两者同时适用时，以许可为准。' },
  invalid: { en: 'Where both could apply, the whole policy is void.', zh: '两者可能同时适用时，整个策略无效。' },
} as const;

function conflictText({ conflict }: Policy, lang: Language): string {
  return conflicts[conflict][lang];
}
