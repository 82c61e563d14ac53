import type { Constraint, Facts } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { oneScale, scaleOf } from './closures.js';
import { isPassing } from './readings.js';
import { flipsOf } from './steps.js';

/** The instant, after this one, at which time alone may change a condition; `undefined`: never. */
export type Clock = (now: number, values: Facts['values']) => number | undefined;

/** When time alone may change the truth of any of these. Too early is possible, too late is not. */
export function clockOf(constraints: readonly Constraint[]): Clock | undefined {
  const flips = new Map<string, Set<number>>();
  for (const constraint of constraints) collect(constraint, flips);
  const instants = sorted(flips.get('dateTime'));
  flips.delete('dateTime');
  const passing = [...flips].map(([key, found]) => ({ key, flips: sorted(found) }));
  if (instants.length === 0 && passing.length === 0) return undefined;
  if (passing.length === 0) return (now) => after(instants, now);
  return (now, values) => {
    let next = after(instants, now);
    for (const each of passing) {
      const value = values?.[each.key]?.value;
      const facts =
        typeof value === 'number'
          ? [value]
          : typeof value === 'object' && 'low' in value
            ? [value.low, value.high]
            : [];
      // The fact grows as the clock does, from where it is now.
      for (const fact of facts) {
        const flip = after(each.flips, fact);
        if (flip !== undefined) next = earlier(next, now + Math.ceil(flip - fact));
      }
    }
    return next;
  };
}

export function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined || one < other ? one : other;
}

function collect(constraint: Constraint, flips: Map<string, Set<number>>): void {
  if (!('operand' in constraint) && scaleOf(constraint) === undefined) {
    for (const each of constraint.operands) collect(each, flips);
    return;
  }
  const operand = operandOfScale(constraint);
  const key = operand === undefined ? undefined : factOf(operand);
  if (operand === undefined || key === undefined || (key !== 'dateTime' && !isPassing(operand))) return;
  const steps = oneScale(constraint);
  if (steps === undefined && !('operand' in constraint)) {
    for (const each of constraint.operands) collect(each, flips);
    return;
  }
  const found = flips.get(key) ?? new Set();
  flips.set(key, found);
  for (const flip of steps ? flipsOf(steps) : []) found.add(flip);
}

function operandOfScale(constraint: Constraint): string | undefined {
  if ('operand' in constraint) return constraint.value.type === 'ordered' ? constraint.operand : undefined;
  const [first] = constraint.operands;
  return first && operandOfScale(first);
}

function sorted(flips: ReadonlySet<number> | undefined): Float64Array {
  return Float64Array.from(flips ?? []).sort();
}

/** The first of them behind this point. */
function after(flips: Float64Array, point: number): number | undefined {
  let low = 0;
  let high = flips.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((flips[middle] ?? 0) <= point) low = middle + 1;
    else high = middle;
  }
  return flips[low];
}
