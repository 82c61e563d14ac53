import type { Policy, Rule } from '../model.js';
import { actionsWithin, actionTerms, impliedBy } from '../odrl/actions.js';
import type { Formula } from './formula.js';
import { complement, type Intervals, setOf } from './intervals.js';
import type { Space } from './space.js';

const indexOf: ReadonlyMap<string, number> = new Map(actionTerms.map((term, at) => [term, at]));
const known: Intervals = [[0, actionTerms.length - 1]];

/** The action of a request: those known here, and those that only the profile of one of the policies knows. */
export class Actions {
  readonly #dimension: number;
  readonly #foreign: readonly string[];

  readonly space: Space;

  constructor(space: Space, policies: readonly Policy[]) {
    this.space = space;
    const named = policies.flatMap(({ permissions, prohibitions }) =>
      [...permissions, ...prohibitions].flatMap(({ action }) => action ?? []),
    );
    this.#foreign = [...new Set(named)].filter((term) => !indexOf.has(term));
    this.#dimension = space.add([[0, actionTerms.length + this.#foreign.length - 1]], { what: 'action' });
  }

  get dimension(): number {
    return this.#dimension;
  }

  termOf(index: number): string {
    return actionTerms[index] ?? this.#foreign[index - actionTerms.length] ?? 'use';
  }

  /** Where a rule speaks of the action, as `permitsAction` and `aimsAt` in decide/ have it. */
  formula(policy: Policy, { action, kind }: Rule): Formula {
    if (kind === 'prohibition') return this.#barred(action);
    if (action === undefined) {
      // A request for an action that this policy does not name and nobody else knows is refused as unknown.
      const own = policy.permissions.flatMap((rule) => rule.action ?? []);
      return this.#where(
        setOf([...known.flatMap(range), ...this.#foreign.flatMap((term) => this.#ownIndex(term, own))]),
      );
    }
    return this.#where(this.#set(actionsWithin(action)));
  }

  #barred(action: string | undefined): Formula {
    if (action === undefined) return { join: 'atom', isTrue: this.space.region([]), isFalse: [] };
    const within = actionsWithin(action);
    const barred = setOf(
      actionTerms.flatMap((term, at) => ([term, ...impliedBy(term)].some((each) => within.has(each)) ? [at] : [])),
    );
    const named = this.#foreign.includes(action) ? this.#set([action]) : barred;
    // Of an action known elsewhere only, nobody here can say that it is not part of what is prohibited.
    return {
      join: 'atom',
      isTrue: this.space.region([[this.#dimension, named]]),
      isFalse: this.space.region([
        [this.#dimension, known],
        [this.#dimension, complement(barred)],
      ]),
    };
  }

  #where(set: Intervals): Formula {
    return {
      join: 'atom',
      isTrue: this.space.region([[this.#dimension, set]]),
      isFalse: this.space.region([[this.#dimension, complement(set)]]),
    };
  }

  #set(terms: Iterable<string>): Intervals {
    return setOf([...terms].flatMap((term) => indexOf.get(term) ?? this.#ownIndex(term, this.#foreign)));
  }

  #ownIndex(term: string, among: readonly string[]): readonly number[] {
    return among.includes(term) ? [actionTerms.length + this.#foreign.indexOf(term)] : [];
  }
}

function range([low, high]: readonly [number, number]): number[] {
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}
