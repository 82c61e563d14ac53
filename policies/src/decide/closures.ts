import type { AtomicConstraint, Constraint, LogicalConstraint, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { type Condition, compared, doubtOf, type Situation, truthIn } from './condition.js';
import { memoized } from './memo.js';
import { isPlain, programOf, propertyName } from './program.js';
import { isAmbiguous } from './readings.js';
import { joined, lookup, type Steps, stepsOf } from './steps.js';

// Constraints as closures. INVARIANT: each gives what `truthIn` gives for its constraint; the property tests hold them together.

/** All of them. */
export const allOf: (constraints: readonly Constraint[]) => Condition = memoized((constraints) =>
  every(partsOf('and', constraints)),
);

function conditionOf(constraint: Constraint): Condition {
  if ('operand' in constraint) return atomOf(constraint);
  if (constraint.logic === 'xone') {
    const steps = scaleOf(constraint) === undefined ? undefined : oneScale(constraint);
    return steps && constraint.operands.length > 2
      ? searched([constraint], steps)
      : oneOf(constraint.operands.map(conditionOf));
  }
  return constraint.logic === 'or'
    ? some(partsOf('or', constraint.operands))
    : every(partsOf('and', constraint.operands));
}

/** Fewer comparisons than this are made faster than a search is begun. */
const worthSearching = 4;

/** The parts of an `and` or `or`, with those over one and the same ordered fact merged into one search. */
function partsOf(logic: 'and' | 'or', constraints: readonly Constraint[]): Condition[] {
  const parts: Condition[] = [];
  const single: AtomicConstraint[] = [];
  const scales = new Map<string, { readonly constraints: Constraint[]; readonly steps: Steps[] }>();
  for (const constraint of constraints) {
    const key = scaleOf(constraint);
    const steps = key === undefined ? undefined : oneScale(constraint);
    if (key === undefined || steps === undefined) {
      if ('operand' in constraint) single.push(constraint);
      else parts.push(conditionOf(constraint));
      continue;
    }
    const group = scales.get(key) ?? { constraints: [], steps: [] };
    scales.set(key, group);
    group.constraints.push(constraint);
    group.steps.push(steps);
  }
  const atomsLeft: AtomicConstraint[] = [];
  for (const group of [...scales.values(), { constraints: single, steps: [] }]) {
    if (group.steps.length > 0 && atoms(group.constraints) >= worthSearching) {
      parts.push(searched(group.constraints, joined(logic, group.steps), logic));
    } else {
      for (const each of group.constraints) {
        if (logic === 'and' && isPlain(each)) atomsLeft.push(each);
        else parts.push(plainly(each));
      }
    }
  }
  if (atomsLeft.length > 0) parts.unshift(programOf(atomsLeft));
  return parts;
}

function plainly(constraint: Constraint): Condition {
  if ('operand' in constraint) return atomOf(constraint);
  const parts = constraint.operands.map(plainly);
  return constraint.logic === 'or' ? some(parts) : constraint.logic === 'xone' ? oneOf(parts) : every(parts);
}

function atoms(constraints: readonly Constraint[]): number {
  return constraints.reduce((sum, each) => sum + ('operand' in each ? 1 : atoms(each.operands)), 0);
}

/** Which ordered fact all of it is about, with the same demands on it; `undefined` when there is no one such fact. */
export function scaleOf(constraint: Constraint): string | undefined {
  if ('operand' in constraint) {
    if (constraint.value.type !== 'ordered' || isAmbiguous(constraint.operand)) return undefined;
    return JSON.stringify([factOf(constraint.operand), constraint.unit ?? null, constraint.source ?? null]);
  }
  const [first, ...rest] = constraint.operands.map(scaleOf);
  return first !== undefined && rest.every((key) => key === first) ? first : undefined;
}

/** Each bound of a `xone` is compared with every alternative, so only a short one is merged. */
const longestXone = 64;

/** The step function of a constraint over one scale (`scaleOf`). */
export function oneScale(constraint: Constraint): Steps | undefined {
  if ('operand' in constraint) return stepsOf(constraint);
  if (constraint.logic === 'xone' && atoms(constraint.operands) > longestXone) return undefined;
  const parts: Steps[] = [];
  for (const each of constraint.operands) {
    const steps = oneScale(each);
    if (steps === undefined) return undefined;
    parts.push(steps);
  }
  return joined(constraint.logic === 'andSequence' ? 'and' : constraint.logic, parts);
}

function searched(constraints: readonly Constraint[], steps: Steps, logic: 'and' | 'or' = 'and'): Condition {
  const sample = anAtom(constraints);
  if (sample === undefined) return unknown;
  const whole: LogicalConstraint = { path: '', logic, operands: constraints };
  // A range may lie across a bound; whether both sides agree only the constraints themselves say.
  return onScale(sample, lookup(steps), (situation) => truthIn(situation, whole));
}

const unknown: Condition = () => undefined;

function anAtom(constraints: readonly Constraint[]): AtomicConstraint | undefined {
  const [first] = constraints;
  return first === undefined || 'operand' in first ? first : anAtom(first.operands);
}

/** A condition on one ordered fact: `holds` where it is a point, `otherwise` for whatever else it may be. */
function onScale(atom: AtomicConstraint, holds: (fact: number) => Truth, otherwise: Condition): Condition {
  const key = keyOf(atom);
  if (key === 'dateTime' || key === 'count') {
    if (doubtOf(atom, { value: 0, source: 'measured' }) !== undefined) return unknown;
    if (key === 'dateTime') return ({ now }) => holds(now);
    return ({ use }) => (use === undefined ? undefined : holds(use));
  }
  const trusted = trustedBy(atom);
  const { unit } = atom;
  return (situation) => {
    const fact = situation.values[key];
    if (fact === undefined) return undefined;
    const { value } = fact;
    if (typeof value !== 'number' || Number.isNaN(value) || fact.unit !== unit || !trusted(fact.source))
      return otherwise(situation);
    return holds(value);
  };
}

const atomsOf = memoized(([atom]) => (atom !== undefined && 'operand' in atom ? compiledAtom(atom) : unknown));

function atomOf(atom: AtomicConstraint): Condition {
  return atomsOf([atom]);
}

function compiledAtom(atom: AtomicConstraint): Condition {
  const { value, operator } = atom;
  const plain: Condition = (situation) => truthIn(situation, atom);
  if (isAmbiguous(atom.operand)) return unknown;
  if (value.type === 'ordered') {
    const holds = comparison(operator, value.low, value.high);
    return onScale(atom, holds ?? ((fact) => compared(operator, fact, fact, value)), plain);
  }
  const wanted = operator === 'eq' || operator === 'isAnyOf';
  if (!wanted && operator !== 'neq' && operator !== 'isNoneOf') return plain;
  return amongNames(atom, new Set(value.terms.map(({ text }) => text)), wanted, plain);
}

/** One name is by far the usual; several, and none, are read as the plain truth reads them. */
function amongNames(atom: AtomicConstraint, named: ReadonlySet<string>, wanted: boolean, plain: Condition): Condition {
  const key = keyOf(atom);
  const trusted = trustedBy(atom);
  const { unit } = atom;
  const [only] = named;
  const has = named.size === 1 ? (name: string) => name === only : (name: string) => named.has(name);
  return (situation) => {
    const fact = situation.values[key];
    if (fact === undefined) return undefined;
    const { value } = fact;
    if (typeof value !== 'string' || value === '' || fact.unit !== unit || !trusted(fact.source))
      return plain(situation);
    return has(value) === wanted;
  };
}

function keyOf({ operand }: AtomicConstraint): string {
  return propertyName(factOf(operand));
}

/** Whether a fact of this source is a fact at all, and good enough. */
function trustedBy({ source }: AtomicConstraint): (source: string) => boolean {
  if (source === 'attested') return (given) => given === 'attested';
  if (source === 'measured') return (given) => given === 'attested' || given === 'measured';
  return (given) => given === 'declared' || given === 'attested' || given === 'measured';
}

/** A value known to the point, compared with a fact known to the point. */
function comparison(
  operator: AtomicConstraint['operator'],
  low: number,
  high: number,
): ((fact: number) => Truth) | undefined {
  if (low !== high) return undefined;
  switch (operator) {
    case 'eq':
      return (fact) => fact === low;
    case 'neq':
      return (fact) => fact !== low;
    case 'lt':
      return (fact) => fact < low;
    case 'lteq':
      return (fact) => fact <= low;
    case 'gt':
      return (fact) => fact > low;
    case 'gteq':
      return (fact) => fact >= low;
    default:
      return undefined;
  }
}

const holdsAlways: Condition = () => true;

export function every(parts: readonly Condition[]): Condition {
  const [first, second, third, fourth] = parts;
  if (first === undefined) return holdsAlways;
  if (second === undefined) return first;
  if (third === undefined) return (situation) => both(first, second, situation);
  if (fourth === undefined) {
    return (situation) => {
      const found = both(first, second, situation);
      if (found === false) return false;
      const last = third(situation);
      return last === true ? found : last;
    };
  }
  return (situation) => {
    let truth: Truth = true;
    for (const part of parts) {
      const found = part(situation);
      if (found === false) return false;
      if (found === undefined) truth = undefined;
    }
    return truth;
  };
}

function both(first: Condition, second: Condition, situation: Situation): Truth {
  const one = first(situation);
  if (one === false) return false;
  const other = second(situation);
  return other === true ? one : other;
}

function some(parts: readonly Condition[]): Condition {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return (situation) => {
    let truth: Truth = false;
    for (const part of parts) {
      const found = part(situation);
      if (found === true) return true;
      if (found === undefined) truth = undefined;
    }
    return truth;
  };
}

function oneOf(parts: readonly Condition[]): Condition {
  return (situation) => {
    let held = 0;
    let open = false;
    for (const part of parts) {
      const found = part(situation);
      if (found === true) held += 1;
      if (found === undefined) open = true;
    }
    if (held > 1) return false;
    return open ? undefined : held === 1;
  };
}
