import type { AtomicConstraint, Constraint } from '../model.js';

/** What the constraints of a rule look at, for one purpose. */
export interface Situation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The number this use would have, counted from one; `undefined` when it is not known. */
  readonly use: number | undefined;
  readonly purpose: string | undefined;
}

/** Three-valued: `undefined` is unknown. */
export type Truth = boolean | undefined;
export type Condition = (situation: Situation) => Truth;

/** Kleene's strong logic: a missing fact is unknown, and stays so unless the rest decides alone. */
export function conditionOf(constraint: Constraint): Condition {
  if ('operand' in constraint) return atomOf(constraint);
  const parts = constraint.operands.map(conditionOf);
  if (constraint.logic === 'or') return anyOf(parts);
  if (constraint.logic === 'xone') return oneOf(parts);
  // What is decided here are states, not events: all of them hold at the moment of the decision, whatever their order.
  return allOf(parts);
}

export function allOf(parts: readonly Condition[]): Condition {
  const [first, second] = parts;
  if (!first) return () => true;
  if (!second) return first;
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

function anyOf(parts: readonly Condition[]): Condition {
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
    let unknown = false;
    for (const part of parts) {
      const found = part(situation);
      if (found === true) held += 1;
      if (found === undefined) unknown = true;
    }
    if (held > 1) return false;
    return unknown ? undefined : held === 1;
  };
}

function atomOf(atom: AtomicConstraint): Condition {
  if (atom.operand === 'dateTime') {
    const { instant } = atom.value;
    if (instant === undefined) return () => undefined;
    const holds = comparison(atom, instant);
    return ({ now }) => holds(now);
  }
  if (atom.operand === 'count') {
    const holds = comparison(atom, atom.value);
    return ({ use }) => (use === undefined ? undefined : holds(use));
  }
  const named = new Set(atom.value.map(({ text }) => text));
  const wanted = atom.operator === 'eq' || atom.operator === 'isAnyOf';
  return ({ purpose }) => (purpose === undefined ? undefined : named.has(purpose) === wanted);
}

function comparison({ operator }: AtomicConstraint, value: number): (fact: number) => Truth {
  switch (operator) {
    case 'eq':
      return (fact) => fact === value;
    case 'neq':
      return (fact) => fact !== value;
    case 'lt':
      return (fact) => fact < value;
    case 'lteq':
      return (fact) => fact <= value;
    case 'gt':
      return (fact) => fact > value;
    case 'gteq':
      return (fact) => fact >= value;
    default:
      // The parser lets no other operator through; if one came, nothing would be known about it.
      return () => undefined;
  }
}
