import type { Truth } from '../model.js';
import { complement, has, type Intervals, intersection, point, setOf } from './intervals.js';
import type { About, Box, Region, Space } from './space.js';

/** The truth of something that only the facts can tell, as a dimension. */
export const ternary = { isFalse: 0, isTrue: 1, unknown: 2 } as const;
const anyTruth: Intervals = [[ternary.isFalse, ternary.unknown]];

/** Whether a name lies in what these name: a place in a region, a party in a collection. */
export interface Relation {
  readonly key: string;
  /** What is known of a name, whatever the facts: that it lies within itself, and what the caller knows. */
  readonly known: (name: string) => Truth;
}

/** A name picked for a witness, and what its facts must say of it. */
export interface Picked {
  readonly name: string;
  /** Nobody mentioned it, so it is free to lie in nothing. */
  readonly fresh: boolean;
  readonly relations: ReadonlyMap<string, Intervals>;
  /** Relations that are known, and so no presumption. */
  readonly settled: ReadonlySet<string>;
}

/**
 * One name: which it is, and what relations it stands in. Names that no condition tells apart are one class; the last class is of all
 * names that nobody mentioned.
 */
export class Name {
  readonly #first: number;
  readonly #classes: readonly (readonly string[])[];
  readonly #relations: readonly Relation[];
  readonly #index = new Map<string, number>();

  readonly space: Space;

  constructor(
    space: Space,
    about: About,
    parts: {
      readonly classes: readonly (readonly string[])[];
      readonly relations: readonly Relation[];
      /** The name of one that nobody mentioned. */
      readonly fresh: string;
      /** Whether a box has points that no name stands in: those without the fact. */
      readonly without?: (box: Box) => boolean;
    },
  ) {
    this.space = space;
    this.#classes = [...parts.classes, [parts.fresh]];
    for (const [at, names] of this.#classes.entries()) for (const name of names) this.#index.set(name, at);
    this.#relations = parts.relations;
    this.#first = space.add([[0, this.#classes.length - 1]], about);
    for (const _ of parts.relations) space.add(anyTruth, about);
    if (parts.relations.length > 0) {
      space.link(this.#first, (box) => parts.without?.(box) === true || this.candidates(box).next().done === false);
    }
  }

  get dimension(): number {
    return this.#first;
  }

  /** A box as it is where another name stands: of that one nothing is said but which it is. */
  instead(box: Box, name: string): Box | undefined {
    const other = [...box];
    for (let at = 0; at <= this.#relations.length; at++) other[this.#first + at] = undefined;
    const named = this.space.region([this.among([name])])[0];
    return named && this.space.intersect(other, named);
  }

  /** A box with this name, and what is said of it, put back. */
  back(box: Box, original: Box): Box | undefined {
    const other = [...box];
    for (let at = 0; at <= this.#relations.length; at++) other[this.#first + at] = original[this.#first + at];
    return this.space.intersect(other, other);
  }

  among(names: Iterable<string>): readonly [dimension: number, set: Intervals] {
    return [this.#first, this.#indexes(names)];
  }

  notAmong(names: Iterable<string>): readonly [dimension: number, set: Intervals] {
    return [this.#first, complement(this.#indexes(names))];
  }

  related(key: string, truth: number): readonly [dimension: number, set: Intervals] {
    return [this.#first + 1 + this.#relations.findIndex((each) => each.key === key), point(truth)];
  }

  region(...parts: (readonly [dimension: number, set: Intervals])[]): Region {
    return this.space.region(parts);
  }

  /** The names that can stand in a box, mentioned ones first, each with what is left open of its relations. */
  *candidates(box: Box): Generator<Picked> {
    const set = this.space.at(box, this.#first);
    for (const [at, [name = '']] of this.#classes.entries()) {
      if (!has(set, at)) continue;
      this.space.budget.spend(this.#relations.length);
      const relations = new Map<string, Intervals>();
      const settled = new Set<string>();
      for (const [offset, { key, known }] of this.#relations.entries()) {
        const truths = this.space.at(box, this.#first + 1 + offset);
        const truth = known(name);
        if (truth !== undefined) settled.add(key);
        relations.set(key, asKnown(truths, truth));
      }
      if ([...relations.values()].every((truths) => truths.length > 0)) {
        yield { name, relations, settled, fresh: at === this.#classes.length - 1 };
      }
    }
  }

  #indexes(names: Iterable<string>): Intervals {
    return setOf([...names].flatMap((name) => this.#index.get(name) ?? []));
  }
}

/** The truths that are left by what is known. */
export function asKnown(truths: Intervals, known: Truth): Intervals {
  return known === undefined ? truths : intersection(truths, point(known ? ternary.isTrue : ternary.isFalse));
}

/** Names in classes: those that stand in exactly the same lists are one. */
export function classesOf(lists: readonly (readonly string[])[], apart: boolean): readonly (readonly string[])[] {
  const marks = new Map<string, string>();
  for (const [at, list] of lists.entries()) {
    for (const name of new Set(list)) marks.set(name, `${marks.get(name) ?? ''} ${at}`);
  }
  if (apart) return [...marks.keys()].map((name) => [name]);
  const classes = new Map<string, string[]>();
  for (const [name, mark] of marks) {
    const known = classes.get(mark);
    if (known) known.push(name);
    else classes.set(mark, [name]);
  }
  return [...classes.values()];
}
