import type { AtomicConstraint, Constraint, Fact, LogicalConstraint, Truth } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { atomTruth, type Condition, compared, doubtOf, factAt, type Situation, truthIn } from './condition.js';
import { isAmbiguous } from './readings.js';
import { joined, lookup, type Steps, stepsOf } from './steps.js';

// Constraints as closures. INVARIANT: each gives what `truthIn` gives for its constraint; the property tests hold them together.

/** All of them. */
export function allOf(constraints: readonly Constraint[]): Condition {
  return every(partsOf('and', constraints));
}

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
  const scales = new Map<string, { readonly constraints: Constraint[]; readonly steps: Steps[] }>();
  for (const constraint of constraints) {
    const key = scaleOf(constraint);
    const steps = key === undefined ? undefined : oneScale(constraint);
    if (key === undefined || steps === undefined) {
      parts.push(conditionOf(constraint));
      continue;
    }
    const group = scales.get(key) ?? { constraints: [], steps: [] };
    scales.set(key, group);
    group.constraints.push(constraint);
    group.steps.push(steps);
  }
  for (const group of scales.values()) {
    if (atoms(group.constraints) < worthSearching) parts.push(...group.constraints.map(plainly));
    else parts.push(searched(group.constraints, joined(logic, group.steps), logic));
  }
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
  const find = lookup(steps);
  const sample = anAtom(constraints);
  const key = sample && factOf(sample.operand);
  if (sample === undefined || key === undefined) return () => undefined;
  const whole: LogicalConstraint = { path: '', logic, operands: constraints };
  const doubted = (fact: Fact) => doubtOf(sample, fact) !== undefined;
  if (key === 'dateTime') return doubted({ value: 0, source: 'measured' }) ? unknown : ({ now }) => find(now);
  if (key === 'count') {
    if (doubted({ value: 0, source: 'measured' })) return unknown;
    return ({ use }) => (use === undefined ? undefined : find(use));
  }
  return (situation) => {
    const fact = factAt(key, situation);
    if (fact === undefined || doubted(fact)) return undefined;
    // A range may lie across a bound; whether both sides agree only the constraints themselves say.
    return typeof fact.value === 'number' ? find(fact.value) : truthIn(situation, whole);
  };
}

const unknown: Condition = () => undefined;

function anAtom(constraints: readonly Constraint[]): AtomicConstraint | undefined {
  const [first] = constraints;
  return first === undefined || 'operand' in first ? first : anAtom(first.operands);
}

function atomOf(atom: AtomicConstraint): Condition {
  const key = factOf(atom.operand);
  const { value, operator } = atom;
  if (key === 'dateTime' || key === 'count') {
    if (value.type !== 'ordered' || doubtOf(atom, { value: 0, source: 'measured' }) !== undefined) return unknown;
    const holds =
      comparison(operator, value.low, value.high) ?? ((fact: number) => compared(operator, fact, fact, value));
    if (key === 'dateTime') return ({ now }) => holds(now);
    return ({ use }) => (use === undefined ? undefined : holds(use));
  }
  if (
    value.type === 'terms' &&
    (operator === 'eq' || operator === 'isAnyOf' || operator === 'neq' || operator === 'isNoneOf')
  ) {
    const named = new Set(value.terms.map(({ text }) => text));
    const wanted = operator === 'eq' || operator === 'isAnyOf';
    return (situation) => {
      const fact = factAt(key, situation);
      if (fact === undefined) return undefined;
      // One name is by far the usual; several are read as their operand demands.
      if (typeof fact.value !== 'string' || doubtOf(atom, fact) !== undefined) return atomTruth(atom, fact);
      return named.has(fact.value) === wanted;
    };
  }
  const whole = operator === 'isAllOf';
  return (situation) => atomTruth(atom, factAt(key, situation, whole), situation.within);
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
