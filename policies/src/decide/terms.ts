import type { Constraint } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { type Clock, clockOf } from './clock.js';
import { allOf } from './closures.js';
import type { Condition } from './condition.js';
import { memoized } from './memo.js';
import { readingOf } from './readings.js';

/** What a rule's constraints come to: the part of a compiled rule that says nothing of parties and assets. */
export interface Terms {
  readonly condition: Condition;
  /** Of the action's refinements. */
  readonly refined: Condition;
  /** When time alone may change any of it. */
  readonly clock: Clock | undefined;
  /** The numbers of a use at which it may change, ascending; absent when it counts nothing. */
  readonly steps: readonly number[] | undefined;
  /** Only those constraints and refinements that count uses. */
  readonly counting: Condition;
  /** Facts of which each of several names is decided by itself. */
  readonly oneByOne: readonly string[];
}

/** @param others what else a decision by the rule may look at: refinements of parties and assets, constraints of duties */
export const termsOf: (
  constraints: readonly Constraint[],
  refinements: readonly Constraint[],
  others: readonly Constraint[],
) => Terms = memoized((constraints, refinements, others) => {
  const all = [...constraints, ...refinements, ...others];
  const steps = [...new Set(all.flatMap(countSteps))].sort((a, b) => a - b);
  return {
    condition: allOf(constraints),
    refined: allOf(refinements),
    clock: clockOf(all),
    steps: steps.length > 0 ? steps : undefined,
    counting: allOf([...constraints, ...refinements].filter((each) => countSteps(each).length > 0)),
    oneByOne: [...new Set(all.flatMap(oneByOne))],
  };
});

/** The numbers of a use around which a constraint may come out otherwise. */
export function countSteps(constraint: Constraint): readonly number[] {
  if (!('operand' in constraint)) return constraint.operands.flatMap(countSteps);
  if (factOf(constraint.operand) !== 'count' || constraint.value.type !== 'ordered') return [];
  const { low, high } = constraint.value;
  return [Math.floor(low), Math.floor(low) + 1, Math.floor(high), Math.floor(high) + 1];
}

function oneByOne(constraint: Constraint): readonly string[] {
  if (!('operand' in constraint)) return constraint.operands.flatMap(oneByOne);
  const { operand, operator, value } = constraint;
  if (value.type !== 'terms' || operator === 'isAllOf' || readingOf(operand) !== 'each') return [];
  return [factOf(operand)];
}
