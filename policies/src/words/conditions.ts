import type { Constraint, LogicalConstraint } from '../model.js';
import { situationWords, wholeConstraintWords } from '../words.js';
import type { Language, Words } from './text.js';

const leads: Readonly<Record<LogicalConstraint['logic'], Readonly<Record<Language, string>>>> = {
  and: { en: 'all of these hold', zh: '同时满足' },
  or: { en: 'any of these holds', zh: '满足以下任一条件' },
  xone: { en: 'exactly one of these holds', zh: '恰好满足以下条件之一' },
  andSequence: { en: 'these hold one after the other', zh: '依次满足' },
};

/** What stands behind “if”, and the lines below it. */
export interface Conditions {
  /** One condition in the sentence itself. */
  readonly inline?: string;
  /** How those below belong together. */
  readonly lead?: string;
  readonly lines: readonly string[];
}

type Told = (constraint: Constraint) => Words;

/**
 * The constraints of a rule, of which all must hold: one in the sentence, several as a list, logical ones as lists in lists. Of a
 * prohibition they say where it applies, and not what must be.
 */
export function conditions(constraints: readonly Constraint[], lang: Language, demanded = true): Conditions {
  const told = demanded ? wholeConstraintWords : situationWords;
  const [first] = constraints;
  if (!first) return { lines: [] };
  if (constraints.length > 1) return { lead: leads.and[lang], lines: listed(constraints, lang, 1, told) };
  if ('operand' in first) return { inline: told(first)[lang], lines: [] };
  return { lead: leads[first.logic][lang], lines: listed(first.operands, lang, 1, told) };
}

function listed(constraints: readonly Constraint[], lang: Language, depth: number, told: Told): string[] {
  const indent = '  '.repeat(depth);
  return constraints.flatMap((each) => {
    if ('operand' in each) return [`${indent}- ${told(each)[lang]}`];
    const colon = lang === 'en' ? ':' : '：';
    return [`${indent}- ${leads[each.logic][lang]}${colon}`, ...listed(each.operands, lang, depth + 1, told)];
  });
}
