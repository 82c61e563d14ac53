import { expect, test } from 'vitest';
import { rangeOf } from './http-range.js';

const of = { size: 1_000, etag: '"v"' };

test.each<[string | undefined, number, number, boolean]>([
  [undefined, 0, 1_000, false],
  ['bytes=0-0', 0, 1, true],
  ['bytes=10-19', 10, 20, true],
  ['bytes=990-', 990, 1_000, true],
  ['bytes=-10', 990, 1_000, true],
  ['bytes=-5000', 0, 1_000, true],
  ['bytes=500-99999999', 500, 1_000, true],
])('%s', (range, offset, end, part) => {
  expect(rangeOf({ range, ifRange: undefined }, of)).toEqual({ offset, end, part });
});

test.each([
  ['bytes=1000-'],
  ['bytes=5-4'],
  ['bytes=-0'],
  ['bytes=-'],
  ['bytes=0-1,5-6'],
  ['bytes=a-b'],
  ['bytes=-1-5'],
  ['items=0-5'],
  ['bytes=00000000000000000000000000001-'],
  [`bytes=${'9'.repeat(400)}-`],
  ['bytes = 0-5'],
  [''],
])('none: "%s"', (range) => {
  expect(() => rangeOf({ range, ifRange: undefined }, of)).toThrow(expect.objectContaining({ size: 1_000 }));
});

test('of nothing there is none, and of another version everything', () => {
  expect(() => rangeOf({ range: 'bytes=0-', ifRange: undefined }, { ...of, size: 0 })).toThrow('within 0 bytes');
  expect(rangeOf({ range: 'bytes=5-', ifRange: '"w"' }, of)).toMatchObject({ offset: 0, part: false });
  expect(rangeOf({ range: 'bytes=5-', ifRange: '"v"' }, of)).toMatchObject({ offset: 5, part: true });
});
