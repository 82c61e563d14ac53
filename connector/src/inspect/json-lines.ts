import { Broken, contentLimits } from './content.js';

/** Is given each object with the number of its line. */
export type OnObject = (value: Readonly<Record<string, unknown>>, line: number) => void;

/** Objects of a JSON Lines file, one a line, out of text that comes in pieces. Empty lines are passed over. */
export class JsonLines {
  readonly #onObject: OnObject;
  #rest = '';
  #line = 0;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  /** @throws Broken */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#rest.length > contentLimits.row) throw this.#tooLong(this.#line + 1);
  }

  /** @throws Broken */
  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
  }

  #take(line: string): void {
    this.#line += 1;
    if (line.length > contentLimits.row) throw this.#tooLong(this.#line);
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new Broken(this.#line, 'it is no JSON', '不是 JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Broken(this.#line, 'expected a JSON object', '应为 JSON 对象');
    }
    this.#onObject(value as Readonly<Record<string, unknown>>, this.#line);
  }

  #tooLong(line: number): Broken {
    const most = contentLimits.row;
    return new Broken(line, `the line is longer than ${most} characters`, `该行超过 ${most} 个字符`);
  }
}
