import type { AtomicConstraint, Constraint, OrderedValue, Policy } from '../model.js';
import { factOf, operandOf } from '../odrl/operands.js';
import { TooComplex } from './budget.js';
import { atomsOf } from './parts.js';

/** More ways than these to satisfy one policy are not looked at one by one. */
const mostAlternatives = 256;

/** One way to satisfy a permission as it is written: all of these hold. */
export type Alternative = readonly Constraint[];

export function isOrderedAtom(atom: AtomicConstraint): atom is AtomicConstraint & { readonly value: OrderedValue } {
  return atom.value.type === 'ordered';
}

/** Runs from an event that the policy does not name: since the data was received, since the last use. */
export function isRelativeClock(key: string): boolean {
  // Metered time runs only while the data is used, so the user stops it.
  return key !== 'dateTime' && key !== 'meteredTime' && operandOf(key)?.passing === true;
}

/** What the user of the data chooses: a size, a price, a resolution. Time passes by itself, and uses are counted from one. */
export function isMagnitude(atom: AtomicConstraint): boolean {
  const key = factOf(atom.operand);
  return isOrderedAtom(atom) && key !== 'dateTime' && key !== 'count' && !isRelativeClock(key);
}

/**
 * The ways to satisfy a policy's permissions, split at alternatives that differ in magnitudes.
 *
 * @throws TooComplex
 */
export function alternativesOf({ permissions }: Policy): readonly Alternative[] {
  const found = permissions.flatMap(({ constraints, actionRefinements }) =>
    product([...constraints, ...actionRefinements].map(split)),
  );
  if (found.length > mostAlternatives) throw new TooComplex();
  return found;
}

function split(constraint: Constraint): readonly Alternative[] {
  if ('operand' in constraint || !atomsOf(constraint).some(isMagnitude)) return [[constraint]];
  const parts = constraint.operands.map(split);
  return constraint.logic === 'or' || constraint.logic === 'xone' ? parts.flat() : product(parts);
}

function product(parts: readonly (readonly Alternative[])[]): readonly Alternative[] {
  let found: readonly Alternative[] = [[]];
  for (const part of parts) {
    if (found.length * part.length > mostAlternatives) throw new TooComplex();
    found = found.flatMap((before) => part.map((more) => [...before, ...more]));
  }
  return found;
}

/** Between which limits a magnitude lies, as one alternative says it. */
export interface Limits {
  readonly low: number;
  readonly high: number;
  /** Whether the limit itself is left out. */
  readonly aboveLow: boolean;
  readonly belowHigh: boolean;
  /** It sets an upper or a lower limit by itself, and not as a value that must be met exactly. */
  readonly ceiling: boolean;
  readonly floor: boolean;
}

const unlimited: Limits = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  aboveLow: false,
  belowHigh: false,
  ceiling: false,
  floor: false,
};

/** By operand and unit. What is not in it is not limited. */
export function limitsOf(alternative: Alternative): ReadonlyMap<string, Limits> {
  const found = new Map<string, Limits>();
  for (const atom of alternative.flatMap(atomsOf)) {
    if (!isOrderedAtom(atom) || !isMagnitude(atom)) continue;
    const key = JSON.stringify([factOf(atom.operand), atom.unit]);
    found.set(key, narrowed(found.get(key) ?? unlimited, atom));
  }
  return found;
}

function narrowed(limits: Limits, { operator, value }: AtomicConstraint & { readonly value: OrderedValue }): Limits {
  const { low, high } = value;
  const below = (strict: boolean) =>
    low < limits.high || (low === limits.high && strict) ? { high: low, belowHigh: strict } : {};
  const above = (strict: boolean) =>
    high > limits.low || (high === limits.low && strict) ? { low: high, aboveLow: strict } : {};
  switch (operator) {
    case 'lt':
      return { ...limits, ...below(true), ceiling: true };
    case 'lteq':
      return { ...limits, ...below(false), ceiling: true };
    case 'gt':
      return { ...limits, ...above(true), floor: true };
    case 'gteq':
      return { ...limits, ...above(false), floor: true };
    case 'eq':
    case 'isAnyOf':
    case 'isAllOf':
      return { ...limits, ...below(false), ...above(false) };
    default:
      return limits;
  }
}

/** Whether everything between these limits lies between those. */
export function lieWithin(inner: Limits = unlimited, outer: Limits): boolean {
  const low = inner.low > outer.low || (inner.low === outer.low && (inner.aboveLow || !outer.aboveLow));
  const high = inner.high < outer.high || (inner.high === outer.high && (inner.belowHigh || !outer.belowHigh));
  return low && high;
}
