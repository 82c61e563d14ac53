import type { ColumnType } from './content.js';

/** What a text can be beside a text, the narrowest first. */
const kinds: readonly { readonly type: ColumnType; readonly fits: (text: string) => boolean }[] = [
  { type: 'boolean', fits: (text) => /^(?:true|false|yes|no|是|否)$/i.test(text) },
  // More digits than a whole number of 64 bits has are the number of something.
  { type: 'integer', fits: (text) => /^[+-]?(?:0|[1-9]\d{0,17})$/.test(text) },
  {
    type: 'decimal',
    fits: (text) => text.length <= 40 && /^[+-]?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text),
  },
  { type: 'date', fits: isDate },
  { type: 'code', fits: (text) => text.length <= 64 && /^(?:[A-Z][A-Z_-]*|(?=\D*\d)[A-Za-z0-9][\w./-]*)$/.test(text) },
];

function isDate(text: string): boolean {
  const found = /^(\d{4})([-/])(\d\d?)\2(\d\d?)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  if (!found) return false;
  const [year, month, day] = [Number(found[1]), Number(found[3]), Number(found[4])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Whether a text is rather a value than a name: a number or a date. */
export function isMeasure(text: string): boolean {
  return kinds.some(({ type, fits }) => (type === 'integer' || type === 'decimal' || type === 'date') && fits(text));
}

/** Finds out what all values of one column are, value by value. */
export class Kind {
  readonly name: string;
  #possible = kinds;
  #nested = false;
  #values = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** How many values there were that are not null. */
  get values(): number {
    return this.#values;
  }

  get type(): ColumnType {
    if (this.#nested) return 'nested';
    return this.#values === 0 ? 'text' : (this.#possible[0]?.type ?? 'text');
  }

  /** One value as it stands in a text. */
  see(value: string): void {
    const text = value.trim();
    if (text === '' || text === '\\N' || (text.length === 4 && text.toUpperCase() === 'NULL')) return;
    this.#values += 1;
    for (const { fits } of this.#possible) {
      if (fits(text)) continue;
      this.#possible = this.#possible.filter((kind) => kind.fits(text));
      break;
    }
  }

  /** One value of JSON. */
  seeJson(value: unknown): void {
    if (value === null) return;
    if (typeof value === 'object') {
      this.#values += 1;
      this.#nested = true;
    } else this.see(String(value));
  }
}
