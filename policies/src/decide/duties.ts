import type { AtomicConstraint, Constraint, Duty, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { decidedConstraints, type Situation, truthIn } from './condition.js';
import { every, exactlyOne, some } from './truth.js';

/**
 * What a duty may depend on: the circumstances of the use it guards, or the time. Any other operand tells how the duty is to be done
 * (`payAmount` of a payment, `field` of a masking, `recipient` of a notice): DSP carries no refinement, so it stands in a constraint,
 * and a fact that differs must not release the duty.
 */
const circumstances: ReadonlySet<string> = new Set([
  'dateTime',
  'event',
  'industry',
  'product',
  'purpose',
  'spatial',
  'urn:causeway:v1:role',
  'urn:causeway:v1:securityLevel',
]);

/** Whether the duty is owed only where this holds, and not how it is done or by when. */
export function isCircumstance(atom: AtomicConstraint): boolean {
  return circumstances.has(factOf(atom.operand)) && !isDeadline(atom);
}

/** By when, not whether. */
export function isDeadline({ operand, operator }: AtomicConstraint): boolean {
  return deadlineOperands.has(factOf(operand)) && deadlineOperators.has(operator);
}

const deadlineOperands: ReadonlySet<string> = new Set(['dateTime', 'delayPeriod', 'elapsedTime', 'timeInterval']);
const deadlineOperators: ReadonlySet<string> = new Set(['lt', 'lteq', 'eq']);

/**
 * Whether a duty is owed under these circumstances (W3C formal semantics: a duty whose constraints do not hold is inactive, and its
 * permission does not wait for it). Only what is known not to hold releases.
 */
export function isOwed(constraints: readonly Constraint[], situation: Situation): Truth {
  return every(constraints, (each) => owedBy(each, situation));
}

function owedBy(constraint: Constraint, situation: Situation): Truth {
  if ('operand' in constraint) {
    return isCircumstance(constraint) ? truthIn(situation, constraint) : undefined;
  }
  const truth = (part: Constraint) => owedBy(part, situation);
  if (constraint.logic === 'or') return some(constraint.operands, truth);
  if (constraint.logic === 'xone') return exactlyOne(constraint.operands, truth);
  return every(constraint.operands, truth);
}

export interface CompiledDuty {
  readonly duty: Duty;
  readonly constraints: readonly Constraint[];
}

/** The duties that are decided: a duty marked `declaredOnly` is shown, and blocks nothing. */
export function compileDuties(duties: readonly Duty[]): readonly CompiledDuty[] {
  return duties
    .filter(({ declaredOnly }) => !declaredOnly)
    .map((duty) => ({ duty, constraints: decidedConstraints(duty.constraints) }));
}

/**
 * Whether a permission need not wait for this duty: it was fulfilled, or is not owed now. Strictly (W3C) one that is not set was not
 * fulfilled; a state that is pending or violated blocks either way.
 */
export function isSettled({ duty, constraints }: CompiledDuty, situation: Situation): boolean {
  const state = situation.duties?.(duty.duty);
  if (state === 'fulfilled') return true;
  if (state === undefined && situation.lenient) return true;
  return constraints.length > 0 && isOwed(constraints, situation) === false;
}
