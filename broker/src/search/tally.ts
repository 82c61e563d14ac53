import { Budget } from './budget.js';
import { type Columns, columnRows } from './columns.js';
import { entriesIn } from './postings.js';
import type { Query } from './query.js';
import type { Shown } from './shown.js';
import { entryFacets, type Facet, facets } from './terms.js';
import { Walk } from './walk.js';
import { facetTerm } from './words.js';

/** How many hits have one value of a facet. */
export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** What a search finds in all, by values to narrow it down by. */
export interface Tally {
  readonly found: number;
  /** In the order of `facets`; the values with most hits first. */
  readonly facets: readonly { readonly name: Facet; readonly values: readonly FacetCount[] }[];
  /** There was more than one search counts: the counts are of a part. */
  readonly partial: boolean;
}

/** Hits counted, blocks of columns read, values told apart, and values told, of each facet. */
const most = { hits: 200_000, blocks: 1_000, apart: 10_000, values: 20 } as const;

/** Counts what a query matches, whatever page is asked for. */
export async function tally(shown: Shown, query: Query, seeks: number): Promise<Tally> {
  const counting = new Counting();
  const budget = new Budget(seeks);
  const groups = query.tiers.at(-1) ?? [];
  const { records } = shown;
  const { publishers } = query;
  const walk = new Walk({ records, groups, budget, ...(publishers && { publishers }) });
  let at = await walk.first();
  for (; at !== undefined && !budget.tired && !counting.full; at = await walk.next(at.publisher)) {
    const { publisher } = at;
    const some = await shown.readAlive(publisher, async ({ count }, generation) => {
      const wanted =
        groups.length === 0 ? undefined : await entriesIn(records, [groups], publisher, generation, budget);
      if (wanted?.length === 0) return undefined;
      return { hits: wanted?.length ?? count, columns: await columnsFor(shown, generation, count, wanted) };
    });
    if (some) counting.add(publisher, some.hits, some.columns);
  }
  return counting.told(at !== undefined || walk.passed !== undefined);
}

interface Part {
  readonly columns: Columns;
  /** Places of the hits in the block; all of it when absent. */
  readonly rows?: readonly number[];
}

async function columnsFor(
  { records }: Shown,
  generation: number,
  count: number,
  wanted: readonly number[] | undefined,
): Promise<Part[]> {
  const byBlock = new Map<number, number[]>();
  for (const index of wanted ?? []) {
    const block = Math.floor(index / columnRows);
    byBlock.set(block, [...(byBlock.get(block) ?? []), index % columnRows]);
  }
  const blocks = wanted ? [...byBlock.keys()] : Array.from({ length: Math.ceil(count / columnRows) }, (_, at) => at);
  const parts: Part[] = [];
  for (const block of blocks) {
    const stored = await records.columns.get(generation, block);
    const rows = byBlock.get(block);
    if (stored) parts.push({ columns: stored.value, ...(rows && { rows }) });
  }
  return parts;
}

/** Counts under the values as they are compared, and tells them as the first publisher spells them. */
class Counting {
  #hits = 0;
  #blocks = 0;
  #overflow = false;
  readonly #counts = new Map<Facet, Map<string, { value: string; count: number }>>(
    facets.map((name) => [name, new Map()]),
  );

  get full(): boolean {
    return this.#hits >= most.hits || this.#blocks >= most.blocks;
  }

  add(publisher: string, hits: number, parts: readonly Part[]): void {
    this.#hits += hits;
    this.#count('publisher', publisher, publisher, hits);
    for (const { columns, rows } of parts) {
      this.#blocks += 1;
      for (const [column, facet] of entryFacets.entries()) {
        const counts = new Array<number>(columns.values.length).fill(0);
        for (const row of rows?.map((at) => columns.rows[at]) ?? columns.rows) {
          const place = row?.[column] ?? -1;
          if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
        }
        for (const [place, value] of columns.values.entries()) {
          this.#count(facet, facetTerm(value), value, counts[place] ?? 0);
        }
      }
    }
  }

  told(stopped: boolean): Tally {
    const told = [...this.#counts].map(([name, counts]) => ({ name, values: [...counts.values()].sort(byCount) }));
    const shown = told.map(({ name, values }) => ({ name, values: values.slice(0, most.values) }));
    return {
      found: this.#hits,
      facets: shown.filter(({ values }) => values.length > 0),
      partial: stopped || this.#overflow,
    };
  }

  #count(facet: Facet, term: string, value: string, hits: number): void {
    const counts = this.#counts.get(facet);
    const known = counts?.get(term);
    if (hits === 0) return;
    if (known) known.count += hits;
    else if (counts && counts.size < most.apart) counts.set(term, { value, count: hits });
    else this.#overflow = true;
  }
}

function byCount(a: FacetCount, b: FacetCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : 1);
}
