import type { DatasetEntry } from '@causeway/evidence';
import { facetTerm, termsOfText } from './words.js';

/** What searchers may narrow by. `publisher` is answered by the order of the index itself. */
export const facets = ['publisher', 'category', 'classification', 'format', 'region'] as const;
export type Facet = (typeof facets)[number];

/** Most terms of one entry; the end of a very long description is not indexed. */
const mostTerms = 1_024;

/** A word as it stands in the index. */
export function wordKey(term: string): string {
  return `word:${term}`;
}

/** A facet's value as it stands in the index. */
export function facetKey(facet: Facet, value: string): string {
  return `${facet}:${facetTerm(value)}`;
}

/** Everything an entry is found by; what names it comes before what describes it. */
export function termsOf(entry: DatasetEntry): string[] {
  const { title, keywords, category, region, publisherName, description, id } = entry;
  const local = id.slice(id.lastIndexOf(':') + 1);
  const text = [title.zh, title.en, local, ...keywords, category, region, publisherName, description];
  const words = termsOfText(text.filter((part) => part !== undefined).join('\n'), mostTerms);
  const values: [Facet, string | undefined][] = [
    ['category', entry.category],
    ['classification', entry.classification],
    ['region', entry.region],
    ...entry.formats.map((format): [Facet, string] => ['format', format]),
  ];
  const narrowed = values.flatMap(([facet, value]) => (value === undefined ? [] : [facetKey(facet, value)]));
  return [...words.map(wordKey), ...new Set(narrowed)];
}
