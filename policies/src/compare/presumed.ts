import { has, type Intervals } from './intervals.js';
import { ternary } from './name.js';

/** Whether one lies within the other: of an operand's names, or a member of a collection (`''`). */
export type Question = readonly [operand: string, inner: string, outer: string];

interface Related {
  readonly fresh: boolean;
  readonly relations: ReadonlyMap<string, Intervals>;
  readonly settled: ReadonlySet<string>;
}

/** What the facts of a witness say of relations, and which of it is a presumption about the world. */
export class Presumed {
  /** What must be true. */
  readonly list: Question[] = [];
  /** What may be otherwise: relations of names that the policies mention, and of a new name that must lie in something. */
  readonly open: Question[] = [];
  /** Something must be known to be false: then whatever is not listed is. */
  said = false;

  add({ fresh, relations, settled }: Related, questionOf: (relation: string) => Question | undefined): void {
    const free = fresh && [...relations.values()].every((truths) => !demandsTruth(truths));
    for (const [relation, truths] of relations) {
      const question = questionOf(relation);
      if (!question || question[1] === question[2]) continue;
      if (!has(truths, ternary.unknown)) this.said = true;
      if (demandsTruth(truths)) this.list.push(question);
      if (!free && !settled.has(relation)) this.open.push(question);
    }
  }
}

/** How much must be presumed of these: nothing of a new name that lies nowhere. */
export function weightOf({ fresh, relations, settled }: Related): number {
  let weight = 0;
  for (const [relation, truths] of relations) {
    if (!settled.has(relation)) weight += demandsTruth(truths) ? 2 : fresh ? 0 : 1;
  }
  return weight;
}

function demandsTruth(truths: Intervals): boolean {
  return !has(truths, ternary.unknown) && !has(truths, ternary.isFalse);
}
