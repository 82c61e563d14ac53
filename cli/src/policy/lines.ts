import { CliError } from '../errors.js';

/** In bytes. Longer than any policy that is read (a policy is refused beyond its own limits), twice. */
export const longestLine = 2 * 1024 * 1024;

/** One line of the input: its text, or what is wrong with it. */
export interface Line {
  /** Counted from one. */
  readonly number: number;
  readonly text: string | CliError;
}

const newline = 0x0a;

/**
 * The lines of a stream of UTF-8, one at a time: memory holds one line, and no more than `longestLine` of it. What is longer is passed
 * over to its end and told as such. Empty lines are none.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1;
  let line = new Collected();
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      line.add(chunk.subarray(start, end));
      if (!line.empty) yield { number, text: line.text() };
      number += 1;
      line = new Collected();
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  }
  if (!line.empty) yield { number, text: line.text() };
}

class Collected {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #over = false;

  add(part: Uint8Array): void {
    this.#length += part.length;
    this.#over ||= this.#length > longestLine;
    if (this.#over) this.#parts.length = 0;
    // A chunk is the stream's to use again.
    else if (part.length > 0) this.#parts.push(part.slice());
  }

  get empty(): boolean {
    return (
      !this.#over && this.#parts.every((part) => part.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09))
    );
  }

  text(): string | CliError {
    if (this.#over)
      return new CliError('LINE_TOO_LONG', `expected a line of at most ${longestLine} bytes, got ${this.#length}`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.#parts));
    } catch (cause) {
      return new CliError('LINE_MALFORMED', 'expected UTF-8', { cause });
    }
  }
}
