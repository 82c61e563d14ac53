import { type AtomicConstraint, type FactSource, factSources } from '../model.js';
import { type Intervals, setOf } from './intervals.js';

/**
 * Whether there is a fact at all, and of which kind: in which unit it is and where it comes from. Kinds that no constraint tells
 * apart are one. The first is none: a missing fact, or one that every constraint finds unusable.
 */
export class Status {
  static readonly missing = 0;
  readonly #units: readonly (string | undefined)[];
  readonly #sources: readonly FactSource[];

  constructor(atoms: readonly AtomicConstraint[]) {
    this.#units = [...new Set(atoms.map(({ unit }) => unit))];
    // Without a demand for a source every source is as good as the best.
    this.#sources = atoms.some(({ source }) => source !== undefined) ? factSources : factSources.slice(0, 1);
  }

  get domain(): Intervals {
    return [[Status.missing, this.#units.length * this.#sources.length]];
  }

  /** The kinds of fact that can decide a constraint. */
  known({ unit, source }: AtomicConstraint): Intervals {
    const unitAt = this.#units.indexOf(unit);
    const enough = source === undefined ? this.#sources.length : this.#sources.indexOf(source) + 1;
    return setOf(Array.from({ length: enough }, (_, at) => 1 + unitAt * this.#sources.length + at));
  }

  /** Unit and source of a kind; `undefined` of none. */
  kind(status: number): { readonly source: FactSource; readonly unit?: string } | undefined {
    const at = status - 1;
    const source = this.#sources[at % this.#sources.length];
    if (at < 0 || source === undefined) return undefined;
    const unit = this.#units[Math.floor(at / this.#sources.length)];
    return { source, ...(unit === undefined ? {} : { unit }) };
  }
}
