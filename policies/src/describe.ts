import { classificationWords } from './classification.js';
import type { Duty, Policy, Rule } from './model.js';
import { actionWords } from './words/actions.js';
import { conditions } from './words/conditions.js';
import { dutyWords } from './words/duty.js';
import { assetWords, partiesText } from './words/parties.js';
import { han, nameText, quoted, spaced } from './words/text.js';
import { instantZh } from './words/time.js';
import { declaredOnlyWords, type Language, namesText } from './words.js';

/**
 * A policy in plain words: one sentence a rule, its conditions below it. Everything the policy says is in it, as written; what no
 * software enforces is marked.
 */
export function describePolicy(policy: Policy, lang: Language): string {
  const lines = [
    ...heading(policy, lang),
    ...policy.permissions.flatMap((rule) => ruleLines(policy, rule, lang)),
    ...policy.prohibitions.flatMap((rule) => ruleLines(policy, rule, lang)),
    ...policy.obligations.flatMap((duty) => dutyLines(policy, duty, lang, owed, 0)),
  ];
  if (policy.permissions.length > 0 && policy.prohibitions.length > 0) lines.push(conflicts[policy.conflict][lang]);
  if (policy.auditors?.length) {
    const names = namesText(policy.auditors, lang, Number.POSITIVE_INFINITY);
    lines.push(lang === 'en' ? `Evidence may be shown to ${names}.` : han`存证可向${names}出示。`);
  }
  for (const [term, texts] of Object.entries(policy.metadata ?? {})) {
    const said = texts.map(quoted).join(lang === 'en' ? ', ' : '、');
    lines.push(lang === 'en' ? `Noted by its author (${term}): ${said}` : `作者附注（${term}）：${said}`);
  }
  if (policy.unboundTokens) lines.push(unboundWords[lang]);
  if (policy.classification) lines.push(classificationWords(policy.classification)[lang]);
  return lines.join('\n');
}

const unboundWords: Readonly<Record<Language, string>> = {
  en: 'A consumer without a certificate may get an unbound token: whoever holds it can fetch the data.',
  zh: '无证书的使用方可获得未绑定令牌（unbound）：任何持有者均可凭其获取数据。',
};

function heading({ kind, assigner, assignees, timestamp }: Policy, lang: Language): string[] {
  const from = assigner === undefined ? undefined : nameText(assigner);
  if (kind === 'Set') {
    return [lang === 'en' ? 'A set of rules, which grants nothing by itself.' : '以下为一组规则，其本身不构成授权。'];
  }
  if (kind === 'Offer') {
    if (from === undefined) return [];
    return [lang === 'en' ? `Offered by ${from}.` : han`提供方：${from}。`];
  }
  const made = timestamp === undefined ? undefined : nameText(timestamp);
  const zhMade = timestamp === undefined ? '' : `，时间：${instantZh(timestamp)}`;
  const to = partiesText(assignees, lang);
  if (lang === 'en') return [`Agreed between ${from ?? 'the provider'} and ${to}${made ? ` on ${made}` : ''}.`];
  return [han`由${from ?? '提供方'}与${to}签订合约${zhMade}。`];
}

function ruleLines(policy: Policy, rule: Rule, lang: Language): string[] {
  const who = partiesText(rule.assignees ?? policy.assignees, lang);
  const done = actionWords(rule.action, assetWords(rule.target ?? policy.target))[lang];
  const permits = rule.kind === 'permission';
  const { inline, lead, lines } = conditions(rule.constraints, lang, permits);
  const mark = rule.declaredOnly ? declaredOnlyWords[lang] : '';
  const sentence =
    lang === 'en' ? english(who, permits, done, inline, lead) : chinese(who, permits, done, inline, lead);
  return [
    `${sentence}${mark}`,
    ...lines,
    ...(rule.assigner === undefined ? [] : [granted(rule.assigner, lang)]),
    ...manner(rule, lang),
    ...rule.duties.flatMap((duty) => dutyLines(policy, duty, lang, first, 1)),
    ...rule.remedies.flatMap((duty) => dutyLines(policy, duty, lang, remedied, 1)),
  ];
}

function english(who: string, permits: boolean, done: string, inline?: string, lead?: string): string {
  const subject = who.replace(/^(?:anybody|nobody|every)\b/, (word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  const head = `${subject} ${permits ? 'may' : 'must not'} ${done}`;
  if (inline !== undefined) return `${head} ${inline}.`;
  return lead === undefined ? `${head}.` : `${head} if ${lead}:`;
}

function chinese(who: string, permits: boolean, done: string, inline?: string, lead?: string): string {
  const head = han`${who}${permits ? '可以' : '不得'}${done}`;
  if (inline === undefined && lead === undefined) return `${head}。`;
  if (!permits) {
    const where = inline === undefined ? `${lead}${lead?.includes('以下') ? '' : '以下条件'}` : '下列情形下';
    return han`${who}在${where}${inline === undefined ? '时' : ''}不得${done}：${inline === undefined ? '' : `${inline}。`}`;
  }
  return inline === undefined ? `${head}，须${lead}：` : `${head}，条件是：${inline}。`;
}

function granted(assigner: string, lang: Language): string {
  const name = nameText(assigner);
  return lang === 'en' ? `  Laid down by ${name}.` : han`  规则制定方：${name}。`;
}

/** What is demanded of the doing itself. */
function manner({ actionRefinements }: Rule, lang: Language): string[] {
  const { inline, lead, lines } = conditions(actionRefinements, lang);
  if (inline !== undefined) return [lang === 'en' ? `  Done only ${inline}.` : `  方式限定：${inline}。`];
  if (lead === undefined) return [];
  return [
    lang === 'en' ? `  Done only where ${lead}:` : `  方式限定，须${lead}：`,
    ...lines.map((line) => `  ${line}`),
  ];
}

type Opening = Readonly<Record<Language, (who: string | undefined) => string>>;
const first: Opening = {
  en: (who) => (who === undefined ? 'Before each use: ' : `Before each use ${who} must `),
  zh: (who) => (who === undefined ? '每次使用前须' : han`每次使用前，${who}须`),
};
const remedied: Opening = {
  en: (who) => `Whoever does so all the same${who === undefined ? '' : ` (${who})`} must `,
  zh: (who) => han`违反者${who === undefined ? '' : `（${who}）`}须`,
};
const owed: Opening = { en: (who) => `${who ?? 'The user'} must `, zh: (who) => han`${who ?? '使用方'}须` };
const failed: Opening = {
  en: (who) => `If that is not done${who === undefined ? '' : `, ${who} must`}: also `,
  zh: (who) => han`逾期未履行的，${who ?? ''}还须`,
};

function dutyLines(policy: Policy, duty: Duty, lang: Language, opening: Opening, depth: number): string[] {
  const named = duty.assignees ?? (opening === owed ? policy.assignees : undefined);
  const who = named && partiesText(named, lang);
  const start = opening[lang](who);
  const what = dutyWords(duty, policy.target)[lang];
  const end = lang === 'en' ? '.' : '。';
  return [
    `${'  '.repeat(depth)}${lang === 'en' ? `${start}${what}` : spaced(start, what)}${end}`,
    ...duty.consequences.flatMap((each) => dutyLines(policy, each, lang, failed, depth + 1)),
  ];
}

const conflicts = {
  prohibit: { en: 'Where both apply, the prohibition holds.', zh: '许可与禁止同时适用时，以禁止为准。' },
  perm: { en: 'Where both apply, the permission holds.', zh: '许可与禁止同时适用时，以许可为准。' },
  invalid: { en: 'Where both could apply, the whole policy is void.', zh: '许可与禁止可能同时适用时，整个策略无效。' },
} as const;
