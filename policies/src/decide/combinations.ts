import type { Fact, Facts } from '../model.js';
import { isNames } from './condition.js';

/** More combinations than these are not decided: a stranger states the names (I7). */
export const mostCombinations = 64;

export type Values = Readonly<Record<string, Fact>>;

/**
 * The facts once for every way to take one name of each of these that has several. `undefined`: there are too many. A use for two
 * purposes at three places is six uses for one purpose at one place, and permitted only if each of them is.
 */
export function combinationsOf(keys: readonly string[], values: Values): readonly Values[] | undefined {
  let found: readonly Values[] = [values];
  for (const key of keys) {
    const fact = Object.hasOwn(values, key) ? values[key] : undefined;
    if (fact === undefined || !isSeveral(fact.value)) continue;
    const names = [...new Set(fact.value)];
    if (found.length * names.length > mostCombinations) return undefined;
    found = found.flatMap((each) => names.map((name) => ({ ...each, [key]: { ...fact, value: name } })));
  }
  return found;
}

/** Cheap, and mostly false. */
export function hasSeveral(keys: readonly string[], values: Facts['values']): values is Values {
  if (values === undefined) return false;
  for (const key of keys) {
    const value = values[key]?.value;
    if (Array.isArray(value) && value.length > 1) return true;
  }
  return false;
}

/** A malformed list stays whole, so that the constraint which looks at it says so. */
function isSeveral(value: Fact['value']): value is readonly string[] {
  return Array.isArray(value) && value.length > 1 && isNames(value);
}
