import { factOf, operandOf } from '../odrl/operands.js';

/**
 * How a fact with several names is read (docs/decisions/0010).
 *
 * - `each`: the use touches every one of them (purposes, places, recipients, fields), and what holds of one need not hold of another.
 *   A constraint is decided only where it comes out the same for each, whatever permits must permit each.
 * - `held`: they are attributes somebody has, or things that are the case (roles, memberships, events). Having one more takes
 *   nothing away: `isAnyOf` asks whether one of the named is among them.
 */
export type Reading = 'each' | 'held';

export function readingOf(operand: string): Reading {
  return operandOf(factOf(operand))?.held === true ? 'held' : 'each';
}

/** One of ODRL's multi-dimensional operands: a comparison with one value says nothing, and is never decided. */
export function isAmbiguous(operand: string): boolean {
  return operandOf(operand)?.ambiguous === true;
}

/** A fact that grows by a millisecond each millisecond while nothing else happens. */
export function isPassing(operand: string): boolean {
  const known = operandOf(operand);
  return known?.passing === true && (known.scale === 'duration' || known.scale === 'instant');
}
