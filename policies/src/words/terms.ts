import type { AtomicConstraint, TermsValue } from '../model.js';
import { operandWords } from './operands.js';
import { han, type Language, namesText, type Said, type Words } from './text.js';

type Phrase = (value: Words, noun: Words, several: boolean) => Said;

const among = (noun: string, zh: string, several: boolean) => han`${noun}为${zh}${several ? '之一' : ''}`;
const none = (noun: string, zh: string, several: boolean) =>
  han`${noun}不${several ? '属于' : '是'}${zh}${several ? '中的任何一个' : ''}`;

/** The four ways a list of names can be meant, whatever the operator is called. */
type Manner = 'among' | 'within' | 'kind' | 'none';
const manners: Partial<Record<string, Manner>> = {
  eq: 'among',
  isAnyOf: 'among',
  isPartOf: 'within',
  isA: 'kind',
  neq: 'none',
  isNoneOf: 'none',
};

const oneOf = (several: boolean) => (several ? 'one of ' : '');

const purpose: Record<Manner, Phrase> = {
  among: ({ en, zh }, _noun, several) => ({
    en: `for the purpose ${several ? `of one of ${en}` : en}`,
    zh: han`用途限于${zh}`,
    when: among('用途', zh, several),
  }),
  within: ({ en, zh }, _noun, several) => ({
    en: `for a purpose within ${oneOf(several)}${en}`,
    zh: han`用途须在${zh}的范围内`,
    when: han`用途在${zh}的范围内`,
  }),
  kind: ({ en, zh }, _noun, several) => ({
    en: `for a purpose of the kind ${oneOf(several)}${en}`,
    zh: han`用途须属于${zh}`,
    when: han`用途属于${zh}`,
  }),
  none: ({ en, zh }, _noun, several) => ({
    en: `for any stated purpose but ${en}`,
    zh: han`用途不得为${zh}`,
    when: none('用途', zh, several),
  }),
};

const spatial: Record<Manner, Phrase> = {
  among: ({ en, zh }, _noun, several) => ({
    en: `in ${oneOf(several)}${en}`,
    zh: han`使用地点限于${zh}`,
    when: among('使用地点', zh, several),
  }),
  within: ({ en, zh }, _noun, several) => ({
    en: `within ${oneOf(several)}${en}`,
    zh: han`使用地点须位于${zh}境内`,
    when: han`使用地点位于${zh}境内`,
  }),
  kind: ({ en, zh }, _noun, several) => ({
    en: `in a place of the kind ${oneOf(several)}${en}`,
    zh: han`使用地点须属于${zh}`,
    when: han`使用地点属于${zh}`,
  }),
  none: ({ en, zh }, _noun, several) => ({
    en: `anywhere but in ${en}`,
    zh: han`使用地点不得为${zh}`,
    when: none('使用地点', zh, several),
  }),
};

const role: Partial<Record<Manner, Phrase>> = {
  among: ({ en, zh }, _noun, several) => ({
    en: `in the role ${several ? `of one of ${en}` : en}`,
    zh: han`使用方角色限于${zh}`,
    when: among('使用方角色', zh, several),
  }),
  none: ({ en, zh }, _noun, several) => ({
    en: `in any role but ${en}`,
    zh: han`使用方角色不得为${zh}`,
    when: none('使用方角色', zh, several),
  }),
};

const security: Partial<Record<Manner, Phrase>> = {
  within: ({ en, zh }, _noun, several) => ({
    en: `at the certified security level ${oneOf(several)}${en} or higher`,
    zh: han`认证安全等级不低于${zh}`,
  }),
};

const special: Readonly<Record<string, Partial<Record<Manner, Phrase>>>> = {
  purpose,
  'cx-policy:UsagePurpose': purpose,
  spatial,
  'urn:causeway:v1:role': role,
  'idsc:ROLE': role,
  'vcard:hasRole': role,
  'urn:causeway:v1:securityLevel': security,
  'idsc:SECURITY_LEVEL': security,
};

const general: Readonly<Record<string, Phrase>> = {
  eq: (value, noun) => ({ en: `where ${noun.en} is ${value.en}`, zh: han`${noun.zh}为${value.zh}` }),
  neq: (value, noun) => ({ en: `where ${noun.en} is not ${value.en}`, zh: han`${noun.zh}不为${value.zh}` }),
  isAnyOf: (value, noun, several) => ({
    en: `where ${noun.en} is ${oneOf(several)}${value.en}`,
    zh: han`${noun.zh}${several ? '为以下之一：' : '为'}${value.zh}`,
  }),
  isNoneOf: (value, noun, several) => ({
    en: `where ${noun.en} is ${several ? 'none of ' : 'not '}${value.en}`,
    zh: han`${noun.zh}不得为${value.zh}`,
    when: none(noun.zh, value.zh, several),
  }),
  isAllOf: (value, noun, several) => ({
    en: `where ${noun.en} includes ${several ? 'all of ' : ''}${value.en}`,
    zh: han`${noun.zh}须${several ? '同时' : ''}包括${value.zh}`,
    when: han`${noun.zh}${several ? '同时' : ''}包括${value.zh}`,
  }),
  isA: (value, noun, several) => ({
    en: `where ${noun.en} is of the kind ${oneOf(several)}${value.en}`,
    zh: han`${noun.zh}须属于${value.zh}`,
    when: han`${noun.zh}属于${value.zh}`,
  }),
  isPartOf: (value, noun, several) => ({
    en: `where ${noun.en} is within ${oneOf(several)}${value.en}`,
    zh: han`${noun.zh}须在${value.zh}的范围内`,
    when: han`${noun.zh}在${value.zh}的范围内`,
  }),
  hasPart: (value, noun) => ({
    en: `where ${noun.en} contains ${value.en}`,
    zh: han`${noun.zh}须包含${value.zh}`,
    when: han`${noun.zh}包含${value.zh}`,
  }),
  lt: (value, noun) => ({ en: `where ${noun.en} is before ${value.en}`, zh: han`${noun.zh}早于${value.zh}` }),
  lteq: (value, noun) => ({ en: `where ${noun.en} is ${value.en} or before`, zh: han`${noun.zh}不晚于${value.zh}` }),
  gt: (value, noun) => ({ en: `where ${noun.en} is after ${value.en}`, zh: han`${noun.zh}晚于${value.zh}` }),
  gteq: (value, noun) => ({ en: `where ${noun.en} is ${value.en} or after`, zh: han`${noun.zh}不早于${value.zh}` }),
};

/** A constraint over names as the end of “permitted …”. */
export function termsPhrase({ operand, operator }: AtomicConstraint, { terms }: TermsValue, most?: number): Said {
  const several = terms.length > 1;
  const said = namesWords(
    terms.map(({ text }) => text),
    most,
    operand,
  );
  const value = several ? { en: `{${said.en}}`, zh: said.zh } : said;
  const manner = manners[operator];
  const phrase = (manner && special[operand]?.[manner]) ?? general[operator];
  const noun = operandWords(operand);
  return (
    phrase?.(value, noun, several) ?? {
      en: `where ${noun.en} ${operator} ${value.en}`,
      zh: han`${noun.zh}须满足“${operator}”：${value.zh}`,
    }
  );
}

/** @param operand whose own names for people are used, where it has some */
export function namesWords(names: readonly string[], most?: number, operand = ''): Words {
  const known = security === special[operand] ? levels : undefined;
  const told = (lang: Language) => names.map((name) => known?.[name]?.[lang] ?? name);
  return { en: namesText(told('en'), 'en', most), zh: namesText(told('zh'), 'zh', most) };
}

const levels: Readonly<Record<string, Words>> = {
  'idsc:BASE_SECURITY_PROFILE': { en: 'Base', zh: '基础级' },
  'idsc:TRUST_SECURITY_PROFILE': { en: 'Trust', zh: '可信级' },
  'idsc:TRUST_PLUS_SECURITY_PROFILE': { en: 'Trust+', zh: '可信增强级' },
};
