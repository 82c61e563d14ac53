import type { Profile } from '../profiles/profile.js';
import { allProfiles } from '../profiles/table.js';

export {
  auditorsTerm,
  classificationTerm,
  declaredOnlyTerm,
  sourceTerm,
  unboundTokensTerm,
} from '../profiles/causeway.js';

interface Namespace {
  readonly prefix: string;
  readonly iri: string;
  /** What stands before the local name in the canonical spelling. */
  readonly keep: string;
}

const own: readonly Namespace[] = [
  { prefix: 'odrl:', iri: 'http://www.w3.org/ns/odrl/2/', keep: '' },
  { prefix: 'cc:', iri: 'http://creativecommons.org/ns#', keep: 'cc:' },
  { prefix: 'xsd:', iri: 'http://www.w3.org/2001/XMLSchema#', keep: 'xsd:' },
  { prefix: 'rdf:', iri: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', keep: 'rdf:' },
  { prefix: 'dspace:', iri: 'https://w3id.org/dspace/2025/1/', keep: '' },
  { prefix: 'dc:', iri: 'http://purl.org/dc/terms/', keep: 'dc:' },
  { prefix: 'dct:', iri: 'http://purl.org/dc/terms/', keep: 'dc:' },
  { prefix: 'dcterms:', iri: 'http://purl.org/dc/terms/', keep: 'dc:' },
];

/** Terms of namespaces are these characters; `odrl:cc:Sharing` is not `cc:Sharing`. */
const local = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** The namespaces a document's terms may be written in: those of ODRL and of the profiles. */
export class Namespaces {
  readonly #all: readonly Namespace[];

  constructor(profiles: readonly Profile[]) {
    const more = profiles.flatMap(({ prefixes }) => Object.entries(prefixes ?? {}));
    this.#all = [...own, ...more.map(([name, iri]) => ({ prefix: `${name}:`, iri, keep: `${name}:` }))];
  }

  /**
   * One name for the spellings of a term: `count`, `odrl:count` and `http://www.w3.org/ns/odrl/2/count` are `count`; terms of
   * other namespaces keep their prefix. Anything else comes back as it is, and is then not found in any table.
   */
  termOf(text: string): string {
    for (const { prefix, iri, keep } of this.#all) {
      const start = text.startsWith(prefix) ? prefix : text.startsWith(iri) ? iri : undefined;
      if (start === undefined) continue;
      const name = text.slice(start.length);
      return local.test(name) ? keep + name : text;
    }
    return text;
  }

  /** The absolute IRIs a compact one may stand for: releases of a profile may share a prefix. */
  expansions(text: string): string[] {
    return this.#all.flatMap(({ prefix, iri }) => (text.startsWith(prefix) ? [iri + text.slice(prefix.length)] : []));
  }

  /** Whether a `@context` may bind this prefix to this namespace: only where that is what it means here anyway. */
  binds(prefix: string, iri: string): boolean {
    return this.#all.some((each) => each.prefix === `${prefix}:` && each.iri === iri);
  }
}

/** Those of the profiles known here. */
export const known = new Namespaces(allProfiles);

/** As `Namespaces.termOf`, for the profiles known here. */
export function termOf(text: string): string {
  return known.termOf(text);
}

const creativeCommons = 'http://creativecommons.org/ns#';
/** Terms of DSP 2025-1's own context among those written by `toWire`; every other ODRL term is written as `odrl:…`. */
const dspTerms: ReadonlySet<string> = new Set(['use', 'prohibit']);

/**
 * How a term is written: ODRL's as the Dataspace Protocol's context defines them, everything else as the absolute IRI it stands
 * for under one of these profiles, since that context knows no other prefix.
 */
export function wireTerm(term: string, profiles: readonly Profile[] = allProfiles): string {
  if (dspTerms.has(term)) return term;
  const colon = term.indexOf(':');
  if (colon < 0) return `odrl:${term}`;
  const [prefix, name] = [term.slice(0, colon), term.slice(colon + 1)];
  if (prefix === 'cc') return creativeCommons + name;
  if (prefix === 'dc') return `http://purl.org/dc/terms/${name}`;
  const namespace = profiles.find(({ prefixes }) => prefixes?.[prefix])?.prefixes?.[prefix];
  return namespace === undefined || !local.test(name) ? term : namespace + name;
}

/** What a member of a policy document means here: read, or known by name and refused. */
export interface MemberTable {
  readonly read: readonly string[];
  readonly undecided: readonly string[];
}
