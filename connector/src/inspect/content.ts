import type { Words } from '@causeway/policies';

export const contentFormats = ['csv', 'json-lines'] as const;
export const encodings = ['UTF-8', 'GB18030'] as const;
export type Encoding = (typeof encodings)[number];

/** What all values of a column are; `code`: a number or name of something, such as `XG-4021-07` or `007`. */
export const columnTypes = ['boolean', 'integer', 'decimal', 'date', 'code', 'text', 'nested'] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows without a value: empty, `NULL` or `\N`; in JSON Lines also without the member. */
  readonly nulls: number;
}

/** What was found in a file that holds a table. */
export interface Content {
  readonly format: (typeof contentFormats)[number];
  /** Of the whole file, each byte of which was decoded; absent: it is text in neither of these. */
  readonly encoding?: Encoding;
  readonly byteOrderMark?: true;
  /** Of a CSV file. */
  readonly delimiter?: string;
  /** Absent with `trouble`. */
  readonly table?: { readonly rows: number; readonly columns: readonly Column[] };
  /** Why it is no table, with the line. */
  readonly trouble?: Words & { readonly line?: number };
}

/** The first rows as texts, in the order of the columns: for the owner's eyes, and stored nowhere. */
export type Sample = readonly (readonly string[])[];

/** Bounds of what is looked at, in UTF-16 units where they are of text. */
export const contentLimits = { columns: 1_000, name: 200, row: 1_048_576, sampleRows: 5, sampleText: 80 } as const;

/** A file that is not as its form wants it. Not thrown out of this room. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly trouble: NonNullable<Content['trouble']>;

  constructor(line: number | undefined, en: string, zh: string) {
    super(en);
    this.trouble = { en, zh, ...(line === undefined ? {} : { line }) };
  }
}
