import { Broken, type Content, contentLimits, type Sample } from './content.js';
import { CsvRows } from './csv.js';
import { JsonLines } from './json-lines.js';
import { Kind } from './kinds.js';

/** A table that is read from its first line to its last. */
export interface TableReader {
  /** @throws Broken */
  push(text: string): void;
  /** @throws Broken */
  end(): void;
  found(): Pick<Content, 'delimiter' | 'table'>;
  sample(): Sample;
}

/** The first row names the columns, and each row has as many fields. */
export function csvTable(): TableReader {
  let columns: Kind[] | undefined;
  let rows = 0;
  const first: string[][] = [];
  const reader = new CsvRows((fields, line) => {
    if (columns === undefined) {
      columns = named(fields, line);
      return;
    }
    // An empty line, where there is more than one column, is none of the table's.
    if (fields.length === 1 && fields[0] === '' && columns.length > 1) return;
    if (fields.length !== columns.length) {
      const [expected, got] = [columns.length, fields.length];
      throw new Broken(line, `expected ${expected} fields, got ${got}`, `应有 ${expected} 个字段，实有 ${got} 个`);
    }
    rows += 1;
    for (let at = 0; at < columns.length; at++) columns[at]?.see(fields[at] ?? '');
    if (first.length < contentLimits.sampleRows) first.push(fields.map(shortened));
  });
  return {
    push: (text) => reader.push(text),
    end: () => reader.end(),
    found: () => ({
      ...(reader.delimiter === undefined ? {} : { delimiter: reader.delimiter }),
      table: tableOf(columns ?? [], rows),
    }),
    sample: () => first,
  };
}

/** The members of all objects are the columns, in the order in which they came first. */
export function jsonTable(): TableReader {
  const columns = new Map<string, Kind>();
  let rows = 0;
  const first: Readonly<Record<string, unknown>>[] = [];
  const reader = new JsonLines((value, line) => {
    rows += 1;
    for (const [name, each] of Object.entries(value)) {
      let column = columns.get(name);
      if (column === undefined) {
        if (columns.size === contentLimits.columns) throw tooMany(line);
        if (name.length > contentLimits.name) throw longName(line);
        column = new Kind(name);
        columns.set(name, column);
      }
      column.seeJson(each);
    }
    if (first.length < contentLimits.sampleRows) first.push(value);
  });
  const text = (value: unknown): string =>
    shortened(typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
  return {
    push: (piece) => reader.push(piece),
    end: () => reader.end(),
    found: () => ({ table: tableOf([...columns.values()], rows) }),
    sample: () =>
      first.map((row) => [...columns.keys()].map((name) => text(Object.hasOwn(row, name) ? row[name] : undefined))),
  };
}

function tableOf(columns: readonly Kind[], rows: number): NonNullable<Content['table']> {
  return { rows, columns: columns.map(({ name, type, values }) => ({ name, type, nulls: rows - values })) };
}

function named(fields: readonly string[], line: number): Kind[] {
  if (fields.length > contentLimits.columns) throw tooMany(line);
  return fields.map((field, index) => {
    const name = field.trim() || `#${index + 1}`;
    if (name.length > contentLimits.name) throw longName(line);
    return new Kind(name);
  });
}

function tooMany(line: number): Broken {
  const most = contentLimits.columns;
  return new Broken(line, `there are more than ${most} columns`, `超过 ${most} 列`);
}

function longName(line: number): Broken {
  const most = contentLimits.name;
  return new Broken(line, `the name of a column is longer than ${most} characters`, `列名超过 ${most} 个字符`);
}

/** Cut between characters: half a surrogate pair is no text. */
function shortened(text: string): string {
  const most = contentLimits.sampleText;
  return text.length <= most ? text : `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`;
}
