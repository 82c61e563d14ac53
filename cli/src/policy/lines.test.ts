import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { CliError } from '../errors.js';
import { linesOf, longestLine } from './lines.js';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<(readonly [number, string])[]> {
  const found: (readonly [number, string])[] = [];
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  for await (const { number, text } of linesOf(Readable.from(bytes)))
    found.push([number, text instanceof CliError ? text.code : text]);
  return found;
}

test('lines are split wherever the chunks are, and empty ones are none', async () => {
  expect(await read('a', 'b\n', '\n \r\ncd\ne', 'f')).toEqual([
    [1, 'ab'],
    [4, 'cd'],
    [5, 'ef'],
  ]);
  const [first, second] = [Buffer.from('“维').subarray(0, 4), Buffer.from('“维').subarray(4)];
  expect(await read(first, second)).toEqual([[1, '“维']]);
});

test('what is too long is passed over, and the next line is read', async () => {
  const part = 'x'.repeat(longestLine / 4);
  expect(await read(part, part, part, part, 'x', part, '\nb')).toEqual([
    [1, 'LINE_TOO_LONG'],
    [2, 'b'],
  ]);
  expect(await read(part, part, part, part)).toHaveLength(1);
});

test('what is no UTF-8 is told', async () => {
  expect(await read(new Uint8Array([0xff, 0x0a]), 'b')).toEqual([
    [1, 'LINE_MALFORMED'],
    [2, 'b'],
  ]);
});
