import type { AtomicConstraint, OrderedValue } from '../model.js';
import type { Operator } from '../odrl/operands.js';
import { operandWords } from './operands.js';
import { han, nameText, type Said, type Words } from './text.js';
import { durationWords, instantWords } from './time.js';
import { unitWords } from './units.js';

type Phrase = (value: Words, noun: Words) => Said;
type Phrases = Partial<Record<Operator, Phrase>>;

const times: Phrases = {
  lt: ({ en, zh }) => ({ en: `before ${en}`, zh: han`${zh}之前` }),
  lteq: ({ en, zh }) => ({ en: `until ${en}`, zh: han`不晚于${zh}` }),
  gt: ({ en, zh }) => ({ en: `after ${en}`, zh: han`${zh}之后` }),
  gteq: ({ en, zh }) => ({ en: `from ${en}`, zh: han`自${zh}起` }),
  eq: ({ en, zh }) => ({ en: `at ${en} exactly`, zh: han`恰在${zh}` }),
  neq: ({ en, zh }) => ({ en: `at any time but ${en}`, zh: han`除${zh}外的任何时刻` }),
};

const counts: Phrases = {
  lt: ({ en, zh }) => ({
    en: `before use number ${en}`,
    zh: han`仅限第${zh}次之前的使用`,
    when: han`第${zh}次之前的使用`,
  }),
  lteq: ({ en, zh }) => ({
    en: `for ${en} ${en === '1' ? 'use' : 'uses'} at most`,
    zh: han`最多使用${zh}次`,
    when: han`前${zh}次使用`,
  }),
  gt: ({ en, zh }) => ({
    en: `after use number ${en}`,
    zh: han`仅限第${zh}次之后的使用`,
    when: han`第${zh}次之后的使用`,
  }),
  gteq: ({ en, zh }) => ({
    en: `from use number ${en} on`,
    zh: han`仅限自第${zh}次起的使用`,
    when: han`自第${zh}次起的使用`,
  }),
  eq: ({ en, zh }) => ({ en: `for use number ${en} only`, zh: han`仅限第${zh}次使用`, when: han`第${zh}次使用` }),
  neq: ({ en, zh }) => ({ en: `for any use but number ${en}`, zh: han`第${zh}次以外的使用` }),
};

const elapsed: Phrases = {
  lt: ({ en, zh }) => ({ en: `less than ${en} after the agreement`, zh: han`自合约签订起不满${zh}` }),
  lteq: ({ en, zh }) => ({ en: `for ${en} from the agreement on`, zh: han`自合约签订起${zh}内` }),
  gt: ({ en, zh }) => ({ en: `more than ${en} after the agreement`, zh: han`自合约签订起满${zh}之后` }),
  gteq: ({ en, zh }) => ({ en: `from ${en} after the agreement`, zh: han`自合约签订起满${zh}后` }),
  eq: ({ en, zh }) => ({ en: `exactly ${en} after the agreement`, zh: han`恰在合约签订后满${zh}时` }),
};

const measures: Phrases = {
  lt: (value, noun) => ({ en: `where ${noun.en} is below ${value.en}`, zh: han`${noun.zh}小于${value.zh}` }),
  lteq: (value, noun) => ({ en: `where ${noun.en} is at most ${value.en}`, zh: han`${noun.zh}不超过${value.zh}` }),
  gt: (value, noun) => ({ en: `where ${noun.en} is above ${value.en}`, zh: han`${noun.zh}大于${value.zh}` }),
  gteq: (value, noun) => ({ en: `where ${noun.en} is at least ${value.en}`, zh: han`${noun.zh}不少于${value.zh}` }),
  eq: (value, noun) => ({ en: `where ${noun.en} is ${value.en} exactly`, zh: han`${noun.zh}恰为${value.zh}` }),
  neq: (value, noun) => ({ en: `where ${noun.en} is not ${value.en}`, zh: han`${noun.zh}不为${value.zh}` }),
};

const dates: Phrases = {
  lt: (value, noun) => ({ en: `where ${noun.en} is before ${value.en}`, zh: han`${noun.zh}早于${value.zh}` }),
  lteq: (value, noun) => ({ en: `where ${noun.en} is ${value.en} or before`, zh: han`${noun.zh}不晚于${value.zh}` }),
  gt: (value, noun) => ({ en: `where ${noun.en} is after ${value.en}`, zh: han`${noun.zh}晚于${value.zh}` }),
  gteq: (value, noun) => ({ en: `where ${noun.en} is ${value.en} or after`, zh: han`${noun.zh}不早于${value.zh}` }),
  eq: (value, noun) => ({ en: `where ${noun.en} is ${value.en}`, zh: han`${noun.zh}为${value.zh}` }),
  neq: (value, noun) => ({ en: `where ${noun.en} is not ${value.en}`, zh: han`${noun.zh}不为${value.zh}` }),
};

/** A constraint on a scale as the end of “permitted …”. */
export function orderedPhrase({ operand, operator, unit }: AtomicConstraint, value: OrderedValue): Said {
  const said = valueWords(value, unit);
  const phrase = phrasesOf(operand, value)[operator] ?? measures[operator];
  const noun = operandWords(operand);
  // No other operator compares on a scale; said all the same, so that nothing of a contract is left out.
  return (
    phrase?.(said, noun) ?? {
      en: `where ${noun.en} ${operator} ${said.en}`,
      zh: han`${noun.zh}须满足“${operator}”：${said.zh}`,
    }
  );
}

function phrasesOf(operand: string, { datatype }: OrderedValue): Phrases {
  if (operand === 'dateTime') return times;
  if (operand === 'count') return counts;
  if (operand === 'elapsedTime') return elapsed;
  return isTime(datatype) ? dates : measures;
}

function isTime(datatype: string): boolean {
  return /(?:dateTime|dateTimeStamp|date)$/.test(datatype);
}

/** A value as people say it: an instant, a duration, a number with its unit. */
export function valueWords(value: OrderedValue, unit?: string): Words {
  if (isTime(value.datatype)) return instantWords(value);
  if (/uration$/.test(value.datatype)) return durationWords(value.text);
  const number = nameText(value.text);
  if (unit === undefined) return { en: number, zh: number };
  const { en, zh } = unitWords(unit);
  return { en: `${number} ${en}`, zh: /^[\p{L}%]/u.test(zh) ? `${number} ${zh}` : `${number}${zh}` };
}
