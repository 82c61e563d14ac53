import { truthFrom } from '../decide/condition.js';
import { readingOf } from '../decide/readings.js';
import type { AtomicConstraint, Fact, Knowledge } from '../model.js';
import { factOf, knownWithin } from '../odrl/operands.js';
import { any, type Formula } from './formula.js';
import { HeldNames } from './held.js';
import { has, type Intervals, intersection, lowest, point } from './intervals.js';
import { classesOf, Name, type Picked, type Relation, ternary } from './name.js';
import type { Box, Region, Space } from './space.js';
import { Status } from './status.js';

/** The names a constraint wants. */
export function wantedBy({ value }: AtomicConstraint): readonly string[] {
  return value.type === 'terms' ? value.terms.map(({ text }) => text) : [];
}

/** What a fact of names must look like, and which relations it presumes. */
export interface PickedFact {
  readonly fact: Fact;
  /** By relation: what may be said of it at the point picked. */
  readonly relations: ReadonlyMap<string, Intervals>;
  readonly settled: ReadonlySet<string>;
  readonly names: readonly string[];
  readonly fresh: boolean;
}

/**
 * The fact of an operand whose values are names, with the reading of docs/decisions/0010: a name looked at one by one is one
 * dimension, and whether `isAllOf` finds a name among all of them is one for each such name. Names that are held together are one
 * dimension each. Whether one name lies within another is a dimension too: two policies that ask the same get the same answer.
 */
export class Terms {
  readonly #status: Status;
  readonly #first: number;
  readonly #name: Name | HeldNames;
  /** Of operands read one by one: for each name that an `isAllOf` wants, whether it is among all that hold. */
  readonly #among = new Map<string, number>();
  readonly #related = new Map<string, Related>();

  readonly space: Space;
  /** The name the fact goes by. */
  readonly key: string;

  constructor(space: Space, key: string, atoms: readonly AtomicConstraint[], knowledge: Knowledge) {
    this.space = space;
    this.key = key;
    const about = { what: 'operand', of: key } as const;
    this.#status = new Status(atoms);
    this.#first = space.add(this.#status.domain, about);
    for (const atom of atoms) for (const each of relatedOf(atom, knowledge)) this.#related.set(each.key, each);
    const exact = this.#related.size > 0 || atoms.some(({ operator }) => operator === 'isAllOf');
    const parts = {
      classes: classesOf(atoms.map(wantedBy), exact),
      relations: [...this.#related.values()],
      fresh: freshName(atoms),
      without: (box: Box) => has(space.at(box, this.#first), Status.missing),
    };
    const held = atoms.some(({ operand }) => readingOf(operand) === 'held');
    this.#name = held ? new HeldNames(space, about, parts) : new Name(space, about, parts);
    if (held) return;
    const wanted = atoms.filter(({ operator }) => operator === 'isAllOf').flatMap(wantedBy);
    for (const name of new Set(wanted)) this.#among.set(name, space.add([[0, 1]], about));
    if (wanted.length > 0) space.link(this.#first, (box) => parts.without(box) || !this.#candidates(box).next().done);
  }

  formula(atom: AtomicConstraint): Formula {
    const wanted = wantedBy(atom);
    const known = [this.#first, this.#status.known(atom)] as const;
    const where = (...parts: (readonly [dimension: number, set: Intervals])[]): Region =>
      this.space.region([known, ...parts]);
    const either = (isTrue: Region, isFalse: Region): Formula => ({ join: 'atom', isTrue, isFalse });
    switch (atom.operator) {
      case 'eq':
      case 'isAnyOf':
        return either(this.#oneOf(wanted, where), this.#noneOf(wanted, where));
      case 'neq':
      case 'isNoneOf':
        return either(this.#noneOf(wanted, where), this.#oneOf(wanted, where));
      case 'isAllOf':
        return this.#allOf(wanted, where);
      default:
        return any(
          relatedOf(atom).map(({ key }) =>
            either(where(this.#name.related(key, ternary.isTrue)), where(this.#name.related(key, ternary.isFalse))),
          ),
        );
    }
  }

  /** Facts of a box, the ones that presume least first; `undefined`: none is given. */
  *picks(box: Box): Generator<PickedFact | undefined> {
    const known = intersection(this.space.at(box, this.#first), [[1, Number.POSITIVE_INFINITY]]);
    const kind = this.#status.kind(lowest(known));
    if (!kind) {
      yield undefined;
      return;
    }
    if (this.#name instanceof HeldNames) {
      for (const picked of this.#name.candidates(box)) {
        yield { ...picked, fact: { value: picked.names, ...kind } };
      }
      return;
    }
    for (const { name, fresh, ...picked } of this.#candidates(box)) {
      const besides = [...this.#among].filter(([, at]) => !has(this.space.at(box, at), 0)).map(([each]) => each);
      const names = [...new Set([name, ...besides])];
      yield { ...picked, fact: { value: names, ...kind }, names, fresh: fresh && names.length === 1 };
    }
  }

  /**
   * What is left of a region where every name that must be among the others is permitted too: a use for two purposes is permitted only
   * when it is for each.
   *
   * @param granted where a single one is permitted
   */
  together(region: Region, granted: Region): Region {
    let rest = region;
    for (const [name, at] of this.#among) {
      rest = rest.flatMap((box) => (has(this.space.at(box, at), 0) ? [box] : this.#with(name, box, granted)));
    }
    return rest;
  }

  #with(name: string, box: Box, granted: Region): Region {
    const one = this.#name;
    if (one instanceof HeldNames) return [box];
    const other = one.instead(box, name);
    const permitted = other ? this.space.intersectAll([other], granted) : [];
    return permitted.flatMap((each) => {
      const found = one.back(each, box);
      return found ? [found] : [];
    });
  }

  /** What the caller is asked to decide a relation: operand, inner and outer name for a name that stands in it. */
  question(relation: string, name: string): readonly [operand: string, inner: string, outer: string] | undefined {
    const found = this.#related.get(relation);
    if (!found) return undefined;
    const operand = factOf(found.operand);
    return found.inward ? [operand, name, found.name] : [operand, found.name, name];
  }

  *#candidates(box: Box): Generator<Picked> {
    if (this.#name instanceof HeldNames) return;
    for (const picked of this.#name.candidates(box)) {
      const among = this.#among.get(picked.name);
      if (among === undefined || has(this.space.at(box, among), 1)) yield picked;
    }
  }

  #oneOf(wanted: readonly string[], where: Where): Region {
    if (!(this.#name instanceof HeldNames)) return where(this.#name.among(wanted));
    return this.#name.holds(wanted).reduce<Region>((found, part) => this.space.joinAll(found, where(part)), []);
  }

  #noneOf(wanted: readonly string[], where: Where): Region {
    if (!(this.#name instanceof HeldNames)) return where(this.#name.notAmong(wanted));
    return where(...this.#name.lacks(wanted));
  }

  #allOf(wanted: readonly string[], where: Where): Formula {
    const flags = wanted.flatMap((name) =>
      this.#name instanceof HeldNames ? this.#name.dimensionOf(name) : (this.#among.get(name) ?? []),
    );
    const lacking = flags.map((at) => where([at, point(0)]));
    return {
      join: 'atom',
      isTrue: where(...flags.map((at) => [at, point(1)] as const)),
      isFalse: lacking.reduce((found, each) => this.space.joinAll(found, each), []),
    };
  }
}

type Where = (...parts: (readonly [dimension: number, set: Intervals])[]) => Region;

interface Related extends Relation {
  readonly operand: string;
  readonly name: string;
  /** `isA`, `isPartOf`: the fact lies within the name. `hasPart`: the name within the fact. */
  readonly inward: boolean;
}

function relatedOf(atom: AtomicConstraint, { within }: Knowledge = {}): readonly Related[] {
  const { operand, operator } = atom;
  const inward = operator === 'isA' || operator === 'isPartOf';
  if (!inward && operator !== 'hasPart') return [];
  return wantedBy(atom).map((name) => ({
    key: JSON.stringify([operand, inward, name]),
    operand,
    name,
    inward,
    known: (other) => {
      const [inner, outer] = inward ? [other, name] : [name, other];
      return inner === outer || knownWithin(operand, inner, outer)
        ? true
        : truthFrom(within?.(factOf(operand), inner, outer));
    },
  }));
}

/** A name that no policy can have mentioned, for it is one that the constraints do not. */
function freshName(atoms: readonly AtomicConstraint[]): string {
  const mentioned = new Set(atoms.flatMap(wantedBy));
  let at = 0;
  while (mentioned.has(anyName(at))) at += 1;
  return anyName(at);
}

export function anyName(at: number): string {
  return `urn:causeway:v1:any-${at}`;
}
