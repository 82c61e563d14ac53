/** Where a command says what it did: lines for people on stdout, or with `--json` one JSON object as its last line. */
export interface Output {
  readonly json: boolean;
  /** Long work shows nothing of itself. */
  readonly quiet: boolean;
  /** A line for people; nothing with `--json`. */
  line(text?: string): void;
  /** What a program gets: printed only with `--json`. */
  result(value: Readonly<Record<string, unknown>>): void;
}

export function createOutput(
  json: boolean,
  stream: NodeJS.WritableStream = process.stdout,
  quiet: boolean = json,
): Output {
  return {
    ...{ json, quiet },
    line: (text = '') => {
      if (!json) stream.write(`${printable(text)}\n`);
    },
    result: (value) => {
      if (json) stream.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** What a peer or the broker wrote must not move a terminal's cursor, nor turn the direction of its text. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]|\p{Bidi_Control}/gu, '\ufffd');
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` → `1.5 KiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
