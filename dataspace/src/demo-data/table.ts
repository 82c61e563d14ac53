/** What is wrong on purpose; everything else holds. */
export type PlantedKind =
  | 'duplicate'
  | 'orphan-part'
  | 'wrong-check-digit'
  | 'unit-mix-up'
  | 'negative-stock'
  | 'receipt-before-order'
  | 'sides-disagree';

export type Value = string | number;

export interface DemoRow {
  /** In the order of the columns; an empty text where there is nothing. */
  readonly values: readonly Value[];
  /** Never in a file. */
  readonly planted?: PlantedKind;
}

/** A table of the demonstration: its rows come when they are asked for, and are the same each time. */
export interface DemoTable {
  /** Such as `po_lines`; several firms may have one of that name. */
  readonly name: string;
  /** Name of the firm it belongs to: `oem`, `hydraulics`, `heat-treatment`, …; `space` and `others` are no firms. */
  readonly owner: string;
  /** Where it is written, such as `oem/po_lines.csv`. */
  readonly file: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** Of the guideline on industrial data; 3 is the highest. */
  readonly classification: 1 | 2 | 3;
  readonly format: 'csv' | 'jsonl';
  readonly encoding: 'utf-8' | 'utf-8-bom' | 'gb18030';
  readonly columns: readonly string[];
  /** So many of the first columns tell rows apart. */
  readonly keyColumns: number;
  rows(): Iterable<DemoRow>;
}

/** A row that is wrong on purpose, by its key. */
export interface PlantedDefect {
  readonly kind: PlantedKind;
  readonly file: string;
  readonly key: string;
}

/** Every planted defect: what a checker of the files must find, and all it may find. For tests. */
export function plantedDefects(tables: Iterable<DemoTable>): PlantedDefect[] {
  const found: PlantedDefect[] = [];
  for (const table of tables) {
    for (const { planted, values } of table.rows()) {
      if (planted) found.push({ kind: planted, file: table.file, key: values.slice(0, table.keyColumns).join(' ') });
    }
  }
  return found;
}
