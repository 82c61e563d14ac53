import type { Problem, ProblemCode } from '../model.js';
import { type MemberTable, termOf } from '../odrl/terms.js';
import { nearest } from './suggest.js';

/**
 * Bounds of one policy (I7). The largest published policy has 524 constraints, about 3,000 values. `characters` counts texts and
 * names together: an agreement is signed in a statement of at most 262,144 bytes.
 */
export const policyLimits = {
  values: 20_000,
  depth: 24,
  text: 2_048,
  characters: 200_000,
  rules: 200,
  problems: 100,
} as const;

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901. */
export function pointer(path: string, step: string | number): string {
  return `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export interface Member {
  readonly value: unknown;
  readonly path: string;
}

/** Collects every mistake of one document: parsing goes on after the first. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];

  problem(path: string, code: ProblemCode, message: string, suggestion?: string): undefined {
    if (this.problems.length >= policyLimits.problems) return undefined;
    this.problems.push({ path, code, message, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  }

  warning(path: string, code: ProblemCode, message: string): void {
    if (this.warnings.length < policyLimits.problems) this.warnings.push({ path, code, message });
  }

  unknown(path: string, code: ProblemCode, what: string, term: string, known: readonly string[]): undefined {
    const suggestion = nearest(termOf(term), known);
    const shown = term.length > 80 ? `${term.slice(0, 80)}…` : term;
    const hint = suggestion === undefined ? 'nothing unknown is ever ignored' : `did you mean ${suggestion}?`;
    return this.problem(path, code, `${what} “${shown}” is not known here: ${hint}`, suggestion);
  }

  /** The members of an object under one name for all their spellings. Unknown and repeated ones are problems. */
  members(object: JsonObject, path: string, table: MemberTable, what: string): Map<string, Member> {
    const found = new Map<string, Member>();
    for (const [key, value] of Object.entries(object)) {
      const at = pointer(path, key);
      const term = termOf(key);
      const name = term === 'uid' ? '@id' : term;
      if (found.has(name)) this.problem(at, 'MEMBER_TWICE', `${name} stands here twice, in two spellings: keep one`);
      else if (table.read.includes(name)) found.set(name, { value, path: at });
      else if (table.undecided.includes(name)) {
        this.problem(at, 'TERM_NOT_DECIDED', `${name} of ${what} is ODRL, but is not evaluated here: take it out`);
      } else this.unknown(at, 'TERM_UNKNOWN', `the member`, key, table.read);
    }
    return found;
  }

  /** A non-empty string, or `{"@id": string}`. */
  iri(value: unknown, path: string, what: string): string | undefined {
    const text = isObject(value) && Object.keys(value).length === 1 ? value['@id'] : value;
    if (typeof text === 'string' && text !== '') return text;
    return this.problem(path, 'VALUE_MALFORMED', `${what} must be one identifier (a string), not ${kindOf(value)}`);
  }

  /** One identifier or several, sorted, each once. */
  iris(member: Member, what: string): string[] | undefined {
    const list = Array.isArray(member.value) ? member.value : [member.value];
    if (list.length === 0) {
      return this.problem(member.path, 'VALUE_EMPTY', `${what} names nobody: name one, or leave it out`);
    }
    const found = new Set<string>();
    for (const [at, item] of list.entries()) {
      const path = Array.isArray(member.value) ? pointer(member.path, at) : member.path;
      const id = this.iri(item, path, what);
      if (id !== undefined) found.add(id);
    }
    return [...found].sort();
  }

  /** A JSON-LD set: an array, or the one element alone. */
  list(member: Member): Member[] {
    if (!Array.isArray(member.value)) return [member];
    return member.value.map((value, at) => ({ value, path: pointer(member.path, at) }));
  }
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether the document is JSON within the bounds; the first excess is a problem and ends the reading. */
export function bounded(json: unknown, reader: Reader): boolean {
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
  return visit(json, '', 0);
}
