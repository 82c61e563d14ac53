import type { Problem, ProblemCode } from '../model.js';
import { notDecided } from '../odrl/members.js';
import type { MemberTable } from '../odrl/terms.js';
import type { Profile } from '../profiles/profile.js';
import { policyLimits } from './bounds.js';
import { isObject, type JsonObject, kindOf, type Member, pointer, shown } from './json.js';
import { nearest } from './suggest.js';
import type { Vocabulary } from './vocabulary.js';

export type Amount = 'rules' | 'duties' | 'constraints' | 'parents';

/** Collects every mistake of one document: parsing goes on after the first. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly vocabulary: Vocabulary;
  readonly #counted = new Map<Amount, number>();

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  problem(path: string, code: ProblemCode, message: string, suggestion?: string): undefined {
    if (this.problems.length >= policyLimits.problems) return undefined;
    this.problems.push({ path, code, message, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  }

  warning(path: string, code: ProblemCode, message: string, suggestion?: string): void {
    if (this.warnings.length >= policyLimits.problems) return;
    this.warnings.push({ path, code, message, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  unknown(path: string, code: ProblemCode, what: string, term: string, known: readonly string[]): undefined {
    // Once nothing more is said, nothing more is looked up: a hostile document has thousands.
    if (this.problems.length >= policyLimits.problems) return undefined;
    const suggestion = nearest(this.term(term), known);
    const hint = suggestion === undefined ? 'nothing unknown is ever ignored' : `did you mean ${suggestion}?`;
    return this.problem(path, code, `${what} “${shown(term)}” is not known here: ${hint}`, suggestion);
  }

  /** A term of a profile that the policy does not declare: it could mean something else to whoever wrote it. */
  undeclared(path: string, term: string, profile: Profile): undefined {
    const [iri] = profile.iris;
    const words = `“${shown(term)}” is a term of ${profile.name}, which the policy does not declare: add profile ${iri}`;
    return this.problem(path, 'PROFILE_MISSING', words, iri);
  }

  term(text: string): string {
    return this.vocabulary.termOf(text);
  }

  /** Whether one more of these still fits; says so once when it does not. */
  fits(what: Amount, path: string): boolean {
    const count = (this.#counted.get(what) ?? 0) + 1;
    this.#counted.set(what, count);
    if (count <= policyLimits[what]) return true;
    if (count === policyLimits[what] + 1) {
      this.problem(path, 'LIMIT_EXCEEDED', `the policy has more than ${policyLimits[what]} ${what}: split it`);
    }
    return false;
  }

  /** The members of an object under one name for all their spellings. Unknown and repeated ones are problems. */
  members(object: JsonObject, path: string, table: MemberTable, what: string): Map<string, Member> {
    const found = new Map<string, Member>();
    for (const [key, value] of Object.entries(object)) {
      const at = pointer(path, key);
      const term = this.term(key);
      const name = term === 'uid' ? '@id' : term;
      if (found.has(name)) this.problem(at, 'MEMBER_TWICE', `${name} stands here twice, in two spellings: keep one`);
      else if (table.read.includes(name)) found.set(name, { value, path: at });
      else if (table.undecided.includes(name)) {
        const why = notDecided[name] ?? 'nothing here acts on it: take it out';
        this.problem(at, 'TERM_NOT_DECIDED', `${name} of ${what} is known, but ${why}`);
      } else this.unknown(at, 'TERM_UNKNOWN', `the member`, key, table.read);
    }
    return found;
  }

  /** A non-empty string, or `{"@id": string}`; alone or in a list of one, which are the same in JSON-LD. */
  iri(value: unknown, path: string, what: string): string | undefined {
    const [only] = Array.isArray(value) && value.length === 1 ? value : [value];
    const text = isObject(only) && Object.keys(only).length === 1 ? only['@id'] : only;
    if (typeof text === 'string' && text !== '') return text;
    return this.problem(path, 'VALUE_MALFORMED', `${what} must be one identifier (a string), not ${kindOf(value)}`);
  }

  /** One identifier or several, sorted, each once. */
  iris(member: Member, what: string): string[] | undefined {
    const items = this.list(member);
    if (items.length === 0) {
      return this.problem(member.path, 'VALUE_EMPTY', `${what} names nobody: name one, or leave it out`);
    }
    return [...new Set(items.flatMap(({ value, path }) => this.iri(value, path, what) ?? []))].sort();
  }

  /** A JSON-LD set: an array, or the one element alone; or an ordered `{"@list": […]}`. */
  list(member: Member): Member[] {
    const { value, path } = member;
    if (isObject(value) && Object.keys(value).length === 1 && Array.isArray(value['@list'])) {
      return this.list({ value: value['@list'], path: pointer(path, '@list') });
    }
    if (!Array.isArray(value)) return [member];
    const [first] = value;
    if (value.length === 1 && isObject(first) && '@list' in first)
      return this.list({ value: first, path: pointer(path, 0) });
    return value.map((item, at) => ({ value: item, path: pointer(path, at) }));
  }

  /** `@type` says nothing new where it stands, so only the right one may; `more` are classes of other vocabularies beside it. */
  type(member: Member | undefined, allowed: readonly string[], more: readonly string[] = []): string | undefined {
    let found: string | undefined;
    for (const { value, path } of member === undefined ? [] : this.list(member)) {
      const term = typeof value === 'string' ? this.term(value) : '';
      if (allowed.includes(term)) found = term;
      else if (!more.includes(term)) this.wrongType(value, path, allowed, ', or is left out');
    }
    return found;
  }

  wrongType(value: unknown, path: string, allowed: readonly string[], more = ''): undefined {
    const found = typeof value === 'string' ? `“${shown(value)}”` : kindOf(value);
    return this.problem(
      path,
      'TYPE_UNEXPECTED',
      `@type here is ${allowed.join(' or ')}${more}, not ${found}`,
      allowed[0],
    );
  }

  /** JSON `true`, or a typed one. */
  truth(member: Member | undefined): boolean {
    if (member === undefined) return false;
    const { value, path } = member;
    const typed =
      isObject(value) && value['@type'] !== undefined && this.term(String(value['@type'])) === 'xsd:boolean';
    const inner = typed && Object.keys(value).length === 2 ? value['@value'] : value;
    if (inner === true || inner === 'true') return true;
    if (inner !== false && inner !== 'false') this.problem(path, 'VALUE_MALFORMED', `true, not ${kindOf(value)}`);
    return false;
  }
}

export function optional<T>(member: Member | undefined, read: (member: Member) => T | undefined): T | undefined {
  return member === undefined ? undefined : read(member);
}
