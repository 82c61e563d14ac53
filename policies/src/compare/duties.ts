import { isCircumstance, isDeadline } from '../decide/duties.js';
import type { AtomicConstraint, Constraint, Duty, OrderedValue } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { constraintKey, constraintsKey, taskKey } from './structure.js';

interface Parts {
  /** What is to be done, and how. */
  readonly task: string;
  readonly deadlines: readonly (AtomicConstraint & { readonly value: OrderedValue })[];
  /** Where it is owed: it is owed nowhere else. */
  readonly circumstances: readonly Constraint[];
}

const parts = new WeakMap<Duty, Parts>();

function partsOf(duty: Duty): Parts {
  const known = parts.get(duty);
  if (known) return known;
  const deadlines: (AtomicConstraint & { readonly value: OrderedValue })[] = [];
  const circumstances: Constraint[] = [];
  const how: Constraint[] = [];
  for (const each of duty.constraints) {
    if (!('operand' in each)) how.push(each);
    else if (isBefore(each)) deadlines.push(each);
    else if (isCircumstance(each)) circumstances.push(each);
    else how.push(each);
  }
  const found = { task: JSON.stringify([taskKey(duty), constraintsKey(how)]), deadlines, circumstances };
  parts.set(duty, found);
  return found;
}

function isBefore(atom: AtomicConstraint): atom is AtomicConstraint & { readonly value: OrderedValue } {
  return isDeadline(atom) && atom.operator !== 'eq' && atom.value.type === 'ordered';
}

/** Equal for two duties that are kept by the same deed, whenever they are owed. */
export function deedKey(duty: Duty): string {
  const { task, deadlines } = partsOf(duty);
  return JSON.stringify([task, constraintsKey(deadlines), duty.consequences.map(deedKey).sort(), duty.declaredOnly]);
}

/**
 * Whether who keeps `strict` has kept `loose` too: the same task, no later, and no lesser consequence of failing. A consequence makes good
 * what came too late, so there must be none where `loose` has none.
 */
export function keeps(strict: Duty, loose: Duty): boolean {
  const [a, b] = [partsOf(strict), partsOf(loose)];
  return (
    a.task === b.task &&
    (loose.declaredOnly || !strict.declaredOnly) &&
    b.deadlines.every((late) => a.deadlines.some((early) => isNoLater(early, late))) &&
    (strict.consequences.length === 0 || loose.consequences.length > 0) &&
    loose.consequences.every((each) =>
      strict.consequences.some((other) => keeps(other, each) && owedAtLeast(other, each)),
    )
  );
}

/**
 * Whether `strict` is owed wherever `loose` is. INVARIANT: leaving a circumstance out makes a duty owed in more places, so every
 * circumstance of `strict` must be one of `loose`.
 */
export function owedAtLeast(strict: Duty, loose: Duty): boolean {
  const demanded = new Set(partsOf(loose).circumstances.map(constraintKey));
  return partsOf(strict).circumstances.every((each) => demanded.has(constraintKey(each)));
}

function isNoLater(
  early: AtomicConstraint & { readonly value: OrderedValue },
  late: AtomicConstraint & { readonly value: OrderedValue },
): boolean {
  if (factOf(early.operand) !== factOf(late.operand) || early.unit !== late.unit || early.source !== late.source) {
    return false;
  }
  const [end, limit] = [early.value, late.value];
  if (end.low === limit.low && end.high === limit.high)
    return early.operator === late.operator || early.operator === 'lt';
  return end.high < limit.low;
}
