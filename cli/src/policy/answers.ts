import { once } from 'node:events';
import { PolicyError } from '@causeway/policies';
import { CliError } from '../errors.js';
import { type Json, objectOf } from './json.js';
import { linesOf } from './lines.js';

/** What a line is answered with, behind its id. */
export interface Answer {
  readonly [name: string]: unknown;
  /** The line was understood, and the answer is that something is wrong with what it holds: the exit code says so too. */
  readonly failed?: true;
}

export interface Counted {
  readonly lines: number;
  /** Lines that were not answered, or were answered with what is wrong. */
  readonly failed: number;
}

/**
 * Answers each line of the input with one line, in order. A line that cannot be answered gets `{"id"|"line", "error": {code, message,
 * problems?}}`; the others go on. Reads no faster than the answers are taken.
 */
export async function answerLines(
  input: AsyncIterable<Uint8Array>,
  output: NodeJS.WritableStream,
  answer: (line: Json) => Answer,
): Promise<Counted> {
  const counted = { lines: 0, failed: 0 };
  for await (const { number, text } of linesOf(input)) {
    counted.lines += 1;
    const { failed, ...said } = answered(number, text, answer);
    if (failed) counted.failed += 1;
    if (!output.write(`${JSON.stringify(said)}\n`)) await once(output, 'drain');
  }
  return counted;
}

function answered(number: number, text: string | CliError, answer: (line: Json) => Answer): Answer {
  let name: object = { line: number };
  try {
    if (text instanceof CliError) throw text;
    const line = objectOf(text);
    if (typeof line.id === 'string' || typeof line.id === 'number') name = { id: line.id };
    return { ...name, ...answer(line) };
  } catch (error) {
    return { ...name, error: said(error), failed: true };
  }
}

function said(error: unknown): object {
  if (error instanceof PolicyError) return { code: error.code, message: error.message, problems: error.problems };
  if (error instanceof CliError) return { code: error.code, message: error.message };
  // A defect of ours, or a line that no stack is deep enough for: the other lines have answers all the same.
  return { code: 'FAILED', message: error instanceof Error ? error.message : String(error) };
}
