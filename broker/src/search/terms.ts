import type { DatasetEntry } from '@causeway/evidence';
import { codesOfText, facetTerm, phraseOf, termsOfText } from './words.js';

/** What searchers may narrow by. `publisher` is answered by the order of the index itself. */
export const facets = ['publisher', 'category', 'classification', 'format', 'region'] as const;
export type Facet = (typeof facets)[number];

/** What an entry says of itself for each facet but its publisher; all of it is signed. */
export const entryFacets = ['category', 'classification', 'format', 'region'] as const satisfies readonly Facet[];

/** Raised whenever what is made of an entry changes: what was indexed by an older one is indexed again. */
export const indexVersion = 2;

/** Most terms of one entry; the end of a very long description is not indexed. */
const mostTerms = 1_024;

/** The whole query is what an entry is called, or the code it is about. */
export function exactKey(phrase: string): string {
  return `exact:${phrase}`;
}

/** A word in what names an entry. */
export function nameKey(term: string): string {
  return `name:${term}`;
}

/** A word anywhere else in an entry. */
export function textKey(term: string): string {
  return `text:${term}`;
}

/** A facet's value as it stands in the index. */
export function facetKey(facet: Facet, value: string): string {
  return `${facet}:${facetTerm(value)}`;
}

/** The value of an entry for a facet. `format` is its media type. */
export function facetValue(entry: DatasetEntry, facet: (typeof entryFacets)[number]): string | undefined {
  return facet === 'format' ? entry.mediaType : entry[facet];
}

/** Everything an entry is found by; what names it comes before what describes it. Each word stands under its best place only. */
export function termsOf(entry: DatasetEntry): string[] {
  const { title, keywords, category, region, publisherName, description, id } = entry;
  const names = [title.zh, title.en, id.slice(id.lastIndexOf(':') + 1)].filter((name) => name !== undefined);
  const named = lines(names);
  const codes = codesOfText(lines([named, ...keywords]));
  const text = lines([...keywords, category, region, publisherName, description]);

  const telling = new Set([...codes, ...termsOfText(named, mostTerms)]);
  const others = termsOfText(text, mostTerms).filter((term) => !telling.has(term));
  const words = [...[...telling].map(nameKey), ...others.map(textKey)].slice(0, mostTerms);
  const exact = [...names.map(phraseOf), ...codes].filter((phrase) => phrase !== undefined);
  return [
    ...new Set(exact.map(exactKey)),
    ...words,
    ...new Set(entryFacets.flatMap((facet) => facetKeys(entry, facet))),
  ];
}

// A format is found by its subtype too: `csv` for `text/csv`.
function facetKeys(entry: DatasetEntry, facet: (typeof entryFacets)[number]): string[] {
  const value = facetValue(entry, facet);
  if (value === undefined) return [];
  const subtype = facet === 'format' ? value.split('/')[1]?.split(';')[0] : undefined;
  return [value, ...(subtype ? [subtype] : [])].map((each) => facetKey(facet, each));
}

function lines(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}
