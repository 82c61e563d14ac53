import type { Certainty } from './ends.js';
import type { Region, Space } from './space.js';

/**
 * A condition in Kleene's three-valued logic, as two regions: where it is true, and where it is false. Where it is neither belongs
 * to no region, so that what cannot be decided is never taken for granted.
 */
export type Formula =
  | { readonly join: 'atom'; readonly isTrue: Region; readonly isFalse: Region }
  | { readonly join: 'all' | 'any' | 'one'; readonly parts: readonly Formula[] };

export function all(parts: readonly Formula[]): Formula {
  return parts.length === 1 && parts[0] ? parts[0] : { join: 'all', parts };
}

export function any(parts: readonly Formula[]): Formula {
  return parts.length === 1 && parts[0] ? parts[0] : { join: 'any', parts };
}

/** What nobody can decide: true nowhere and false nowhere for sure, and possibly either anywhere. */
export function undecided(space: Space, certainty: Certainty): Formula {
  const where = certainty === 'sure' ? [] : space.region([]);
  return { join: 'atom', isTrue: where, isFalse: where };
}

/** Judges formulas in one space, each once. */
export class Judge {
  readonly #true = new Map<Formula, Region>();
  readonly #false = new Map<Formula, Region>();

  readonly space: Space;

  constructor(space: Space) {
    this.space = space;
  }

  whereTrue(formula: Formula): Region {
    return remembered(this.#true, formula, () => this.#whereTrue(formula));
  }

  whereFalse(formula: Formula): Region {
    return remembered(this.#false, formula, () => this.#whereFalse(formula));
  }

  /** What is left of a region where this is false: it neither holds nor could hold there. The pieces do not overlap. */
  spared(region: Region, formula: Formula): Region {
    if (formula.join !== 'all') return this.space.intersectAll(region, this.whereFalse(formula));
    const { space } = this;
    let rest = region;
    let found: Region = [];
    for (const part of formula.parts) {
      if (rest.length === 0) break;
      const isFalse = this.whereFalse(part);
      found = space.joinAll(found, space.intersectAll(rest, isFalse));
      rest = space.subtractAll(rest, isFalse);
    }
    return found;
  }

  #whereTrue(formula: Formula): Region {
    if (formula.join === 'atom') return formula.isTrue;
    if (formula.join === 'all') return this.#all(formula.parts.map((each) => () => this.whereTrue(each)));
    if (formula.join === 'any') return this.#any(formula.parts.map((each) => this.whereTrue(each)));
    return this.#exactlyOne(formula.parts);
  }

  #whereFalse(formula: Formula): Region {
    if (formula.join === 'atom') return formula.isFalse;
    if (formula.join === 'all') return this.#any(formula.parts.map((each) => this.whereFalse(each)));
    if (formula.join === 'any') return this.#all(formula.parts.map((each) => () => this.whereFalse(each)));
    return this.#noneOrTwo(formula.parts);
  }

  #all(parts: readonly (() => Region)[]): Region {
    let region: Region = this.space.region([]);
    for (const part of parts) {
      if (region.length === 0) return region;
      region = this.space.intersectAll(region, part());
    }
    return region;
  }

  #any(parts: readonly Region[]): Region {
    let region: Region = [];
    for (const part of parts) region = this.space.joinAll(region, part);
    return region;
  }

  #exactlyOne(parts: readonly Formula[]): Region {
    const found = parts.map((chosen) =>
      this.#all(parts.map((each) => () => (each === chosen ? this.whereTrue(each) : this.whereFalse(each)))),
    );
    return this.#any(found);
  }

  #noneOrTwo(parts: readonly Formula[]): Region {
    let region = this.#all(parts.map((each) => () => this.whereFalse(each)));
    for (const [at, first] of parts.entries()) {
      for (const second of parts.slice(at + 1)) {
        region = this.space.joinAll(region, this.space.intersectAll(this.whereTrue(first), this.whereTrue(second)));
      }
    }
    return region;
  }
}

function remembered(known: Map<Formula, Region>, formula: Formula, find: () => Region): Region {
  const before = known.get(formula);
  if (before) return before;
  const found = find();
  known.set(formula, found);
  return found;
}
