import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A row of a file, by column. */
export type Fields = Readonly<Record<string, string>>;

/** Reads what was written, by the files alone: whoever receives them knows no more. */
export async function readPublished(folder: string): Promise<Map<string, Fields[]>> {
  const files = new Map<string, Fields[]>();
  for (const name of await filesUnder(folder))
    files.set(name, rowsOf(name, textOf(await readFile(join(folder, name)))));
  return files;
}

/** Every file under a folder, with `/` between, in order. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((path) => path.slice(folder.length + 1).replaceAll(sep, '/')).sort();
}

/** What is not UTF-8 is GB18030. A byte order mark is no part of the first column's name. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030', { fatal: true }).decode(bytes);
  }
}

function rowsOf(name: string, text: string): Fields[] {
  if (name.endsWith('.jsonl'))
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Fields);
  const [header = [], ...rows] = text.split(/\r?\n/).filter(Boolean).map(fieldsOf);
  for (const row of rows) if (row.length !== header.length) throw new Error(`${name}: a row has other columns: ${row}`);
  return rows.map((row) => Object.fromEntries(header.map((column, place) => [column, row[place] ?? ''])));
}

/** RFC 4180, without line breaks in fields: no table has them. */
function fieldsOf(line: string): string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}
