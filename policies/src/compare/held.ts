import { some } from '../decide/truth.js';
import { has, type Intervals, point } from './intervals.js';
import { asKnown, type Relation, ternary } from './name.js';
import type { About, Box, Space } from './space.js';

/** Names picked for a witness, and what its facts must say of them. */
interface PickedNames {
  readonly names: readonly string[];
  readonly fresh: boolean;
  readonly relations: ReadonlyMap<string, Intervals>;
  readonly settled: ReadonlySet<string>;
}

/**
 * Attributes that are held together: each class of names is one dimension, whether one of it is held. At least one name is: a fact
 * without names is none.
 */
export class HeldNames {
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
      readonly fresh: string;
      readonly without: (box: Box) => boolean;
    },
  ) {
    this.space = space;
    this.#classes = [...parts.classes, [parts.fresh]];
    for (const [at, names] of this.#classes.entries()) for (const name of names) this.#index.set(name, at);
    this.#relations = parts.relations;
    this.#first = space.dimensions;
    for (const _ of this.#classes) space.add([[0, 1]], about);
    for (const _ of this.#relations) space.add([[ternary.isFalse, ternary.unknown]], about);
    space.link(this.#first, (box) => parts.without(box) || !this.candidates(box).next().done);
  }

  dimensionOf(name: string): number {
    return this.#first + (this.#index.get(name) ?? this.#classes.length - 1);
  }

  /** Alternatives: one of the wanted is held. */
  holds(wanted: readonly string[]): readonly (readonly [dimension: number, set: Intervals])[] {
    return this.#dimensionsOf(wanted).map((at) => [at, point(1)]);
  }

  /** All at once: none of the wanted is held. */
  lacks(wanted: readonly string[]): readonly (readonly [dimension: number, set: Intervals])[] {
    return this.#dimensionsOf(wanted).map((at) => [at, point(0)]);
  }

  related(key: string, truth: number): readonly [dimension: number, set: Intervals] {
    const at = this.#relations.findIndex((each) => each.key === key);
    return [this.#first + this.#classes.length + at, point(truth)];
  }

  /** As few names as a box allows, with what is left open of their relations. */
  *candidates(box: Box): Generator<PickedNames> {
    const at = (index: number) => this.space.at(box, this.#first + index);
    const indexes = [...this.#classes.keys()];
    const forced = indexes.filter((index) => !has(at(index), 0));
    const may = forced.length > 0 ? [undefined] : indexes.filter((index) => has(at(index), 1));
    for (const more of may) {
      this.space.budget.spend((this.#classes.length >> 4) + this.#relations.length);
      const held = more === undefined ? forced : [...forced, more];
      const names = held.flatMap((index) => this.#classes[index]?.[0] ?? []);
      const relations = new Map<string, Intervals>();
      const settled = new Set<string>();
      for (const [offset, { key, known }] of this.#relations.entries()) {
        const truths = at(this.#classes.length + offset);
        const truth = some(names, known);
        if (truth !== undefined) settled.add(key);
        relations.set(key, asKnown(truths, truth));
      }
      if ([...relations.values()].every((truths) => truths.length > 0)) {
        yield { names, relations, settled, fresh: held.length === 1 && held[0] === this.#classes.length - 1 };
      }
    }
  }

  #dimensionsOf(wanted: readonly string[]): readonly number[] {
    return [...new Set(wanted.map((name) => this.dimensionOf(name)))];
  }
}
