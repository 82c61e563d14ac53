import type { AtomicConstraint, Constraint, Policy, Rule } from '../model.js';
import { actionSet, anything, type Box, type Budget, intersectAll, join, missing, type Names } from './box.js';
import { complement, type Intervals, intersection } from './intervals.js';

/** The names met so far in one comparison. */
export interface Universe {
  readonly targets: Names;
  readonly assignees: Names;
  readonly purposes: Names;
  readonly budget: Budget;
}

/**
 * The requests a rule speaks about. A permission's own target and assignee narrow the policy's; a prohibition's stand instead of
 * them: either way the reading that permits less.
 */
export function scopeOf(policy: Policy, rule: Rule, universe: Universe): Box {
  const set = (
    names: Names,
    own: readonly string[] | undefined,
    general: readonly string[] | undefined,
    all: Intervals,
  ) => {
    const narrow = own ? names.set(own) : all;
    if (own && rule.kind === 'prohibition') return narrow;
    return general ? intersection(narrow, names.set(general)) : narrow;
  };
  const one = (name: string | undefined) => (name === undefined ? undefined : [name]);
  return {
    ...anything,
    action: actionSet(rule.action),
    target: set(universe.targets, one(rule.target), one(policy.target), anything.target),
    assignee: set(universe.assignees, rule.assignees, policy.assignees, anything.assignee),
  };
}

export function isEmpty(box: Box): boolean {
  return box.target.length === 0 || box.assignee.length === 0;
}

/** Where all constraints are true. Where they are neither true nor false belongs to neither region. */
export function whereTrue(constraints: readonly Constraint[], universe: Universe): Box[] {
  return all(constraints, whereOneIsTrue, universe);
}

/** Where at least one of the constraints is false, whatever the others are. */
export function whereFalse(constraints: readonly Constraint[], universe: Universe): Box[] {
  return any(constraints, whereOneIsFalse, universe);
}

type Reading = (constraint: Constraint, universe: Universe) => Box[];

function all(constraints: readonly Constraint[], read: Reading, universe: Universe): Box[] {
  let region: Box[] = [anything];
  for (const each of constraints) region = intersectAll(region, read(each, universe), universe.budget);
  return region;
}

function any(constraints: readonly Constraint[], read: Reading, universe: Universe): Box[] {
  let region: Box[] = [];
  for (const each of constraints) for (const box of read(each, universe)) region = join(region, box, universe.budget);
  return region;
}

function whereOneIsTrue(constraint: Constraint, universe: Universe): Box[] {
  if ('operand' in constraint) return atomRegions(constraint, universe).isTrue;
  const { logic, operands } = constraint;
  if (logic === 'or') return any(operands, whereOneIsTrue, universe);
  if (logic === 'xone') return exactlyOne(operands, universe);
  return all(operands, whereOneIsTrue, universe);
}

function whereOneIsFalse(constraint: Constraint, universe: Universe): Box[] {
  if ('operand' in constraint) return atomRegions(constraint, universe).isFalse;
  const { logic, operands } = constraint;
  if (logic === 'or') return all(operands, whereOneIsFalse, universe);
  if (logic === 'xone') return noneOrTwo(operands, universe);
  return any(operands, whereOneIsFalse, universe);
}

function exactlyOne(operands: readonly Constraint[], universe: Universe): Box[] {
  let region: Box[] = [];
  for (const chosen of operands) {
    const rest = operands.filter((each) => each !== chosen);
    const others = all(rest, whereOneIsFalse, universe);
    const found = intersectAll(whereOneIsTrue(chosen, universe), others, universe.budget);
    for (const box of found) region = join(region, box, universe.budget);
  }
  return region;
}

function noneOrTwo(operands: readonly Constraint[], universe: Universe): Box[] {
  let region = all(operands, whereOneIsFalse, universe);
  for (const [at, first] of operands.entries()) {
    for (const second of operands.slice(at + 1)) {
      const both = all([first, second], whereOneIsTrue, universe);
      for (const box of both) region = join(region, box, universe.budget);
    }
  }
  return region;
}

function atomRegions(atom: AtomicConstraint, universe: Universe): { isTrue: Box[]; isFalse: Box[] } {
  if (atom.operand === 'dateTime') {
    const { instant } = atom.value;
    // Without a zone it is never true and never false.
    if (instant === undefined) return { isTrue: [], isFalse: [] };
    return split('now', ordered(atom, instant), anything.now);
  }
  if (atom.operand === 'count') return split('use', ordered(atom, atom.value), [[1, Number.POSITIVE_INFINITY]]);
  universe.budget.spend(atom.value.length);
  const named = universe.purposes.set(atom.value.map(({ text }) => text));
  const positive = atom.operator === 'eq' || atom.operator === 'isAnyOf';
  return split('purpose', positive ? named : complement(named), [[missing + 1, Number.POSITIVE_INFINITY]]);
}

function split(name: 'now' | 'use' | 'purpose', set: Intervals, domain: Intervals): { isTrue: Box[]; isFalse: Box[] } {
  const box = (values: Intervals) => (values.length === 0 ? [] : [{ ...anything, [name]: values }]);
  return { isTrue: box(intersection(set, domain)), isFalse: box(intersection(complement(set), domain)) };
}

function ordered({ operator }: AtomicConstraint, value: number): Intervals {
  const { NEGATIVE_INFINITY: least, POSITIVE_INFINITY: most } = Number;
  switch (operator) {
    case 'lt':
      return [[least, value - 1]];
    case 'lteq':
      return [[least, value]];
    case 'gt':
      return [[value + 1, most]];
    case 'gteq':
      return [[value, most]];
    case 'neq':
      return complement([[value, value]]);
    default:
      return [[value, value]];
  }
}
