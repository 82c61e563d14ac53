import type { AtomicConstraint, Constraint } from '../model.js';
import { factOf } from '../odrl/operands.js';

/** What a permission can be limited by. */
export type Demand = 'purpose' | 'expiry' | 'count';

/**
 * Whether a use that satisfies this constraint is limited in this way, in every alternative. Sound: only what surely limits says
 * `true`. A constraint that is not decided limits nothing.
 */
export function demandsConstraint(constraint: Constraint, demand: Demand): boolean {
  if ('operand' in constraint) return constraint.declaredOnly !== true && limits[demand](constraint);
  const { logic, operands } = constraint;
  const each = (part: Constraint) => demandsConstraint(part, demand);
  if (logic === 'and' || logic === 'andSequence') return operands.some(each);
  // One alternative holds, and which is the user's choice: all must limit. Of no alternative, nothing follows.
  return operands.length > 0 && operands.every(each);
}

const limits: Readonly<Record<Demand, (atom: AtomicConstraint) => boolean>> = {
  // `isNoneOf` and `neq` leave everything else open; `isAllOf` and `hasPart` ask for one among any others.
  purpose: ({ operand, operator, value }) =>
    factOf(operand) === 'purpose' &&
    ['eq', 'isAnyOf', 'isA', 'isPartOf'].includes(operator) &&
    value.type === 'terms' &&
    value.terms.length > 0,
  expiry: ({ operand, operator, value, source }) => {
    if (value.type !== 'ordered' || !['lt', 'lteq', 'eq'].includes(operator)) return false;
    if (operand === 'dateTime') return value.high <= lastInstant;
    // A time that passed by whoever asks alone never runs out.
    return operand === 'elapsedTime' && (source === 'measured' || source === 'attested') && Number.isFinite(value.high);
  },
  count: ({ operand, operator, value }) =>
    operand === 'count' &&
    ['lt', 'lteq', 'eq'].includes(operator) &&
    value.type === 'ordered' &&
    // As high as can be counted is counted, not bounded.
    value.high < Number.MAX_SAFE_INTEGER,
};

/** The year 9999 stands for “never” in too many tables to be an end. */
const lastInstant = Date.UTC(9999, 0, 1) - 1;
