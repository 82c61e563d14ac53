import type { Dataset } from '../model.js';
import { contentLimits } from './content.js';
import { isMeasure } from './kinds.js';

/** Room for the names of columns in a description. */
const longest = 3_000;

/**
 * What others are told of a dataset: its owner's own words, or else what was found in the file. The names of columns can be secrets, and
 * are left out where their owner says so; of values nothing is told. A first row that holds a number or a date is rather values than
 * names: a file without a header would show them, so nothing of that row is told.
 */
export function descriptionOf({ description, content, hideColumns }: Dataset): string | undefined {
  if (description !== undefined) return description;
  if (content?.table === undefined) return undefined;
  const { rows, columns } = content.table;
  const form = content.format === 'csv' ? 'CSV' : 'JSON Lines';
  const said = `${form}, ${content.encoding ?? ''}, ${rows} rows (行)`;
  if (hideColumns === true || columns.length === 0 || columns.some(({ name }) => isMeasure(name))) return said;
  const names: string[] = [];
  let length = 0;
  for (const { name, type } of columns) {
    const shown = `${plain(name)} ${type}`;
    length += shown.length + 2;
    if (length > longest) break;
    names.push(shown);
  }
  const more = columns.length - names.length;
  return `${said}; ${columns.length} columns (列): ${names.join(', ')}${more > 0 ? `, … +${more}` : ''}`;
}

/** What a broker takes as a line of text; a file can name its columns as it likes. */
function plain(name: string): string {
  return name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\p{Surrogate}]/gu, '\ufffd').slice(0, contentLimits.name);
}
