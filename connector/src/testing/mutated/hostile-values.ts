import type { Json } from '@causeway/evidence';
import type { Dice } from './dice.js';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', 'valueOf'];

/** Strings that have broken programs before: other scripts, halves of characters, control characters, patterns, sheer length. */
const strings: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\u0000\u0001\u0002',
  '\ud800',
  'urn:uuid:\udfff',
  'a\ud83d',
  '\ufeff',
  '\u202e\u2066',
  '\r\nX-Injected: yes',
  '../../../../etc/passwd',
  '..',
  '.',
  '%2e%2e%2f',
  '%',
  '%00',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e400',
  '0x7fffffff',
  '9007199254740993',
  'true',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  '{{7*7}}',
  'http://',
  'http://[::1',
  'https://user:pass@127.0.0.1:1/dsp',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '数据空间',
  '😀'.repeat(50),
  'é'.normalize('NFD').repeat(200),
  ...names,
];

/** Long enough to meet every bound on length, each on both sides. */
const lengths = [100, 500, 501, 1_000, 1_024, 1_100, 2_000, 2_001, 10_000, 20_001];
const letters = ['a', '数', '\u0000', '😀', ' ', '-', '('];

export function hostileString(dice: Dice): string {
  if (dice.chance(0.85)) return dice.pick(strings);
  return dice.pick(letters).repeat(dice.chance(0.05) ? 100_000 : dice.pick(lengths));
}

const numbers = [0, -0, -1, 1, 1.5, 1e21, 1e308, Number.MAX_SAFE_INTEGER + 2, 5e-324];

/** Any JSON at all. */
export function hostileJson(dice: Dice): Json {
  switch (dice.below(8)) {
    case 0:
      return null;
    case 1:
      return dice.pick(numbers);
    case 2:
      return dice.chance(0.5);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return nested(dice, dice.pick([1, 2, 5, 30, 200, 2_000]));
    case 6:
      return Object.fromEntries(
        names.slice(0, 1 + dice.below(names.length)).map((name) => [name, hostileString(dice)]),
      );
    default:
      return Array.from({ length: dice.pick([1, 2, 17, 201, 1_001]) }, () => dice.pick(strings));
  }
}

/** JSON that is of none of these kinds. */
export function anyBut(dice: Dice, ...kinds: readonly ('string' | 'object' | 'array')[]): Json {
  for (;;) {
    const value = hostileJson(dice);
    const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    if (!kinds.some((one) => one === kind)) return value;
  }
}

/** Arrays and objects in one another, as deep as told. */
export function nested(dice: Dice, depth: number): Json {
  let value: Json = dice.pick(strings);
  const objects = dice.chance(0.5);
  for (let level = 0; level < depth; level++) value = objects ? { a: value } : [value];
  return value;
}

/** The text of values as deep as a message has room for: as text, because writing them would already be too deep for a writer. */
export function abyss(dice: Dice): string {
  const depth = dice.pick([3_000, 10_000, 50_000, 150_000]);
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"and":[', ']}'],
    ['{"constraint":[', ']}'],
  ] as const);
  return `${open.repeat(depth)}${open.endsWith(':') ? '1' : ''}${close.repeat(depth)}`;
}
