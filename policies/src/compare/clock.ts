import { type AtomicConstraint, type FactSource, factSources } from '../model.js';
import { type Certainty, endsOf, type Scale } from './ends.js';
import { type Formula, undecided } from './formula.js';
import { everything, type Intervals, intersection, point } from './intervals.js';
import type { Region, Space } from './space.js';

const integers: Scale = {
  below: (value) => [[Number.NEGATIVE_INFINITY, Math.ceil(value) - 1]],
  atMost: (value) => [[Number.NEGATIVE_INFINITY, Math.floor(value)]],
  atLeast: (value) => [[Math.ceil(value), Number.POSITIVE_INFINITY]],
  above: (value) => [[Math.floor(value) + 1, Number.POSITIVE_INFINITY]],
};

/** What we measure is worth this much, whoever asks. */
const measured: FactSource = 'measured';

/**
 * What we measure ourselves, exactly and in whole numbers: the time in milliseconds, and the number of a use. They need no ranks,
 * and no fact of a caller moves them.
 */
export class Counter {
  /** The value of the dimension when nothing is counted. Time is never missing. */
  static readonly missing = -1;
  readonly #dimension: number;

  readonly space: Space;

  constructor(space: Space, operand: 'dateTime' | 'count') {
    this.space = space;
    const uses: Intervals = [
      [Counter.missing, Counter.missing],
      [1, Number.POSITIVE_INFINITY],
    ];
    this.#dimension = space.add(operand === 'dateTime' ? everything : uses, { what: 'operand', of: operand });
    this.#known = operand === 'dateTime' ? everything : [[1, Number.POSITIVE_INFINITY]];
  }

  readonly #known: Intervals;

  get dimension(): number {
    return this.#dimension;
  }

  formula(atom: AtomicConstraint, certainty: Certainty): Formula {
    const demanded = atom.source === undefined ? factSources.length : factSources.indexOf(atom.source);
    const never = atom.unit !== undefined || demanded < factSources.indexOf(measured);
    if (never) return undecided(this.space, certainty);
    const ends = endsOf(atom, integers, certainty);
    const where = (low: Intervals = everything, high: Intervals = everything): Region =>
      this.space.region([[this.#dimension, intersection(this.#known, intersection(low, high))]]);
    const union = (alternatives: typeof ends.isTrue) =>
      alternatives.reduce<Region>((found, { low, high }) => this.space.joinAll(found, where(low, high)), []);
    return { join: 'atom', isTrue: union(ends.isTrue), isFalse: union(ends.isFalse) };
  }

  /** A value of this dimension for a witness; `undefined`: not counted. Times and counts near zero, when there is a choice. */
  pick(set: Intervals): number | undefined {
    const [low, high] = set.find(([from, to]) => from > Counter.missing || to > Counter.missing) ?? set[0] ?? [0, 0];
    if (low > Counter.missing) return low;
    if (this.#known !== everything && low === Counter.missing) return undefined;
    if (Number.isFinite(high)) return high;
    return Math.max(low, 0);
  }

  only(value: number | undefined): Intervals {
    return point(value ?? Counter.missing);
  }
}
