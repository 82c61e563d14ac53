import { Broken, contentLimits } from './content.js';

/** Is given each row with the number of the line it begins on. */
export type OnRow = (fields: string[], line: number) => void;

const delimiters = [',', ';', '\t', '|'] as const;
const mostRow = contentLimits.row;

/**
 * Rows of a CSV file (RFC 4180) out of text that comes in pieces: fields in quotes, quotes doubled in them, line breaks within them,
 * LF or CRLF. The delimiter is the one of `, ; tab |` that stands most often in the first row. Holds one row at most.
 */
export class CsvRows {
  readonly #onRow: OnRow;
  #delimiter: string | undefined;
  #rest = '';
  /** How much of the rest was looked through, and whether that ends within quotes. */
  #seen = 0;
  #quoted = false;
  /** The line on which the rest begins. */
  #line = 1;

  constructor(onRow: OnRow) {
    this.#onRow = onRow;
  }

  /** Absent as long as no row has come. */
  get delimiter(): string | undefined {
    return this.#delimiter;
  }

  /** @throws Broken */
  push(text: string): void {
    const all = this.#rest + text;
    let begin = 0;
    let at = this.#seen;
    let quote = all.indexOf('"', at);
    for (;;) {
      const end = all.indexOf('\n', at);
      const stop = end === -1 ? all.length : end;
      // A doubled quotation mark opens and closes again, so whether a row goes on is told by how many there are.
      for (; quote !== -1 && quote < stop; quote = all.indexOf('"', quote + 1)) this.#quoted = !this.#quoted;
      if (stop - begin > mostRow) throw this.#tooLong();
      at = stop;
      if (end === -1) break;
      at = end + 1;
      if (this.#quoted) continue;
      this.#row(all.slice(begin, end));
      begin = at;
    }
    this.#rest = all.slice(begin);
    this.#seen = at - begin;
  }

  /** The last line may lack its end. @throws Broken */
  end(): void {
    if (this.#rest !== '') this.#row(this.#rest);
    this.#rest = '';
  }

  #row(raw: string): void {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const line = this.#line;
    this.#line += 1;
    this.#delimiter ??= delimiterOf(text);
    if (!text.includes('"')) {
      this.#onRow(text.split(this.#delimiter), line);
      return;
    }
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#line += 1;
    this.#onRow(quotedFields(text, this.#delimiter, line), line);
  }

  #tooLong(): Broken {
    const en = this.#quoted
      ? `a quotation mark is opened in the row that begins here and not closed within ${mostRow} characters`
      : `the row is longer than ${mostRow} characters`;
    return new Broken(this.#line, en, this.#quoted ? '从此行开始的引号没有闭合' : `该行超过 ${mostRow} 个字符`);
  }
}

function delimiterOf(row: string): string {
  const bare = row.replace(/"[^"]*"/g, '');
  const counted = delimiters.map((delimiter) => ({ delimiter, count: bare.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

function quotedFields(text: string, delimiter: string, line: number): string[] {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    if (text[at] === '"') {
      const from = at + 1;
      at = text.indexOf('"', from);
      while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
      if (at === -1) throw new Broken(line, 'a quotation mark is opened here and never closed', '此行的引号没有闭合');
      if (at + 1 < text.length && text[at + 1] !== delimiter) {
        throw new Broken(line, 'text stands behind the quotation mark that ends a field', '字段的结束引号之后还有文字');
      }
      fields.push(text.slice(from, at).replaceAll('""', '"'));
      at += 1;
    } else {
      const end = text.indexOf(delimiter, at);
      const field = text.slice(at, end === -1 ? text.length : end);
      if (field.includes('"')) {
        throw new Broken(
          line,
          'a quotation mark stands within a field that does not begin with one',
          '未加引号的字段中出现了引号',
        );
      }
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) return fields;
    at += 1;
  }
}
