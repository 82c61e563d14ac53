import type { Constraint, Facts } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { oneScale, scaleOf } from './closures.js';
import { memoized } from './memo.js';
import { isPassing } from './readings.js';
import { changesOf } from './steps.js';

/** The instant, after this one, at which time alone may change a condition; `undefined`: never. */
export type Clock = (now: number, values: Facts['values']) => number | undefined;

/** When time alone may change the truth of any of these. Too early is possible, too late is not. */
export const clockOf: (constraints: readonly Constraint[]) => Clock | undefined = memoized((constraints) => {
  const found = new Map<string, Marks>();
  for (const constraint of constraints) collect(constraint, found);
  const marks = found.get('dateTime');
  const instants = marks && instantsOf(marks);
  found.delete('dateTime');
  if (found.size === 0) return instants;
  const passing = [...found].map(([key, { reached, passed }]) => ({ key, after: growth(reached, passed) }));
  return (now, values) => {
    let next = instants?.(now, values);
    for (const { key, after } of passing) {
      const value = values?.[key]?.value;
      // Whatever passes grows as the clock does, from where it is now.
      if (typeof value === 'number') next = earlier(next, later(now, after(value)));
      else if (typeof value === 'object' && 'low' in value) {
        next = earlier(next, earlier(later(now, after(value.low)), later(now, after(value.high))));
      }
    }
    return next;
  };
});

/** The usual clock, of a few instants: time is in whole milliseconds, so one short list holds them all. */
function instantsOf({ reached, passed }: Marks): Clock {
  const after = [...passed].map((mark) => Math.floor(mark) + 1);
  const flips = [...new Set([...[...reached].map(Math.ceil), ...after])].sort((a, b) => a - b);
  return (now) => flips[firstFrom(flips, now, false)];
}

export function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined || one < other ? one : other;
}

function later(now: number, milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : now + milliseconds;
}

interface Marks {
  readonly reached: Set<number>;
  readonly passed: Set<number>;
}

function collect(constraint: Constraint, found: Map<string, Marks>): void {
  const steps = scaleOf(constraint) === undefined ? undefined : oneScale(constraint);
  if (steps === undefined) {
    if (!('operand' in constraint)) for (const each of constraint.operands) collect(each, found);
    return;
  }
  const operand = operandIn(constraint);
  const key = operand && factOf(operand);
  if (operand === undefined || key === undefined || (key !== 'dateTime' && !isPassing(operand))) return;
  const marks = found.get(key) ?? { reached: new Set(), passed: new Set() };
  found.set(key, marks);
  const { reached, passed } = changesOf(steps);
  for (const mark of reached) marks.reached.add(mark);
  for (const mark of passed) marks.passed.add(mark);
}

function operandIn(constraint: Constraint): string | undefined {
  if ('operand' in constraint) return constraint.operand;
  const [first] = constraint.operands;
  return first && operandIn(first);
}

/** In how many whole milliseconds a fact that grows by one each comes to the next mark, or beyond it. */
function growth(reached: ReadonlySet<number>, passed: ReadonlySet<number>): (fact: number) => number | undefined {
  const to = Float64Array.from(reached).sort();
  const beyond = Float64Array.from(passed).sort();
  return (fact) => {
    if (!Number.isFinite(fact)) return undefined;
    const next = to[firstFrom(to, fact, false)];
    const last = beyond[firstFrom(beyond, fact, true)];
    return earlier(
      next === undefined ? undefined : Math.ceil(next - fact),
      last === undefined ? undefined : Math.floor(last - fact) + 1,
    );
  };
}

/** The index of the first mark behind this point, or at it. */
function firstFrom(marks: ArrayLike<number>, point: number, inclusive: boolean): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const mark = marks[middle] ?? 0;
    if (mark < point || (mark === point && !inclusive)) low = middle + 1;
    else high = middle;
  }
  return low;
}
