import type { ProblemCode } from '../model.js';
import { isObject, pointer } from './json.js';
import type { Reader } from './reader.js';

/**
 * Bounds of one policy (I7). The largest published policy has 524 constraints, about 3,000 values. `characters` counts texts and
 * names together: an agreement is signed in a statement of at most 262,144 bytes. `rules` and `duties` count what a policy is
 * expanded to, with everything it inherits.
 */
export const policyLimits = {
  values: 20_000,
  depth: 24,
  text: 2_048,
  characters: 200_000,
  rules: 200,
  duties: 200,
  constraints: 5_000,
  profiles: 16,
  parents: 8,
  problems: 100,
} as const;

/** Whether the document is JSON within the bounds; the first excess is a problem and ends the reading. */
export function bounded(json: unknown, reader: Reader, root = ''): boolean {
  let values = 0;
  let characters = 0;
  const readable = (text: string, what: 'text' | 'name', path: string): boolean => {
    characters += text.length;
    const { text: longest, characters: most } = policyLimits;
    const problem = (code: ProblemCode, words: string) => {
      reader.problem(path, code, words);
      return false;
    };
    const hint = 'split it or make it smaller';
    if (text.length > longest) {
      return problem('LIMIT_EXCEEDED', `the policy has a ${what} of more than ${longest} characters: ${hint}`);
    }
    if (characters > most) return problem('LIMIT_EXCEEDED', `the policy has more than ${most} characters: ${hint}`);
    if (!/\p{Surrogate}/u.test(text)) return true;
    return problem('VALUE_MALFORMED', `the ${what} holds half a surrogate pair: it is not Unicode`);
  };
  const visit = (value: unknown, path: string, depth: number): boolean => {
    values += 1;
    const excess = (what: string) => {
      reader.problem(path, 'LIMIT_EXCEEDED', `the policy has ${what}: split it or make it smaller`);
      return false;
    };
    if (values > policyLimits.values) return excess(`more than ${policyLimits.values} values`);
    if (depth > policyLimits.depth) return excess(`more than ${policyLimits.depth} levels`);
    if (typeof value === 'string') return readable(value, 'text', path);
    if (Array.isArray(value)) return value.every((item, at) => visit(item, pointer(path, at), depth + 1));
    if (isObject(value)) {
      return Object.entries(value).every(
        ([key, item]) =>
          // Not at its own path, which would repeat it.
          readable(key, 'name', path) && visit(item, pointer(path, key), depth + 1),
      );
    }
    if (value === null || typeof value === 'boolean') return true;
    if (typeof value === 'number' && Number.isFinite(value)) return true;
    reader.problem(path, 'VALUE_MALFORMED', `a policy is JSON: ${typeof value} is not`);
    return false;
  };
  return visit(json, root, 0);
}
