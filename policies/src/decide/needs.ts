import type { AtomicConstraint, Fact, OrderedValue, Reason, ReasonCode, TermsValue } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { operandWords } from '../words/operands.js';
import { localName, namesText, nameText, type Words } from '../words/text.js';
import { durationWords, timeWords } from '../words/time.js';
import { atomWords } from '../words.js';
import { atomTruth, doubtOf, factFor, type Situation } from './condition.js';
import { isAmbiguous, isPassing } from './readings.js';

/** What one failing comparison needs, and what is there instead: what would change the decision. */
export function explainAtom(atom: AtomicConstraint, situation: Situation): Reason {
  const fact = factFor(atom, situation);
  const code = codeOf(atom, fact, situation);
  const { en, zh } = sentenceOf(atom, fact, code, situation);
  return { code, path: atom.path, en, zh };
}

const timeCodes: Readonly<Record<string, ReasonCode>> = {
  lt: 'TOO_LATE',
  lteq: 'TOO_LATE',
  gt: 'TOO_EARLY',
  gteq: 'TOO_EARLY',
};

function codeOf(atom: AtomicConstraint, fact: Fact | undefined, { within }: Situation): ReasonCode {
  if (fact === undefined) return 'FACT_MISSING';
  const doubt = doubtOf(atom, fact);
  if (doubt !== undefined) return doubt;
  const { value, operator } = atom;
  const key = factOf(atom.operand);
  if (atomTruth(atom, fact, within) === undefined)
    return key === 'dateTime' && value.type === 'ordered' ? 'ZONE_MISSING' : 'UNDECIDABLE';
  if (value.type === 'terms') return key === 'purpose' ? 'PURPOSE_NOT_ALLOWED' : 'VALUE_NOT_ALLOWED';
  if (key === 'count') return operator === 'lt' || operator === 'lteq' ? 'USES_EXHAUSTED' : 'WRONG_COUNT';
  if (key === 'dateTime' || isPassing(atom.operand)) return timeCodes[operator] ?? 'WRONG_TIME';
  return 'VALUE_NOT_ALLOWED';
}

function sentenceOf(atom: AtomicConstraint, fact: Fact | undefined, code: ReasonCode, situation: Situation): Words {
  const needs = needsOf(atom, situation, fact);
  switch (code) {
    case 'FACT_MISSING':
      return { en: `${needs.en}; ${name(atom)} is not known: state it`, zh: `${needs.zh}；${noun(atom)}未知：请提供` };
    case 'FACT_MALFORMED':
      return {
        en: `${needs.en}; the fact given for ${name(atom)} is malformed`,
        zh: `${needs.zh}；所给的${noun(atom)}格式不正确`,
      };
    case 'FACT_NOT_TRUSTED': {
      const wanted =
        atom.source === 'attested'
          ? { en: 'attested', zh: '经认证' }
          : { en: 'measured or attested', zh: '经测量或认证' };
      return {
        en: `${needs.en}; ${name(atom)} is only ${fact?.source ?? 'declared'}, and must be ${wanted.en}`,
        zh: `${needs.zh}；${noun(atom)}须${wanted.zh}，现仅为${fact?.source === 'measured' ? '测量' : '声明'}`,
      };
    }
    case 'UNIT_DIFFERS':
      return {
        en: `${needs.en}; ${name(atom)} is given in ${unitText(fact?.unit, 'no unit')}, and must be in ${unitText(atom.unit, 'none')}`,
        zh: `${needs.zh}；${noun(atom)}的单位为 ${unitText(fact?.unit, '无')}，须为 ${unitText(atom.unit, '无')}`,
      };
    case 'UNDECIDABLE':
      return undecidable(atom, fact, needs);
    case 'ZONE_MISSING':
      return {
        en: `${textOf(atom)} has no zone, so it cannot be decided now: the contract must name one`,
        zh: `${textOf(atom)} 未注明时区，目前无法判定：合约须写明时区`,
      };
    case 'USES_EXHAUSTED':
      return exhausted(atom, situation.use ?? 1);
    default: {
      const found = foundOf(atom, fact, situation);
      return { en: `${needs.en}; ${found.en}`, zh: `${needs.zh}；${found.zh}` };
    }
  }
}

function undecidable(atom: AtomicConstraint, fact: Fact | undefined, needs: Words): Words {
  if (isAmbiguous(atom.operand)) {
    return {
      en: `${name(atom)} has several dimensions, so one value cannot decide it: the contract must say which`,
      zh: `${noun(atom)}有多个维度，单个数值无法判定：合约须写明维度`,
    };
  }
  const { en, zh } = valueText(atom, fact);
  return { en: `${needs.en}; whether ${en} does is not known`, zh: `${needs.zh}；${zh} 是否满足尚不清楚` };
}

/** The use asked for would have the number `use`, so one fewer are taken. */
function exhausted({ operator, value }: AtomicConstraint, use: number): Words {
  const bound = value.type === 'ordered' ? value.low : 0;
  const most = Math.max(0, operator === 'lt' ? Math.ceil(bound) - 1 : Math.floor(bound));
  const left = Math.max(0, most - use + 1);
  return { en: `${left} of ${most} uses left`, zh: `${most} 次使用，剩余 ${left} 次` };
}

const asked: Readonly<Record<string, string>> = {
  eq: 'in',
  isAnyOf: 'in',
  neq: 'not in',
  isNoneOf: 'not in',
  isAllOf: 'with all of',
  isA: 'of the kind',
  isPartOf: 'within',
  hasPart: 'containing',
};

function needsOf(atom: AtomicConstraint, { now }: Situation, fact: Fact | undefined): Words {
  const words = atomWords(atom);
  if (atom.value.type === 'terms') {
    return {
      en: `needs ${name(atom)} ${asked[atom.operator] ?? atom.operator} {${namesOf(atom.value)}}`,
      zh: `须满足：${words.zh}`,
    };
  }
  if (factOf(atom.operand) === 'dateTime') return { en: `permitted ${words.en}`, zh: `许可时间：${words.zh}` };
  const from = permittedFrom(atom, atom.value, now, fact);
  if (from !== undefined) {
    const { en, zh } = timeWords(from);
    return { en: `permitted from ${en}`, zh: `许可时间：自 ${zh} 起` };
  }
  return { en: `permitted ${words.en}`, zh: `须满足：${words.zh}` };
}

/** When a fact that grows with time will have grown enough. */
export function permittedFrom(
  { operand, operator }: AtomicConstraint,
  value: OrderedValue,
  now: number,
  fact: Fact | undefined,
): number | undefined {
  if (fact === undefined || typeof fact.value !== 'number' || !isPassing(operand)) return undefined;
  if (operator === 'gteq') return instant(now + Math.ceil(value.high - fact.value));
  if (operator === 'gt') return instant(now + Math.floor(value.high - fact.value) + 1);
  return undefined;
}

function instant(milliseconds: number): number | undefined {
  return Math.abs(milliseconds) <= 8.64e15 ? milliseconds : undefined;
}

function foundOf(atom: AtomicConstraint, fact: Fact | undefined, { now, use }: Situation): Words {
  const key = factOf(atom.operand);
  if (key === 'dateTime') {
    const { en, zh } = nowWords(now);
    return { en: `it is ${en}`, zh: `现在是 ${zh}` };
  }
  if (key === 'count') return { en: `this is number ${use}`, zh: `本次为第 ${use} 次` };
  const { en, zh } = valueText(atom, fact);
  return { en: `it is ${en}`, zh: `现为 ${zh}` };
}

function valueText(atom: AtomicConstraint, fact: Fact | undefined): Words {
  const value = fact?.value;
  if (typeof value === 'string') return both(nameText(value.slice(0, 200)));
  if (Array.isArray(value)) {
    const names = value.map((each) => String(each).slice(0, 200));
    return { en: namesText(names, 'en'), zh: namesText(names, 'zh') };
  }
  const duration = isPassing(atom.operand);
  if (typeof value === 'number') return duration ? durationWords(durationText(value)) : both(String(value));
  if (typeof value === 'object' && 'low' in value)
    return { en: `between ${value.low} and ${value.high}`, zh: `${value.low} 至 ${value.high}` };
  return both('?');
}

/** In days, hours, minutes and seconds: how a contract would write it. */
function durationText(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds)) / 1_000;
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = Math.round((seconds % 60) * 1_000) / 1_000;
  return `${milliseconds < 0 ? '-' : ''}P${days}DT${hours}H${minutes}M${rest}S`;
}

function both(text: string): Words {
  return { en: text, zh: text };
}

function nowWords(now: number): Words {
  return instant(now) === undefined ? both(String(now)) : timeWords(now);
}

function name({ operand }: AtomicConstraint): string {
  return localName(operand);
}

function noun({ operand }: AtomicConstraint): string {
  return operandWords(operand).zh;
}

function namesOf({ terms }: TermsValue): string {
  return namesText(
    terms.map(({ text }) => text),
    'en',
  );
}

function textOf({ value }: AtomicConstraint): string {
  return value.type === 'ordered' ? nameText(value.text) : '';
}

function unitText(unit: string | undefined, none: string): string {
  return unit === undefined ? none : nameText(unit.slice(0, 200));
}
