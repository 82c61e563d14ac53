import { type ActionTerm, actionsWithin, actionTerms } from '../odrl/actions.js';
import { difference, equal, everything, type Intervals, intersection, union } from './intervals.js';

/** What a decision depends on. A point in all six is one request with its facts. */
export const dimensions = ['action', 'target', 'assignee', 'purpose', 'now', 'use'] as const;
export type Dimension = (typeof dimensions)[number];

/** A product of sets. A region is a list of boxes: their union. */
export type Box = { readonly [name in Dimension]: Intervals };

/** The value of `purpose` and `use` when the fact is missing: constraints on it are then neither true nor false. */
export const missing = -1;

export const anything: Box = {
  action: [[0, actionTerms.length - 1]],
  target: [[0, Number.POSITIVE_INFINITY]],
  assignee: [[0, Number.POSITIVE_INFINITY]],
  purpose: [[missing, Number.POSITIVE_INFINITY]],
  now: everything,
  use: [
    [missing, missing],
    [1, Number.POSITIVE_INFINITY],
  ],
};

/** Thrown when a comparison needs more work than it is given; it then ends as `unknown`. */
export class TooComplex extends Error {
  override name = 'TooComplex';
}

/** Bounds the work of one comparison (I7): DNF is exponential in the worst case, and the request is a stranger's. */
export class Budget {
  #left: number;

  constructor(steps = 200_000) {
    this.#left = steps;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooComplex();
  }
}

/** Names as integers: those mentioned have an index, any other is an index not given yet. */
export class Names {
  readonly #index = new Map<string, number>();
  readonly #names: string[] = [];

  set(names: Iterable<string>): Intervals {
    let found: Intervals = [];
    for (const name of names) {
      const index = this.#indexOf(name);
      found = union(found, [[index, index]]);
    }
    return found;
  }

  #indexOf(name: string): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    this.#index.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** The name of an index; one that nobody mentioned when it has none. */
  nameOf(index: number): string {
    return this.#names[index] ?? `urn:causeway:v1:any-${index}`;
  }
}

const actionSets = new Map<ActionTerm, Intervals>();
for (const outer of actionTerms) {
  const inside = actionsWithin(outer);
  let set: Intervals = [];
  for (const [index, inner] of actionTerms.entries()) if (inside.has(inner)) set = union(set, [[index, index]]);
  actionSets.set(outer, set);
}

export function actionSet(action: ActionTerm): Intervals {
  return actionSets.get(action) ?? [];
}

export function intersect(a: Box, b: Box): Box | undefined {
  const action = intersection(a.action, b.action);
  if (action.length === 0) return undefined;
  const target = intersection(a.target, b.target);
  const assignee = intersection(a.assignee, b.assignee);
  const purpose = intersection(a.purpose, b.purpose);
  const now = intersection(a.now, b.now);
  const use = intersection(a.use, b.use);
  const empty = [target, assignee, purpose, now, use].some((set) => set.length === 0);
  return empty ? undefined : { action, target, assignee, purpose, now, use };
}

/** Boxes that together are `a` without `b`, and do not overlap. */
export function subtract(a: Box, b: Box, budget: Budget): Box[] {
  if (!intersect(a, b)) return [a];
  const found: Box[] = [];
  let rest = a;
  for (const name of dimensions) {
    budget.spend(rest[name].length + b[name].length);
    const outside = difference(rest[name], b[name]);
    if (outside.length > 0) found.push({ ...rest, [name]: outside });
    rest = { ...rest, [name]: intersection(rest[name], b[name]) };
  }
  return found;
}

export function subtractAll(region: readonly Box[], taken: readonly Box[], budget: Budget): Box[] {
  let rest = [...region];
  for (const box of taken) {
    budget.spend(rest.length);
    rest = rest.flatMap((each) => subtract(each, box, budget));
  }
  return rest;
}

export function intersectAll(a: readonly Box[], b: readonly Box[], budget: Budget): Box[] {
  let found: Box[] = [];
  for (const left of a) {
    for (const right of b) {
      budget.spend(left.now.length + right.now.length + left.purpose.length + right.purpose.length);
      const both = intersect(left, right);
      if (both) found = join(found, both, budget);
    }
  }
  return found;
}

/** Adds a box, merged with one that differs in a single dimension: 262 or-ed windows stay one box. */
export function join(region: readonly Box[], box: Box, budget: Budget): Box[] {
  for (const [at, other] of region.entries()) {
    budget.spend(1);
    const differing = dimensions.filter((name) => !equal(other[name], box[name]));
    const [name, more] = differing;
    if (more !== undefined) continue;
    if (name === undefined) return [...region];
    budget.spend(other[name].length + box[name].length);
    return region.with(at, { ...other, [name]: union(other[name], box[name]) });
  }
  return [...region, box];
}
