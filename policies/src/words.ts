import type { AtomicConstraint, Constraint } from './model.js';

export type Language = 'en' | 'zh';

/** Text in both languages, chosen late. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

/** At most this many names in a sentence. */
const shown = 8;

export function namesText(names: readonly string[], lang: Language): string {
  const head = names.slice(0, shown).join(lang === 'en' ? ', ' : '、');
  const more = names.length - shown;
  if (more <= 0) return head;
  return lang === 'en' ? `${head} and ${more} more` : `${head}等${names.length}个`;
}

const times: Record<string, (at: string) => Words> = {
  lt: (at) => ({ en: `before ${at}`, zh: `${at} 之前` }),
  lteq: (at) => ({ en: `until ${at}`, zh: `不晚于 ${at}` }),
  gt: (at) => ({ en: `after ${at}`, zh: `${at} 之后` }),
  gteq: (at) => ({ en: `from ${at}`, zh: `自 ${at} 起` }),
  eq: (at) => ({ en: `at ${at} exactly`, zh: `恰在 ${at}` }),
  neq: (at) => ({ en: `at any time but ${at}`, zh: `除 ${at} 外的任何时刻` }),
};

/** One constraint in plain words, as the end of “permitted …”. */
export function atomWords(atom: AtomicConstraint): Words {
  if (atom.operand === 'dateTime') {
    const { instant, text } = atom.value;
    const at = instant === undefined ? `${text} (no zone)` : timeText(instant);
    return times[atom.operator]?.(at) ?? { en: at, zh: at };
  }
  if (atom.operand === 'count') {
    if (atom.operator === 'eq') return { en: `for use number ${atom.value} only`, zh: `仅限第 ${atom.value} 次使用` };
    const most = mostUses(atom.operator, atom.value);
    return { en: `for ${most} ${most === 1 ? 'use' : 'uses'} at most`, zh: `最多使用 ${most} 次` };
  }
  const names = atom.value.map(({ text }) => text);
  const [en, zh] = [namesText(names, 'en'), namesText(names, 'zh')];
  if (atom.operator === 'eq' || atom.operator === 'isAnyOf') {
    return { en: `for the purpose ${names.length > 1 ? `of one of {${en}}` : en}`, zh: `用途限于 ${zh}` };
  }
  return { en: `for any stated purpose but ${en}`, zh: `用途不得为 ${zh}` };
}

export function mostUses(operator: string, value: number): number {
  return Math.max(0, operator === 'lt' ? value - 1 : value);
}

const joins = {
  and: { en: 'all of', zh: '同时满足' },
  andSequence: { en: 'in this order all of', zh: '依次满足' },
  or: { en: 'any of', zh: '满足任一' },
  xone: { en: 'exactly one of', zh: '恰好满足其一' },
} as const;

export function constraintWords(constraint: Constraint): Words {
  if ('operand' in constraint) return atomWords(constraint);
  const parts = constraint.operands.map(constraintWords);
  const join = joins[constraint.logic];
  return {
    en: `${join.en} (${parts.map(({ en }) => en).join('; ')})`,
    zh: `${join.zh}（${parts.map(({ zh }) => zh).join('；')}）`,
  };
}
