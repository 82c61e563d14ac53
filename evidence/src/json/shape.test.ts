import { describe, expect, it } from 'vitest';
import { decimal, digest, identifier, instant, list, object, oneOf, text } from './shape.js';

const shape = object({ kind: oneOf('a', 'b'), list: list(text(3), 2) }, { size: decimal });

const refused = (pointer: string) => expect.objectContaining({ code: 'SHAPE_INVALID', data: { pointer } });

describe('a shape', () => {
  it('is read', () => {
    const value = { kind: 'a', list: ['x'], size: '18446744073709551615' };
    expect(shape(value, '')).toEqual(value);
    expect(shape({ kind: 'b', list: [] }, '')).toEqual({ kind: 'b', list: [] });
  });

  it.each([
    ['', []],
    ['', null],
    ['/kind', { list: [] }],
    ['/kind', { kind: 'c', list: [] }],
    ['/list', { kind: 'a', list: {} }],
    ['/list', { kind: 'a', list: ['', '', ''] }],
    ['/list/1', { kind: 'a', list: ['', 'long'] }],
    ['/size', { kind: 'a', list: [], size: 1 }],
    ['/size', { kind: 'a', list: [], size: '01' }],
    ['/size', { kind: 'a', list: [], size: '18446744073709551616' }],
    ['/more', { kind: 'a', list: [], more: 1 }],
    ['/a~1b~0', { kind: 'a', list: [], 'a/b~': 1 }],
    ['/__proto__', JSON.parse('{"kind":"a","list":[],"__proto__":1}')],
    ['/toString', { kind: 'a', list: [], toString: 1 }],
  ])('is refused with the pointer %s', (pointer, value) => {
    expect(() => shape(value, '')).toThrow(refused(pointer));
  });

  it('does not take what an object inherits for a member', () => {
    expect(() => object({ toString: text(9) })({}, '')).toThrow(refused('/toString'));
  });

  it.each([
    [
      instant,
      '2026-05-01T10:00:00.000Z',
      ['2026-05-01T10:00:00Z', '2026-02-30T10:00:00.000Z', '2026', '+002026-05-01T10:00:00.000Z', 'x', 1],
    ],
    [digest, `sha-256:${'0a'.repeat(32)}`, [`sha-256:${'0A'.repeat(32)}`, 'sha-256:', `sha-512:${'0a'.repeat(32)}`, 1]],
    [identifier, 'urn:causeway:a.b-c_d:1', ['', 'a/b', 'a b', 'a%20', 'a?', 'a#', 'a\n', 'ä', 'x'.repeat(401)]],
  ] as const)('of a word is read in its one spelling %#', (reader, right, wrong) => {
    expect(reader(right, '')).toBe(right);
    for (const each of wrong) expect(() => reader(each, '')).toThrow(refused(''));
  });
});
