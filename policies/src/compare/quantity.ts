import type { AtomicConstraint, Fact } from '../model.js';
import { type Certainty, type Ends, endsOf, type Scale } from './ends.js';
import type { Formula } from './formula.js';
import { between, everything, has, highest, type Intervals, intersection, lowest } from './intervals.js';
import type { Box, Region, Space } from './space.js';
import { Status } from './status.js';

/**
 * The fact of an operand on an ordered scale, as three dimensions: its kind, and where the range in which it lies begins and ends,
 * both as ranks. The rank of the i-th constant that either policy mentions is 2i+1; even ranks are the gaps between, so dense
 * scales, open bounds and facts known only so far need no special case.
 */
export class Quantity {
  readonly #status: Status;
  readonly #constants: readonly number[];
  readonly #first: number;

  readonly space: Space;
  readonly operand: string;

  constructor(space: Space, operand: string, atoms: readonly AtomicConstraint[]) {
    this.space = space;
    this.operand = operand;
    this.#status = new Status(atoms);
    const values = atoms.flatMap(({ value }) => (value.type === 'ordered' ? [value.low, value.high] : []));
    this.#constants = [...new Set(values)].sort((a, b) => a - b);
    const about = { what: 'operand', of: operand } as const;
    const ranks = between(0, 2 * this.#constants.length);
    this.#first = space.add(this.#status.domain, about);
    space.add(ranks, about);
    space.add(ranks, about);
    space.link(this.#first, (box) => this.#possible(box));
  }

  formula(atom: AtomicConstraint, certainty: Certainty): Formula {
    const { isTrue, isFalse } = endsOf(atom, this.#ranks, certainty);
    const union = (alternatives: readonly Ends[]) =>
      alternatives.reduce<Region>((found, ends) => this.space.joinAll(found, this.#where(atom, ends)), []);
    return { join: 'atom', isTrue: union(isTrue), isFalse: union(isFalse) };
  }

  /** A fact of a box; `undefined`: none is given. A known one rather than none, an exact one rather than a range. */
  pick(box: Box): Fact | undefined {
    const known = intersection(this.space.at(box, this.#first), [[1, Number.POSITIVE_INFINITY]]);
    const kind = this.#status.kind(lowest(known));
    if (!kind) return undefined;
    const [lows, highs] = [this.space.at(box, this.#first + 1), this.space.at(box, this.#first + 2)];
    const exact = intersection(lows, highs);
    if (exact.length > 0) return { value: this.#at(this.#easiest(exact)), ...kind };
    const low = lowest(lows);
    return { value: { low: this.#at(low), high: this.#at(lowest(intersection(highs, [[low, Infinity]]))) }, ...kind };
  }

  /** Constants read better than values in between. */
  #easiest(ranks: Intervals): number {
    const low = lowest(ranks);
    return low % 2 === 0 && has(ranks, low + 1) ? low + 1 : low;
  }

  #at(rank: number): number {
    const at = (rank - 1) / 2;
    if (Number.isInteger(at)) return this.#constants[at] ?? 0;
    const [low, high] = [this.#constants[Math.floor(at)], this.#constants[Math.ceil(at)]];
    if (low !== undefined && high !== undefined) return inBetween(low, high);
    if (low !== undefined) return low + 1;
    // Nothing negative where nothing negative was mentioned: most of these are sizes and durations.
    return high === undefined ? 0 : high > 0 ? high / 2 : high - 1;
  }

  #where(atom: AtomicConstraint, { low = everything, high = everything }: Ends): Region {
    return this.space.region([
      [this.#first, this.#status.known(atom)],
      [this.#first + 1, low],
      [this.#first + 2, high],
    ]);
  }

  #possible(box: Box): boolean {
    if (has(this.space.at(box, this.#first), Status.missing)) return true;
    return lowest(this.space.at(box, this.#first + 1)) <= highest(this.space.at(box, this.#first + 2));
  }

  get #ranks(): Scale {
    const rank = (value: number) => 2 * this.#constants.indexOf(value) + 1;
    return {
      below: (value) => [[0, rank(value) - 1]],
      atMost: (value) => [[0, rank(value)]],
      atLeast: (value) => [[rank(value), Number.POSITIVE_INFINITY]],
      above: (value) => [[rank(value) + 1, Number.POSITIVE_INFINITY]],
    };
  }
}

function inBetween(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  const whole = Math.round(middle);
  return low < whole && whole < high ? whole : middle;
}
