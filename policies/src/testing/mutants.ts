import type { JsonValue } from '../model.js';

/** One place of a term in a policy, and the policy with another text there. */
export interface Mutant {
  /** JSON pointer of the place (for a member's name, of the member). */
  readonly path: string;
  /** What stands there. */
  readonly text: string;
  with(text: string): JsonValue;
}

/** Members whose values are terms of a vocabulary rather than names that somebody chose. */
const terms = /(^|[:/])(action|leftOperand|operator|profile|unit|dataType|conflict|rdf:value|source)$|^@type$/;

/**
 * Every place of a term: the name of a member, or a value that names an action, operand, operator, class, datatype, profile, unit or
 * strategy.
 */
export function mutants(value: JsonValue, path = '', named = false): Mutant[] {
  if (typeof value === 'string') return named ? [{ path, text: value, with: (text) => text }] : [];
  if (Array.isArray(value)) {
    return value.flatMap((item, at) =>
      inside(mutants(item, `${path}/${at}`, named), (changed) => value.with(at, changed)),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const { [key]: _, ...rest } = value;
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    // `source` is an id on a collection, and a term of ours on a constraint.
    const isTerm = terms.test(key) && key !== 'source' && key !== 'odrl:source';
    return [
      { path: at, text: key, with: (text: string): JsonValue => ({ ...rest, [text]: item }) },
      ...inside(mutants(item, at, isTerm || (named && key === '@id')), (changed) => ({ ...value, [key]: changed })),
    ];
  });
}

function inside(found: readonly Mutant[], around: (changed: JsonValue) => JsonValue): Mutant[] {
  return found.map((each) => ({ ...each, with: (text) => around(each.with(text)) }));
}
