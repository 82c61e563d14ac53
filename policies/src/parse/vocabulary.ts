import { actionNames, actionOf } from '../odrl/actions.js';
import { type Operand, odrlOperands, operandOf } from '../odrl/operands.js';
import { known, Namespaces } from '../odrl/terms.js';
import type { Profile } from '../profiles/profile.js';
import { allProfiles } from '../profiles/table.js';

type Found<T> = { readonly found: T } | { readonly undeclared: Profile } | undefined;

interface Bare {
  readonly full: string;
  readonly profile: Profile;
}

function bareOf(profiles: readonly Profile[]): ReadonlyMap<string, readonly Bare[]> {
  const found = new Map<string, Bare[]>();
  for (const profile of profiles.filter(({ bare }) => bare)) {
    for (const { term } of [...(profile.operands ?? []), ...(profile.actions ?? [])]) {
      const name = term.slice(term.indexOf(':') + 1);
      found.set(name, [...(found.get(name) ?? []), { full: term, profile }]);
    }
  }
  return found;
}

const knownBare = bareOf(allProfiles);

/** The terms one document may use: ODRL's, and those of the profiles it declares. */
export class Vocabulary {
  readonly #profiles: readonly Profile[];
  readonly #namespaces: Namespaces;
  readonly #declared = new Set<Profile>();
  readonly #operands = new Map<string, Operand>();
  /** What a term without prefix may stand for. */
  readonly #bare: ReadonlyMap<string, readonly Bare[]>;

  /** @param more profiles beside those known here; they cannot redefine a term that is known */
  constructor(more: readonly Profile[] = []) {
    this.#profiles = [...allProfiles, ...more];
    this.#namespaces = more.length === 0 ? known : new Namespaces(this.#profiles);
    this.#bare = more.length === 0 ? knownBare : bareOf(this.#profiles);
    for (const operand of more.flatMap((profile) => profile.operands ?? [])) {
      if (operandOf(operand.term) === undefined) this.#operands.set(operand.term, operand);
    }
  }

  /** The profile a policy names by this IRI. */
  profile(iri: string): Profile | undefined {
    const all = [iri, ...this.#namespaces.expansions(iri)];
    return this.#profiles.find(({ iris }) => iris.some((each) => all.includes(each)));
  }

  profileOfContext(iri: string): Profile | undefined {
    return this.#profiles.find(({ contexts }) => contexts?.includes(iri));
  }

  /** The profiles that a prefix binding in `@context` declares: those named by that namespace, not those that borrow from it. */
  profilesOfPrefix(prefix: string, iri: string): readonly Profile[] {
    return this.#profiles.filter(({ prefixes, iris }) => prefixes?.[prefix] === iri && iris.includes(iri));
  }

  binds(prefix: string, iri: string): boolean {
    return this.#namespaces.binds(prefix, iri);
  }

  declare(profile: Profile): void {
    this.#declared.add(profile);
  }

  /** Canonical names, also of a term that a declared profile lets stand without its prefix. */
  termOf(text: string): string {
    const term = this.#namespaces.termOf(text);
    if (term.includes(':')) return term;
    return this.#bare.get(term)?.find(({ profile }) => this.#declared.has(profile))?.full ?? term;
  }

  operand(term: string): Found<Operand> {
    const found = operandOf(term) ?? this.#operands.get(term);
    if (found === undefined) return this.#elsewhere(term);
    return this.#usable(found, (profile) => profile.operands?.some((each) => each.term === term));
  }

  /** Actions of a profile that was handed in have no place in the hierarchy here: such a rule is never decided, so not read. */
  action(term: string): Found<string> {
    const found = actionOf(term);
    if (found === undefined) return this.#elsewhere(term);
    return this.#usable(found, (profile) => profile.actions?.some((each) => each.term === found));
  }

  /** A bare term that a profile has, which is not declared. */
  #elsewhere(term: string): { readonly undeclared: Profile } | undefined {
    const [first] = this.#bare.get(term) ?? [];
    return first && { undeclared: first.profile };
  }

  #usable<T>(found: T, has: (profile: Profile) => boolean | undefined): Found<T> {
    const owners = this.#profiles.filter(has);
    const [first] = owners;
    if (first === undefined || owners.some((each) => each.undeclared || this.#declared.has(each))) return { found };
    return { undeclared: first };
  }

  /** Names for suggestions: of what the document may use. */
  get operandNames(): readonly string[] {
    const usable = this.#profiles.filter((each) => each.undeclared || this.#declared.has(each));
    const more = usable.flatMap(({ operands }) => operands?.map(({ term }) => term) ?? []);
    return [...odrlOperands.map(({ term }) => term), ...more];
  }

  get actionNames(): readonly string[] {
    return actionNames;
  }

  get profileNames(): readonly string[] {
    return this.#profiles.flatMap(({ iris }) => iris);
  }
}
