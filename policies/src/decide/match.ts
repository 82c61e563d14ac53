import type { Asset, Constraint, Party, Truth } from '../model.js';
import { allOf } from './closures.js';
import { type Condition, decidedConstraints, type Situation, truthFrom } from './condition.js';
import { shared } from './memo.js';
import { some } from './truth.js';

/** Whom, or what, a rule is about: any of these. */
export interface Matcher {
  readonly path: string;
  readonly selections: readonly Selection[];
  /** When it is nothing but this one name. */
  readonly only?: string;
  /** Whether it names this one, itself or by a collection it belongs to. */
  names(id: string, situation: Situation): Truth;
  /** Whether it selects this one: names it, and what is demanded of it holds. */
  selects(id: string, situation: Situation): Truth;
}

/** A party or an asset, or the members of a collection. */
export interface Selection {
  readonly id: string;
  readonly collection: boolean;
  readonly refinements: readonly Constraint[];
  readonly refined: Condition;
}

/** @param path JSON pointer to the member that names them. */
export function matcherOf(path: string, named: readonly (Asset | Party)[]): Matcher {
  const selections = named.map(({ id, collection, refinements }) => {
    const decided = decidedConstraints(refinements);
    return { id, collection, refinements: decided, refined: allOf(decided) };
  });
  const plain = selections.every(({ collection, refinements }) => !collection && refinements.length === 0);
  if (plain) {
    const ids = new Set(selections.map(({ id }) => id));
    const [only] = selections;
    if (only && ids.size === 1) {
      const name = shared(only.id);
      const is = (id: string) => id === name;
      return { path, selections, only: name, names: is, selects: is };
    }
    const has = (id: string) => ids.has(id);
    return { path, selections, names: has, selects: has };
  }
  return {
    path,
    selections,
    names: (id, situation) => some(selections, (each) => isOrBelongs(each, id, situation)),
    selects: (id, situation) => some(selections, (each) => isSelected(each, id, situation)),
  };
}

export function isOrBelongs({ id, collection }: Selection, asked: string, { memberOf }: Situation): Truth {
  if (id === asked) return true;
  return collection ? truthFrom(memberOf?.(asked, id)) : false;
}

export function isSelected(selection: Selection, asked: string, situation: Situation): Truth {
  const named = isOrBelongs(selection, asked, situation);
  if (named === false || selection.refinements.length === 0) return named;
  const refined = refinedFor(selection, asked, situation);
  return refined === false ? false : named === undefined ? undefined : refined;
}

/** Refinements of a collection select among its members; of the collection as a whole nothing is known. */
export function refinedFor(
  { id, collection, refined, refinements }: Selection,
  asked: string,
  situation: Situation,
): Truth {
  if (collection && id === asked && refinements.length > 0) return undefined;
  return refined(situation);
}
