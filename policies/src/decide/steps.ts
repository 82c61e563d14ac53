import type { AtomicConstraint, Truth } from '../model.js';
import { compared } from './condition.js';
import { every, exactlyOne, some } from './truth.js';

/**
 * The truth of constraints over one ordered operand as a function of where the fact lies: at the bounds, and in the gaps before,
 * between and after them. Many or-ed windows become one sorted list, searched in log time.
 */
export interface Steps {
  /** Ascending, each once. */
  readonly bounds: readonly number[];
  /** Codes of the truth: before the first bound, at it, between it and the next, … One more than twice the bounds. */
  readonly codes: readonly number[];
}

const truths: readonly Truth[] = [false, true, undefined];
const codeOf = (truth: Truth) => (truth === undefined ? 2 : truth ? 1 : 0);

/** Searched most of all, so it is a closure over flat arrays. */
export function lookup({ bounds, codes }: Steps): (fact: number) => Truth {
  const at = Float64Array.from(bounds);
  const code = Uint8Array.from(codes);
  return (fact) => {
    let low = 0;
    let high = at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((at[middle] ?? 0) < fact) low = middle + 1;
      else high = middle;
    }
    return truths[code[at[low] === fact ? 2 * low + 1 : 2 * low] ?? 2];
  };
}

export function stepsOf(atom: AtomicConstraint): Steps {
  const { value, operator } = atom;
  if (value.type !== 'ordered') return { bounds: [], codes: [2] };
  const { low, high } = value;
  const bounds = low === high ? [low] : [low, high];
  // The gap between the two ends of an uncertain value is judged by a point inside it.
  const points = low === high ? [-Infinity, low, Infinity] : [-Infinity, low, low + (high - low) / 2, high, Infinity];
  return simplified(
    bounds,
    points.map((point) => codeOf(compared(operator, point, point, value))),
  );
}

/** Kleene's `and`, `or` or `xone` of them, point by point. */
export function joined(logic: 'and' | 'or' | 'xone', parts: readonly Steps[]): Steps {
  const [first] = parts;
  if (first === undefined) return { bounds: [], codes: [logic === 'and' ? 1 : 0] };
  if (logic === 'xone') return merged(parts, (each) => exactlyOne(each, (code) => truths[code]));
  const join = logic === 'and' ? every<number> : some<number>;
  // Pairwise, as in a tournament: each bound is then looked at a logarithmic number of times.
  let round = parts;
  while (round.length > 1) {
    const next: Steps[] = [];
    for (let at = 0; at < round.length; at += 2)
      next.push(merged(round.slice(at, at + 2), (pair) => join(pair, (code) => truths[code])));
    round = next;
  }
  return round[0] ?? first;
}

function merged(parts: readonly Steps[], join: (codes: readonly number[]) => Truth): Steps {
  const bounds: number[] = [];
  const codes: number[] = [];
  const next = parts.map(() => 0);
  for (;;) {
    let bound = Number.POSITIVE_INFINITY;
    for (const [index, part] of parts.entries()) bound = Math.min(bound, part.bounds[next[index] ?? 0] ?? bound);
    codes.push(codeOf(join(parts.map((part, index) => part.codes[2 * (next[index] ?? 0)] ?? 2))));
    if (bound === Number.POSITIVE_INFINITY) return simplified(bounds, codes);
    const here = parts.map((part, index) => {
      const at = next[index] ?? 0;
      if (part.bounds[at] !== bound) return part.codes[2 * at] ?? 2;
      next[index] = at + 1;
      return part.codes[2 * at + 1] ?? 2;
    });
    bounds.push(bound);
    codes.push(codeOf(join(here)));
  }
}

/** Without the bounds at which nothing changes. */
function simplified(bounds: readonly number[], codes: readonly number[]): Steps {
  const kept: number[] = [];
  const left = [codes[0] ?? 2];
  for (const [index, bound] of bounds.entries()) {
    const [at, after] = [codes[2 * index + 1] ?? 2, codes[2 * index + 2] ?? 2];
    if (at === left.at(-1) && after === at) continue;
    kept.push(bound);
    left.push(at, after);
  }
  return { bounds: kept, codes: left };
}

/** Where the truth changes as a fact grows: when it comes to one of these, and when it goes beyond one of those. */
export interface Changes {
  readonly reached: readonly number[];
  readonly passed: readonly number[];
}

export function changesOf({ bounds, codes }: Steps): Changes {
  return {
    reached: bounds.filter((_, index) => codes[2 * index] !== codes[2 * index + 1]),
    passed: bounds.filter((_, index) => codes[2 * index + 1] !== codes[2 * index + 2]),
  };
}
