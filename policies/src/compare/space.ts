import type { Budget } from './budget.js';
import { difference, equal, type Intervals, intersection, union } from './intervals.js';

/**
 * A product of sets, one for each dimension of a space; `undefined` is a dimension's whole domain. A point of it is one request
 * with its facts. A region is a list of boxes: their union.
 */
export type Box = readonly (Intervals | undefined)[];
export type Region = readonly Box[];

/** What a dimension speaks of, for explanations. */
export interface About {
  readonly what: 'action' | 'target' | 'assignee' | 'operand' | 'duty';
  /** Of `operand`: the name its fact goes by. Of `duty`: the index of the duty. */
  readonly of?: string;
}

/**
 * Dimensions that are not independent: a range ends where it begins or later, a name lies within itself. INVARIANT: `possible` is
 * false only for a box without a single point, so that nothing is taken for empty that is not.
 */
interface Link {
  readonly first: number;
  readonly last: number;
  possible(box: Box): boolean;
}

/** The dimensions in which two policies are compared, and what can be done with boxes in them. */
export class Space {
  readonly #domains: Intervals[] = [];
  readonly #about: About[] = [];
  readonly #links: Link[] = [];

  readonly budget: Budget;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  get dimensions(): number {
    return this.#domains.length;
  }

  add(domain: Intervals, about: About): number {
    this.#about.push(about);
    return this.#domains.push(domain) - 1;
  }

  /** Dimensions `first` to the last added so far depend on each other. */
  link(first: number, possible: (box: Box) => boolean): void {
    this.#links.push({ first, last: this.#domains.length - 1, possible });
  }

  about(dimension: number): About {
    return this.#about[dimension] ?? { what: 'operand' };
  }

  domain(dimension: number): Intervals {
    return this.#domains[dimension] ?? [];
  }

  at(box: Box, dimension: number): Intervals {
    return box[dimension] ?? this.domain(dimension);
  }

  /** Nothing demanded but these; `undefined` when one of them is the empty set. */
  box(parts: Iterable<readonly [dimension: number, set: Intervals]>): Box | undefined {
    const box: (Intervals | undefined)[] = new Array(this.#domains.length).fill(undefined);
    for (const [dimension, set] of parts) {
      const both = intersection(this.at(box, dimension), set);
      if (both.length === 0) return undefined;
      box[dimension] = both;
    }
    return this.#possible(box) ? box : undefined;
  }

  /** As `box`, as a region: without boxes where it is empty. */
  region(parts: Iterable<readonly [dimension: number, set: Intervals]>): Region {
    const box = this.box(parts);
    return box ? [box] : [];
  }

  intersect(a: Box, b: Box): Box | undefined {
    this.budget.spend(this.#domains.length >> 4);
    const both: (Intervals | undefined)[] = new Array(this.#domains.length);
    for (let at = 0; at < both.length; at++) {
      const [left, right] = [a[at], b[at]];
      if (left === undefined || right === undefined || left === right) {
        both[at] = left ?? right;
        continue;
      }
      const shared = intersection(left, right);
      if (shared.length === 0) return undefined;
      both[at] = shared;
    }
    return this.#possible(both) ? both : undefined;
  }

  /** Boxes that together are `a` without `b`, and do not overlap. */
  subtract(a: Box, b: Box): Box[] {
    if (!this.intersect(a, b)) return [a];
    const found: Box[] = [];
    const rest = [...a];
    for (let at = 0; at < this.#domains.length; at++) {
      const taken = b[at];
      if (taken === undefined) continue;
      const had = this.at(rest, at);
      this.budget.spend(had.length + taken.length);
      const outside = difference(had, taken);
      if (outside.length > 0) {
        const piece = rest.with(at, outside);
        if (this.#possible(piece)) found.push(piece);
      }
      rest[at] = intersection(had, taken);
    }
    return found;
  }

  subtractAll(region: Region, taken: Region): Region {
    let rest = region;
    for (const box of taken) {
      if (rest.length === 0) return rest;
      this.budget.spend(rest.length);
      rest = rest.flatMap((each) => this.subtract(each, box));
    }
    return rest;
  }

  intersectAll(a: Region, b: Region): Region {
    let found: Region = [];
    for (const left of a) {
      for (const right of b) {
        this.budget.spend(1 + sizeOf(left) + sizeOf(right));
        const both = this.intersect(left, right);
        if (both) found = this.join(found, both);
      }
    }
    return found;
  }

  /** Adds a box, merged with one that differs in a single dimension: 262 or-ed windows stay one box. */
  join(region: Region, box: Box): Region {
    for (const [at, other] of region.entries()) {
      this.budget.spend(1 + (this.#domains.length >> 4));
      const name = this.#onlyDifference(other, box);
      if (name === 'none') return region;
      if (name === 'several') continue;
      const [left, right] = [this.at(other, name), this.at(box, name)];
      this.budget.spend(left.length + right.length);
      const all = union(left, right);
      const whole = equal(all, this.domain(name)) ? undefined : all;
      return region.with(at, other.with(name, whole));
    }
    return [...region, box];
  }

  joinAll(a: Region, b: Region): Region {
    let found = a;
    for (const box of b) found = this.join(found, box);
    return found;
  }

  #onlyDifference(a: Box, b: Box): number | 'none' | 'several' {
    let found: number | 'none' = 'none';
    for (let at = 0; at < this.#domains.length; at++) {
      const [left, right] = [a[at], b[at]];
      if (left === right || (left !== undefined && right !== undefined && equal(left, right))) continue;
      if (found !== 'none') return 'several';
      found = at;
    }
    return found;
  }

  #possible(box: Box): boolean {
    return this.#links.every((link) => {
      for (let at = link.first; at <= link.last; at++) if (box[at] !== undefined) return link.possible(box);
      return true;
    });
  }
}

function sizeOf(box: Box): number {
  let size = 0;
  for (const set of box) if (set !== undefined) size += set.length;
  return size;
}
