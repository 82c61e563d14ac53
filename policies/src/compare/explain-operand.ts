import { type Situation, truthIn } from '../decide/condition.js';
import type { AtomicConstraint, Constraint, Fact, Reason, ReasonCode, Rule, Witness } from '../model.js';
import { factOf, operandOf } from '../odrl/operands.js';
import { operandWords } from '../words/operands.js';
import { namesWords } from '../words/terms.js';
import { constraintWords, timeText, timeWords, type Words } from '../words.js';
import { atomsOf } from './parts.js';

const codes: Readonly<Record<string, ReasonCode>> = {
  dateTime: 'WINDOW_WIDER',
  count: 'COUNT_HIGHER',
  purpose: 'PURPOSE_WIDER',
};

/** What of one operand the request permits, and the nearest permission of the offer does not. */
export function explainOperand(key: string, rule: Rule, near: Rule, witness: Witness, situation: Situation): Reason {
  const refined = near.actionRefinements.filter((each) => looksAt(each, key));
  const wanted = [...near.constraints.filter((each) => looksAt(each, key)), ...refined];
  const demands = all(wanted.map(constraintWords));
  const at = wanted[0]?.path ?? near.path;
  const own = [...rule.constraints, ...rule.actionRefinements]
    .flatMap(atomsOf)
    .filter((atom) => atom.declaredOnly !== true && looksAt(atom, key));
  const [atom] = [...own.filter((each) => truthIn(situation, each) === true), ...own];
  const shown = valueWords(key, witness);
  if (atom === undefined) {
    return {
      code: wanted.length > 0 && wanted.length === refined.length ? 'REFINEMENT_DROPPED' : 'CONSTRAINT_DROPPED',
      path: rule.path,
      en: `the offer permits ${demands.en} (${at}); the request drops that and permits ${shown.en}`,
      zh: `要约要求：${demands.zh}（${at}）；请求去掉了该约束，许可了${shown.zh}`,
    };
  }
  return {
    code: codes[key] ?? 'VALUE_WIDER',
    path: atom.path,
    en: `the request permits ${shown.en}; the offer permits ${demands.en} (${at})`,
    zh: `请求许可${shown.zh}；要约要求：${demands.zh}（${at}）`,
  };
}

function looksAt(constraint: Constraint | AtomicConstraint, key: string): boolean {
  return atomsOf(constraint).some(({ operand }) => factOf(operand) === key);
}

function all(parts: readonly Words[]): Words {
  return {
    en: parts.map(({ en }) => en).join(', and ') || 'less',
    zh: parts.map(({ zh }) => zh).join('，且') || '更少',
  };
}

function valueWords(key: string, { facts }: Witness): Words {
  if (key === 'dateTime') {
    const { en, zh } = timeWords(facts.now);
    return { en: `use at ${en}`, zh: `在 ${zh} 使用` };
  }
  if (key === 'count') {
    if (facts.used === undefined) return { en: 'uses that are not counted', zh: '不计次的使用' };
    return { en: `use number ${facts.used + 1}`, zh: `第 ${facts.used + 1} 次使用` };
  }
  const fact = facts.values?.[key];
  const shown = fact && factWords(key, fact);
  if (key === 'purpose') {
    if (!shown) return { en: 'use without a stated purpose', zh: '未声明用途的使用' };
    return { en: `use for ${shown.en}`, zh: `用途为 ${shown.zh} 的使用` };
  }
  const noun = operandWords(key);
  if (!shown) return { en: `use where ${noun.en} is not known`, zh: `${noun.zh}未知的使用` };
  return { en: `use where ${noun.en} is ${shown.en}`, zh: `${noun.zh}为 ${shown.zh} 的使用` };
}

function factWords(key: string, { value, source }: Fact): Words {
  const kind = source === 'attested' ? '' : ` (${source})`;
  const scale = operandOf(key)?.scale;
  const point = (at: number) => (scale === 'instant' ? timeText(at) : scale === 'duration' ? `${at} ms` : String(at));
  if (typeof value === 'number') return { en: `${point(value)}${kind}`, zh: `${point(value)}${kind}` };
  if (typeof value === 'object' && 'low' in value) {
    const [low, high] = [point(value.low), point(value.high)];
    return { en: `between ${low} and ${high}${kind}`, zh: `${low} 至 ${high}${kind}` };
  }
  const names = namesWords(typeof value === 'string' ? [value] : value);
  return { en: `${names.en}${kind}`, zh: `${names.zh}${kind}` };
}
