/**
 * A set of integers as closed intervals: sorted, disjoint, never adjacent; ±Infinity at the ends. Every dimension of a policy is
 * one: instants in milliseconds, the number of a use, ranks of numbers, and names by their index.
 */
export type Intervals = readonly (readonly [low: number, high: number])[];

export const everything: Intervals = [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]];
export const nothing: Intervals = [];

export function point(value: number): Intervals {
  return [[value, value]];
}

export function between(low: number, high: number): Intervals {
  return low <= high ? [[low, high]] : nothing;
}

/** The set of these integers, in any order. */
export function setOf(values: Iterable<number>): Intervals {
  const found: [number, number][] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && value <= last[1] + 1) last[1] = value;
    else found.push([value, value]);
  }
  return found;
}

export function intersection(a: Intervals, b: Intervals): Intervals {
  const found: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (!left || !right) return found;
    const low = Math.max(left[0], right[0]);
    const high = Math.min(left[1], right[1]);
    if (low <= high) found.push([low, high]);
    if (left[1] < right[1]) i += 1;
    else j += 1;
  }
}

export function complement(set: Intervals): Intervals {
  const found: [number, number][] = [];
  let low = Number.NEGATIVE_INFINITY;
  for (const [from, to] of set) {
    if (from > low) found.push([low, from - 1]);
    low = to + 1;
  }
  if (low < Number.POSITIVE_INFINITY) found.push([low, Number.POSITIVE_INFINITY]);
  return found;
}

export function difference(a: Intervals, b: Intervals): Intervals {
  return intersection(a, complement(b));
}

export function union(a: Intervals, b: Intervals): Intervals {
  const found: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    const next = left && (!right || left[0] <= right[0]) ? left : right;
    if (!next) return found;
    if (next === left) i += 1;
    else j += 1;
    const last = found.at(-1);
    if (last && next[0] <= last[1] + 1) last[1] = Math.max(last[1], next[1]);
    else found.push([next[0], next[1]]);
  }
}

export function equal(a: Intervals, b: Intervals): boolean {
  return a === b || (a.length === b.length && a.every(([low, high], at) => low === b[at]?.[0] && high === b[at]?.[1]));
}

export function has(set: Intervals, value: number): boolean {
  return set.some(([low, high]) => low <= value && value <= high);
}

export function lowest(set: Intervals): number {
  return set[0]?.[0] ?? Number.POSITIVE_INFINITY;
}

export function highest(set: Intervals): number {
  return set.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;
}
