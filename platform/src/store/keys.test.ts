import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyPart, key, keyParts } from './keys.js';

// Strings full of the bytes that could bleed: zero, one, FF's neighbours, surrogate pairs, shared beginnings.
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\x01', '\x02', '\xff', '\u{10ffff}', '中', '\uffff') }),
  fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => !/\p{Surrogate}/u.test(value)),
);
const part: fc.Arbitrary<KeyPart> = fc.oneof(text, fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const parts = fc.array(part, { maxLength: 4 });

const rank = { string: 0, number: 1, bigint: 2 } as const;

function kindOf(value: KeyPart): number {
  if (typeof value === 'string') return rank.string;
  return typeof value === 'number' ? rank.number : rank.bigint;
}

function comparePart(a: KeyPart, b: KeyPart): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (kindOf(a) !== kindOf(b)) return kindOf(a) - kindOf(b);
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareParts(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = comparePart(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

describe('keys', () => {
  test('property: the order of the bytes is the order of the parts', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(Math.sign(Buffer.compare(key(...a), key(...b)))).toBe(Math.sign(compareParts(a, b)));
      }),
      { numRuns: 5_000 },
    );
  });

  test('property: the parts come back, of the same types', () => {
    fc.assert(
      fc.property(parts, (a) => {
        expect(keyParts(key(...a))).toEqual(a);
      }),
      { numRuns: 2_000 },
    );
  });

  test('property: a key is a byte prefix of exactly the keys that go on from its parts', () => {
    const related = fc
      .tuple(parts, parts)
      .chain(([a, b]) => fc.tuple(fc.constant(a), fc.constantFrom(b, [...a, ...b])));
    fc.assert(
      fc.property(related, ([a, b]) => {
        const shorter = key(...a);
        const byBytes = Buffer.compare(key(...b).subarray(0, shorter.length), shorter) === 0;
        const byParts = a.length <= b.length && a.every((each, index) => comparePart(each, b[index] ?? '') === 0);
        expect(byBytes && key(...b).length >= shorter.length).toBe(byParts && a.length <= b.length);
      }),
      { numRuns: 5_000 },
    );
  });

  test('the bytes are those that stores already hold', () => {
    expect(Buffer.from(key('a\0中', 258, 1n)).toString('hex')).toBe(
      '026100ffe4b8ad0001' + '030000000000000102' + '040000000000000001',
    );
  });

  test.each([['\ud800'], [-1], [1.5], [Number.NaN], [2 ** 53], [-1n], [2n ** 64n]])('refuses %s', (bad) => {
    expect(() => key(bad)).toThrow();
  });

  test('property: other bytes are refused or come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        let read: KeyPart[];
        try {
          read = keyParts(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(key(...read)).toEqual(bytes);
      }),
      { numRuns: 5_000 },
    );
    expect(() => keyParts(Uint8Array.of(2, 0x61))).toThrow(TypeError);
    expect(() => keyParts(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0))).toThrow(TypeError);
    expect(() => keyParts(Uint8Array.of(9))).toThrow(TypeError);
  });
});
