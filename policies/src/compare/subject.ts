import { truthFrom } from '../decide/condition.js';
import type { Asset, Knowledge, Party } from '../model.js';
import { all, any, type Formula } from './formula.js';
import { Name, ternary } from './name.js';
import type { Region, Space } from './space.js';
import { anyName } from './terms.js';

/** What a request is about, or who makes it. Whether it belongs to a collection is a fact like any other. */
export class Subject {
  readonly name: Name;
  readonly space: Space;

  constructor(space: Space, what: 'target' | 'assignee', named: readonly (Asset | Party)[], { memberOf }: Knowledge) {
    this.space = space;
    const ids = [...new Set(named.map(({ id }) => id))];
    const collections = new Set(named.filter(({ collection }) => collection).map(({ id }) => id));
    let at = 0;
    while (ids.includes(anyName(at))) at += 1;
    this.name = new Name(
      space,
      { what },
      {
        classes: ids.map((id) => [id]),
        relations: [...collections].map((id) => ({
          key: id,
          known: (name) => (name === id ? true : truthFrom(memberOf?.(name, id))),
        })),
        fresh: anyName(at),
      },
    );
  }

  /**
   * Selected by one of these, as `matcherOf` in decide/match.ts reads them.
   *
   * @param refined where the refinements of one hold
   */
  selected(
    named: readonly (Asset | Party)[],
    refined: (of: Asset | Party) => { isTrue: Region; isFalse: Region },
  ): Formula {
    return any(named.map((each) => this.#selection(each, refined)));
  }

  #selection(of: Asset | Party, refined: (of: Asset | Party) => { isTrue: Region; isFalse: Region }): Formula {
    const { id, collection, refinements } = of;
    const { name, space } = this;
    const named: Formula = collection
      ? {
          join: 'atom',
          isTrue: name.region(name.related(id, ternary.isTrue)),
          isFalse: name.region(name.related(id, ternary.isFalse)),
        }
      : { join: 'atom', isTrue: name.region(name.among([id])), isFalse: name.region(name.notAmong([id])) };
    if (refinements.length === 0) return named;
    const { isTrue, isFalse } = refined(of);
    if (!collection) return all([named, { join: 'atom', isTrue, isFalse }]);
    // Refinements select among the members; of the collection as a whole nothing is known.
    const member = name.region(name.notAmong([id]));
    return all([
      named,
      { join: 'atom', isTrue: space.intersectAll(member, isTrue), isFalse: space.intersectAll(member, isFalse) },
    ]);
  }
}
