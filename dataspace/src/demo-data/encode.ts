import { gb18030 } from './gb18030.js';
import type { DemoTable, Value } from './table.js';

const chunkLength = 131_072;

/** The bytes of a table's file, in chunks of some hundred kibibytes. Files for a spreadsheet or an old system end lines as these do. */
export function* encoded({ columns, encoding, format, rows }: DemoTable): Generator<Buffer> {
  const end = encoding === 'utf-8' ? '\n' : '\r\n';
  const bytes = encoding === 'gb18030' ? gb18030 : (text: string) => Buffer.from(text);
  let text = encoding === 'utf-8-bom' ? '\ufeff' : '';
  if (format === 'csv') text += columns.join(',') + end;
  for (const { values } of rows()) {
    text += (format === 'csv' ? values.map(field).join(',') : json(columns, values)) + end;
    if (text.length < chunkLength) continue;
    yield bytes(text);
    text = '';
  }
  yield bytes(text);
}

/** RFC 4180. */
function field(value: Value): string {
  return typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
}

function json(columns: readonly string[], values: readonly Value[]): string {
  return JSON.stringify(Object.fromEntries(columns.map((column, place) => [column, values[place]])));
}
