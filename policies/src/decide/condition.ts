import type {
  AtomicConstraint,
  Constraint,
  Fact,
  FactSource,
  Facts,
  OrderedValue,
  ReasonCode,
  Truth,
} from '../model.js';
import { factOf, knownWithin } from '../odrl/operands.js';
import { isAmbiguous, type Reading, readingOf } from './readings.js';
import { every, exactlyOne, not, some, whichever } from './truth.js';

/** What a constraint is judged by. `decide` makes it from the facts, once for each permission. */
export interface Situation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The number this use would have, counted from one; `undefined` when it is not known. */
  readonly use: number | undefined;
  /** Facts by operand. Of one read as `each`, `decide` gives one name at a time. */
  readonly values: Readonly<Record<string, Fact>>;
  /** The same, where `values` holds one name of several. */
  readonly whole?: Readonly<Record<string, Fact>>;
  readonly within?: Facts['within'];
  readonly memberOf?: Facts['memberOf'];
  readonly duties?: Facts['duties'];
  /** A duty that is not set does not block. */
  readonly lenient?: boolean;
}

export type Condition = (situation: Situation) => Truth;

const trust: Readonly<Record<FactSource, number>> = { attested: 2, measured: 1, declared: 0 };

/** The time by the decider's own clock. */
function clockFact(now: number): Fact {
  return { value: now, source: 'measured' };
}

/** `atomTruth` of a comparison with the time. */
export function clockTruth(atom: AtomicConstraint, now: number): Truth {
  const { operator, value, unit, source } = atom;
  // No clock is attested, and no instant has a unit.
  if (value.type !== 'ordered' || unit !== undefined || source === 'attested') return undefined;
  return compared(operator, now, now, value);
}

/**
 * The fact of this key (`factOf` of its operand). Time and counts are our own measurements, never looked up among what a caller states: a
 * stranger's `dateTime` must not move the clock.
 */
export function factAt(key: string, situation: Situation, whole = false): Fact | undefined {
  if (key === 'dateTime') return clockFact(situation.now);
  if (key === 'count') {
    return situation.use === undefined ? undefined : { value: situation.use, source: 'measured' };
  }
  const values = whole ? (situation.whole ?? situation.values) : situation.values;
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** The fact that this comparison looks at: of several names one at a time, except where it asks for all of them. */
export function factFor(atom: AtomicConstraint, situation: Situation): Fact | undefined {
  return factAt(factOf(atom.operand), situation, atom.operator === 'isAllOf');
}

/** The truth of any constraint: the plain form of what `compile` makes fast, and the reference it is tested against. */
export function truthIn(situation: Situation, constraint: Constraint): Truth {
  if ('operand' in constraint) return atomTruth(constraint, factFor(constraint, situation), situation.within);
  const truth = (part: Constraint) => truthIn(situation, part);
  if (constraint.logic === 'or') return some(constraint.operands, truth);
  if (constraint.logic === 'xone') return exactlyOne(constraint.operands, truth);
  // What is decided here are states, not events: all of them hold at the moment of the decision, whatever their order.
  return every(constraint.operands, truth);
}

/**
 * The truth of one constraint under these facts, for callers that look at a single one. Counts belong to a rule, so a constraint on
 * them is unknown here; what is `declaredOnly` is judged like any other.
 */
export function truthOf(constraint: Constraint, facts: Facts): Truth {
  return truthIn({ now: facts.now, use: undefined, values: facts.values ?? {}, within: facts.within }, constraint);
}

/**
 * The truth of one comparison. A fact that is missing, of a worse source than demanded, in another unit or of another kind than
 * the constraint is unknown; so is whatever depends on where in its range a fact or a value lies.
 *
 * @param fact with several names, all that holds at once: read as docs/decisions/0010 says, by operand.
 */
export function atomTruth(atom: AtomicConstraint, fact: Fact | undefined, within?: Facts['within']): Truth {
  if (fact === undefined || doubtOf(atom, fact) !== undefined) return undefined;
  const { value } = fact;
  if (atom.value.type === 'ordered') {
    const [low, high] = typeof value === 'object' && 'low' in value ? [value.low, value.high] : [value, value];
    // `doubtOf` let only numbers through; said again for the compiler.
    return typeof low === 'number' && typeof high === 'number'
      ? compared(atom.operator, low, high, atom.value)
      : undefined;
  }
  const names = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  return named(
    atom,
    atom.value.terms.map(({ text }) => text),
    names,
    readingOf(atom.operand),
    within,
  );
}

/** Why a fact that is given cannot decide a comparison; `undefined`: it can, as far as the values allow. */
export function doubtOf(atom: AtomicConstraint, fact: Fact): ReasonCode | undefined {
  if (isAmbiguous(atom.operand)) return 'UNDECIDABLE';
  const { value } = fact;
  if (!isSource(fact.source)) return 'FACT_MALFORMED';
  if (Array.isArray(value) && value.length === 0) return 'FACT_MISSING';
  if (atom.value.type === 'ordered' ? !isOrdered(value) : !isNames(value)) return 'FACT_MALFORMED';
  if (atom.source !== undefined && trust[fact.source] < trust[atom.source]) return 'FACT_NOT_TRUSTED';
  if (fact.unit !== atom.unit) return 'UNIT_DIFFERS';
  return undefined;
}

function isSource(source: string): source is FactSource {
  return Object.hasOwn(trust, source);
}

function isOrdered(value: Fact['value']): boolean {
  if (typeof value === 'number') return !Number.isNaN(value);
  // A comparison with NaN is false, so this refuses it too.
  return typeof value === 'object' && 'low' in value && value.low <= value.high;
}

/** At least one name, and each has a character. */
export function isNames(value: Fact['value']): boolean {
  const proper = (name: unknown) => typeof name === 'string' && name !== '';
  return Array.isArray(value) ? value.length > 0 && value.every(proper) : proper(value);
}

/** A fact somewhere in [a, b] against a value somewhere in [c, d]. */
export function compared(operator: AtomicConstraint['operator'], a: number, b: number, value: OrderedValue): Truth {
  const { low: c, high: d } = value;
  switch (operator) {
    case 'lt':
      return b < c ? true : a >= d ? false : undefined;
    case 'lteq':
      return b <= c ? true : a > d ? false : undefined;
    case 'gt':
      return a > d ? true : b <= c ? false : undefined;
    case 'gteq':
      return a >= d ? true : b < c ? false : undefined;
    case 'eq':
    case 'isAnyOf':
    case 'isAllOf':
      return a === b && b === c && c === d ? true : b < c || a > d ? false : undefined;
    case 'neq':
    case 'isNoneOf':
      return not(compared('eq', a, b, value));
    default:
      // A point has no parts.
      return undefined;
  }
}

function named(
  { operator, operand }: AtomicConstraint,
  wanted: readonly string[],
  names: readonly string[],
  reading: Reading,
  within: Facts['within'],
): Truth {
  switch (operator) {
    case 'isAllOf':
      return every(wanted, (name) => names.includes(name));
    case 'eq':
    case 'isAnyOf':
      return ofNames(names, reading, (name) => wanted.includes(name));
    case 'neq':
    case 'isNoneOf':
      return not(ofNames(names, reading, (name) => wanted.includes(name)));
    case 'isA':
    case 'isPartOf':
      return ofNames(names, reading, (name) => some(wanted, (outer) => inside(operand, name, outer, within)));
    case 'hasPart':
      return ofNames(names, reading, (name) => some(wanted, (inner) => inside(operand, inner, name, within)));
    default:
      // Names have no order.
      return undefined;
  }
}

function ofNames(names: readonly string[], reading: Reading, holds: (name: string) => Truth): Truth {
  return reading === 'held' ? some(names, holds) : whichever(names, holds);
}

/** Reflexive; then what the operand's own table knows; then what the caller knows of the fact it reads. */
function inside(operand: string, inner: string, outer: string, within: Facts['within']): Truth {
  if (inner === outer || knownWithin(operand, inner, outer)) return true;
  return truthFrom(within?.(factOf(operand), inner, outer));
}

/** A callback of the caller's says true, false or nothing; what else it says is nothing. */
export function truthFrom(answer: unknown): Truth {
  return typeof answer === 'boolean' ? answer : undefined;
}

/**
 * The constraints that are decided: without those marked `declaredOnly`, wherever they stand. An alternative that is not decided is
 * no alternative, and a logical constraint of nothing else is not decided either.
 */
export function decidedConstraints(constraints: readonly Constraint[]): readonly Constraint[] {
  return constraints.flatMap((constraint): readonly Constraint[] => {
    if ('operand' in constraint) return constraint.declaredOnly === true ? [] : [constraint];
    const operands = decidedConstraints(constraint.operands);
    if (operands.length === 0 && constraint.operands.length > 0) return [];
    return [{ ...constraint, operands }];
  });
}
