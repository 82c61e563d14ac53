import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProgress } from './progress.js';

const what = { en: 'Receiving', zh: '接收' };
const MiB = 1_048_576;
const { LANG } = process.env;

let now: number;
let said: string[];
let stream: PassThrough & { isTTY?: boolean };

beforeEach(() => {
  process.env.LANG = 'en_GB.UTF-8';
  now = 0;
  said = [];
  stream = new PassThrough();
  stream.on('data', (text: Buffer) => said.push(text.toString()));
});
afterEach(() => {
  if (LANG === undefined) delete process.env.LANG;
  else process.env.LANG = LANG;
});

/** A hundred MiB a second, looked at four times in each. */
function run(seconds: number, options: { quiet?: boolean; total?: number } = {}): void {
  const progress = startProgress({ quiet: options.quiet ?? false }, what, { stream, now: () => now });
  for (; now <= seconds * 1_000; now += 250) progress.show((now / 10) * MiB, options.total);
  progress.close();
}

test('where nobody looks, a line now and then: how far, how fast, how long still', () => {
  run(12, { total: 2_000 * MiB });
  expect(said).toEqual([
    'Receiving 25 %, 500.0 MiB of 2.0 GiB, 100.0 MiB/s, 15 s left\n',
    'Receiving 50 %, 1000.0 MiB of 2.0 GiB, 100.0 MiB/s, 10 s left\n',
  ]);
});

test('at a terminal one line that moves, and is gone at the end', () => {
  stream.isTTY = true;
  run(2, { total: 400 * MiB });
  expect(said[0]).toBe('\r\u001b[KReceiving 12 %, 50.0 MiB of 400.0 MiB, 100.0 MiB/s, 4 s left');
  expect(said).toHaveLength(8);
  expect(said.at(-1)).toBe('\r\u001b[K');
});

test('what is over soon, and what shall be quiet, shows nothing', () => {
  stream.isTTY = true;
  run(0.25);
  run(100, { quiet: true });
  expect(said).toEqual([]);
});

test('the rate is that of the last seconds, and nothing is promised while nothing comes', () => {
  const progress = startProgress({ quiet: false }, what, { stream, now: () => now });
  for (const [at, done] of [
    [0, 0],
    [5_000, 1_000],
    [10_000, 1_000],
    [10_001, 1_000],
    [15_002, 1_000],
  ] as const) {
    now = at;
    progress.show(done * MiB, 2_000 * MiB);
  }
  expect(said.at(-1)).toBe('Receiving 50 %, 1000.0 MiB of 2.0 GiB\n');
});

test('of work that says nothing of itself, the time; hours and minutes; in Chinese too', () => {
  const progress = startProgress({ quiet: false }, { en: 'Reading', zh: '正在读取' }, { stream, now: () => now });
  now = 75_000;
  progress.show();
  expect(said.pop()).toBe('Reading 1:15\n');
  process.env.LANG = 'zh_CN.UTF-8';
  now = 3_725_000;
  progress.show();
  expect(said.pop()).toBe('正在读取 1:02:05\n');
  run(3_740, { total: 400_000 * MiB });
  expect(said.pop()).toMatch(/^接收 \d+ %，.*／390\.6 GiB，100\.0 MiB\/s，还需 /);
});
