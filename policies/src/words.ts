import type { AtomicConstraint, Constraint } from './model.js';
import { orderedPhrase } from './words/ordered.js';
import { termsPhrase } from './words/terms.js';
import { type Language, namesText, type Said, type Words } from './words/text.js';
import { timeText, timeWords } from './words/time.js';

export { type Language, namesText, timeText, timeWords, type Words };

const kinds = {
  attested: { en: ' (attested by the authority)', zh: '（须经认证机构证明）' },
  measured: { en: ' (measured by the connector)', zh: '（须由连接器测得）' },
  declared: { en: ' (as the user declares)', zh: '（以使用方声明为准）' },
} as const;

/** Appended to what nobody enforces. */
export const declaredOnlyWords: Words = {
  en: ' [declared only: no software enforces this]',
  zh: '【仅为声明，不作技术强制】',
};

/** One constraint in plain words, as the end of “permitted …”. */
export function atomWords(atom: AtomicConstraint): Words {
  return toldAtom(atom);
}

function toldAtom(atom: AtomicConstraint, most?: number, as: Telling = 'demand'): Words {
  const { value, source, declaredOnly = false } = atom;
  const phrase: Said = value.type === 'ordered' ? orderedPhrase(atom, value) : termsPhrase(atom, value, most);
  const kind = source === undefined ? undefined : kinds[source];
  const tail = declaredOnly ? declaredOnlyWords : undefined;
  return {
    en: `${phrase.en}${kind?.en ?? ''}${tail?.en ?? ''}`,
    zh: `${as === 'situation' ? (phrase.when ?? phrase.zh) : phrase.zh}${kind?.zh ?? ''}${tail?.zh ?? ''}`,
  };
}

const joins = {
  and: { en: 'all of', zh: '同时满足' },
  andSequence: { en: 'in this order all of', zh: '依次满足' },
  or: { en: 'any of', zh: '满足任一' },
  xone: { en: 'exactly one of', zh: '恰好满足其一' },
} as const;

/** A constraint, however deep, in one line; of many values it names a few, as a decision does. */
export function constraintWords(constraint: Constraint): Words {
  return told(constraint);
}

/** The same with every value: a contract leaves none out. */
export function wholeConstraintWords(constraint: Constraint): Words {
  return told(constraint, Number.POSITIVE_INFINITY);
}

/** The same as what may be so, and not as what must: where something is prohibited, or who is meant. */
export function situationWords(constraint: Constraint): Words {
  return told(constraint, Number.POSITIVE_INFINITY, 'situation');
}

type Telling = 'demand' | 'situation';

function told(constraint: Constraint, most?: number, as: Telling = 'demand'): Words {
  if ('operand' in constraint) return toldAtom(constraint, most, as);
  const parts = constraint.operands.map((each) => told(each, most, as));
  const join = joins[constraint.logic];
  return {
    en: `${join.en} (${parts.map(({ en }) => en).join('; ')})`,
    zh: `${join.zh}（${parts.map(({ zh }) => zh).join('；')}）`,
  };
}
