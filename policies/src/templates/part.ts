import type { Classification, FactSource, JsonValue, PolicyJson } from '../model.js';
import { declaredOnlyTerm, sourceTerm } from '../profiles/causeway.js';

/**
 * One thing a contract says. Parts are put together by `compose`: what the whole permits, each part permits. Rules and constraints are
 * in the spelling of the wire; the Dataspace Protocol carries no refinement, so how a duty is done stands in its constraints.
 */
export interface Part {
  /** Only these; of several parts those that all name. */
  readonly assignees?: readonly string[];
  /** Of several parts the narrowest. Default `use`. */
  readonly action?: string;
  /** Conditions of every use. */
  readonly constraints?: readonly PolicyJson[];
  /** To be done before each use. */
  readonly duties?: readonly PolicyJson[];
  readonly prohibitions?: readonly PolicyJson[];
  /** Owed after delivery. */
  readonly obligations?: readonly PolicyJson[];
  readonly auditors?: readonly string[];
  readonly classification?: Classification;
  /** Profiles whose terms the part is written in. */
  readonly profiles?: readonly string[];
}

/** The profile of the terms of the International Data Spaces. */
export const idsProfileIri = 'https://w3id.org/idsa/code/';
const idsTerms: Readonly<Record<string, string>> = {
  'idsc:': 'https://w3id.org/idsa/code/',
  'ids:': 'https://w3id.org/idsa/core/',
  'vcard:': 'http://www.w3.org/2006/vcard/ns#',
  'skos:': 'http://www.w3.org/2004/02/skos/core#',
};

/** An absolute IRI for a term of IDS: a compact one would need its context. */
export function idsTerm(term: string): string {
  const [prefix, iri] = Object.entries(idsTerms).find(([name]) => term.startsWith(name)) ?? ['', ''];
  return `${iri}${term.slice(prefix.length)}`;
}

export interface Extra {
  /** The worst kind of fact that will do. */
  readonly source?: FactSource;
  /** IRI of the unit the number is in. */
  readonly unit?: string;
}

/** One comparison. */
export function condition(
  leftOperand: string,
  operator: string,
  rightOperand: JsonValue,
  { source, unit }: Extra = {},
): PolicyJson {
  return {
    leftOperand,
    operator,
    rightOperand,
    ...(unit === undefined ? {} : { 'odrl:unit': { '@id': unit } }),
    ...(source === undefined ? {} : { [sourceTerm]: source }),
  };
}

/** A duty, with how it is done. */
export function duty(action: string, constraint: readonly PolicyJson[] = []): PolicyJson {
  return { action, ...(constraint.length === 0 ? {} : { constraint: [...constraint] }) };
}

/** @param time with zone, or milliseconds since the epoch */
export function instant(time: string | number): PolicyJson {
  const text = typeof time === 'number' ? new Date(time).toISOString() : time;
  return { '@value': text, '@type': 'xsd:dateTime' };
}

/** @param text ISO 8601, e.g. `P30D`, `PT12H` */
export function duration(text: string): PolicyJson {
  return { '@value': text, '@type': 'xsd:duration' };
}

export function wholeNumber(value: number): PolicyJson {
  return { '@value': String(value), '@type': 'xsd:integer' };
}

export function decimal(value: string | number): PolicyJson {
  return { '@value': String(value), '@type': 'xsd:decimal' };
}

/** The same, marked as what no software enforces: shown to both sides, decided by nobody. */
export function declaredOnly(part: Part): Part {
  const mark = (each: PolicyJson): PolicyJson => ({ ...each, [declaredOnlyTerm]: true });
  return {
    ...part,
    ...(part.constraints && { constraints: part.constraints.map(mark) }),
    ...(part.duties && { duties: part.duties.map(mark) }),
    ...(part.prohibitions && { prohibitions: part.prohibitions.map(mark) }),
    ...(part.obligations && { obligations: part.obligations.map(mark) }),
  };
}
