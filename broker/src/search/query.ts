import { isPeerId } from '@causeway/certs/peer';
import { BrokerError } from '../errors.js';
import { type Cursor, readCursor } from './cursor.js';
import { exactKey, facetKey, facets, nameKey, textKey } from './terms.js';
import { phraseOf, termsOfQuery } from './words.js';

/** A search as it comes from either edge, unchecked. */
export interface SearchRequest {
  readonly query: string;
  readonly facets: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** 0 for the default. */
  readonly limit: number;
  /** Empty for the first page. */
  readonly cursor: string;
}

/** Of each group at least one term must be there. */
export type Groups = readonly (readonly string[])[];

/** What to look for. */
export interface Query {
  /**
   * What a hit must have, the most telling first: those that match the first come before those that match the second, and
   * so on. Whatever matches any matches the last.
   */
  readonly tiers: readonly Groups[];
  /** Sorted; absent when any publisher will do. */
  readonly publishers?: readonly string[];
  readonly limit: number;
  readonly cursor?: Cursor;
  /** The query asks for something that no text can have, such as punctuation alone. */
  readonly hopeless: boolean;
}

export const queryLimits = { query: 256, words: 64, values: 32, value: 200, page: 100, defaultPage: 20 } as const;

/** @throws BrokerError QUERY_INVALID, CURSOR_INVALID */
export function readQuery(request: SearchRequest): Query {
  const { query, limit, cursor } = request;
  if (query.length > queryLimits.query) throw invalid(`a query has at most ${queryLimits.query} characters`);
  if (!query.isWellFormed()) throw invalid('a query is well-formed text');
  if (!Number.isInteger(limit) || limit < 0 || limit > queryLimits.page) {
    throw invalid(`the limit is a whole number up to ${queryLimits.page}, or 0 for ${queryLimits.defaultPage}`);
  }
  const words = termsOfQuery(query);
  if (words.length > queryLimits.words) throw invalid(`a query has at most ${queryLimits.words} words`);
  const narrowed = readFacets(request);
  const publishers = narrowed.get('publisher');
  narrowed.delete('publisher');
  const values = [...narrowed].map(([name, given]) => given.map((value) => facetKey(name, value)));
  const tiers = tiersOf(query, words).map((groups) => [...groups, ...values]);
  return {
    tiers,
    ...(publishers && { publishers: publishers.filter(isPeerId).sort() }),
    limit: limit === 0 ? queryLimits.defaultPage : limit,
    ...(cursor !== '' && { cursor: readCursor(cursor, tiers.length) }),
    hopeless: words.length === 0 && query.trim() !== '',
  };
}

/** Called just this, or about just this code; then with every word in its name; then with them anywhere. */
function tiersOf(query: string, words: readonly string[]): Groups[] {
  if (words.length === 0) return [[]];
  const phrase = phraseOf(query);
  return [
    ...(phrase === undefined ? [] : [[[exactKey(phrase)]]]),
    words.map((word) => [nameKey(word)]),
    words.map((word) => [nameKey(word), textKey(word)]),
  ];
}

function readFacets(request: SearchRequest) {
  const narrowed = new Map<(typeof facets)[number], string[]>();
  let count = 0;
  for (const { name, values } of request.facets) {
    const facet = facets.find((known) => known === name);
    if (facet === undefined) throw invalid(`facets are ${facets.join(', ')}`);
    for (const value of values) {
      if (value.length > queryLimits.value || !value.isWellFormed()) {
        throw invalid(`a value of a facet is a text of at most ${queryLimits.value} characters`);
      }
      count += 1;
      if (count > queryLimits.values) throw invalid(`all facets together have at most ${queryLimits.values} values`);
      narrowed.set(facet, [...new Set([...(narrowed.get(facet) ?? []), value])]);
    }
  }
  return narrowed;
}

function invalid(expected: string): BrokerError {
  return new BrokerError('QUERY_INVALID', `The search cannot be read: ${expected}.`);
}
