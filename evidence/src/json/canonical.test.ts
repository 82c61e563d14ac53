import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../errors.js';
import { canonicalJson, type Json, parseCanonical } from './canonical.js';

const most = 1_000_000;
const anyJson = fc.jsonValue({ stringUnit: 'grapheme' }).map((value): Json => JSON.parse(JSON.stringify(value)));

describe('canonical JSON', () => {
  it('is that of RFC 8785', () => {
    const value = {
      numbers: JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]'),
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2, '\u20ac': 3, '\r': 4, 1: 5 })).toBe(
      '{"\\r":4,"1":5,"€":3,"😀":2,"\ufb33":1}',
    );
  });

  it('comes back byte for byte', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseCanonical(text, most))).toBe(text);
        expect(parseCanonical(Buffer.from(text), most)).toEqual(parseCanonical(text, most));
      }),
    );
  });

  it('is the only spelling that is read', () => {
    fc.assert(
      fc.property(anyJson, fc.nat(), fc.integer({ min: 0, max: 7 }), (value, pick, bit) => {
        const canonical = Buffer.from(canonicalJson(value));
        const at = pick % canonical.length;
        canonical[at] = (canonical[at] ?? 0) ^ (1 << bit);
        // A change either makes another value in its one spelling, or nothing that is read.
        try {
          expect(Buffer.from(canonicalJson(parseCanonical(canonical, most)))).toEqual(canonical);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
        const spaced = JSON.stringify(value, null, 1);
        if (spaced !== canonicalJson(value)) expect(() => parseCanonical(spaced, most)).toThrow(EvidenceError);
      }),
    );
  });

  it.each([
    ['a duplicate key', '{"a":1,"a":1}'],
    ['a number that a double cannot hold', '9007199254740993'],
    ['another spelling of a number', '1.0'],
    ['minus zero', '-0'],
    ['an exponent', '1e2'],
    ['keys out of order', '{"b":1,"a":1}'],
    ['white space', '{"a": 1}'],
    ['a newline at the end', '{}\n'],
    ['an escape that need not be', '"\\u0041"'],
    ['an escaped solidus', '"\\/"'],
    ['capitals in an escape', '"\\u000F"'],
    ['a lone surrogate', '"\ud800"'],
    ['an escaped lone surrogate', '"\\ud800"'],
    ['a lone surrogate in a key', '{"\\udc00":1}'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['no JSON', '{'],
    ['deep nesting', '['.repeat(200_000)],
    ['deep nesting that ends', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('is refused with %s', (_name, text) => {
    expect(() => parseCanonical(text, most)).toThrow(expect.objectContaining({ code: 'NOT_CANONICAL' }));
  });

  it('says where another spelling begins, in bytes', () => {
    expect(() => parseCanonical('{"a":"ä", "b":2}', most)).toThrow(expect.objectContaining({ data: { offset: 10 } }));
  });

  it('is refused in other bytes than UTF-8, and above its bound', () => {
    const overlong = Buffer.from([0x22, 0xc0, 0x80, 0x22]);
    expect(() => parseCanonical(overlong, most)).toThrow(expect.objectContaining({ code: 'NOT_CANONICAL' }));
    expect(() => parseCanonical('[1,2]', 4)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('keeps a member named __proto__ a member', () => {
    const text = '{"__proto__":{"admin":true}}';
    const value = parseCanonical(text, most);
    expect(canonicalJson(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('leaves out what is undefined, and refuses what JSON cannot say', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    const circle: { self?: object } = {};
    circle.self = circle;
    for (const value of [{ a: Number.NaN }, { a: 1n }, ['\ud800'], circle, () => 1]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
