import { decidedConstraints } from '../decide/condition.js';
import { isDeadline } from '../decide/duties.js';
import type { AtomicConstraint, Constraint, Duty } from '../model.js';
import { factOf } from '../odrl/operands.js';

/**
 * When a duty is late: the first millisecond at which it is, since the epoch. `undefined`: never by time alone.
 *
 * `dateTime lt` and `lteq` name the end itself; `delayPeriod` and `elapsedTime` count from `anchor`, and say nothing without one. Where
 * the text leaves the end open (no zone, `P1M`) the earliest reading counts: whoever owes it can keep that one.
 *
 * @param anchor what the periods count from: for a duty before the use the agreement, for an obligation the delivery, for a
 *   consequence or remedy the violation
 */
export function deadlineOf({ constraints, actionRefinements }: Duty, anchor: number | undefined): number | undefined {
  return earliest([...decidedConstraints(constraints), ...decidedConstraints(actionRefinements)], anchor);
}

/** All must hold: the first end is the end. */
function earliest(constraints: readonly Constraint[], anchor: number | undefined): number | undefined {
  const ends = constraints.map((each) => endOf(each, anchor)).filter((end) => end !== undefined);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function endOf(constraint: Constraint, anchor: number | undefined): number | undefined {
  if ('operand' in constraint) return atomEnd(constraint, anchor);
  const { logic, operands } = constraint;
  if (logic === 'and' || logic === 'andSequence') return earliest(operands, anchor);
  // Of alternatives the last end counts, and one without an end leaves it open.
  const ends = operands.map((each) => endOf(each, anchor));
  return ends.reduce((last, end) => (last === undefined || end === undefined ? undefined : Math.max(last, end)));
}

function atomEnd(atom: AtomicConstraint, anchor: number | undefined): number | undefined {
  if (atom.value.type !== 'ordered' || !isDeadline(atom)) return undefined;
  const key = factOf(atom.operand);
  const from = key === 'dateTime' ? 0 : key === 'delayPeriod' || key === 'elapsedTime' ? anchor : undefined;
  if (from === undefined) return undefined;
  const { low } = atom.value;
  return Math.ceil(from + low) + (atom.operator === 'lt' || !Number.isInteger(low) ? 0 : 1);
}
