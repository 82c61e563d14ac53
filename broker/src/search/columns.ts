import type { DatasetEntry } from '@causeway/evidence';
import { entryFacets, facetValue } from './terms.js';

/** What some entries say for the facets, entry by entry: for each facet of an entry the place of its value, or -1. */
export interface Columns {
  readonly values: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** How many entries stand in one block of columns. */
export const columnRows = 500;

export function columnsOf(entries: readonly DatasetEntry[]): Columns {
  const places = new Map<string, number>();
  const place = (value: string | undefined): number => {
    if (value === undefined) return -1;
    const known = places.get(value) ?? places.size;
    places.set(value, known);
    return known;
  };
  const rows = entries.map((entry) => entryFacets.map((facet) => place(facetValue(entry, facet))));
  return { values: [...places.keys()], rows };
}
