import { expect, test } from 'vitest';
import { creditCheck, creditCode, wrongCheck } from './credit-code.js';
import { isCreditCode } from './testing/checker.js';

test('the check character of codes that others made', () => {
  // In use elsewhere, as the tests of other checkers have them.
  for (const code of ['91350100M000100Y43', '91110000600037341L', '91440300708461136T']) {
    expect(code.slice(0, 17) + creditCheck(code.slice(0, 17))).toBe(code);
  }
});

test('a code of ours holds, and with another character in its last place it does not', () => {
  const code = creditCode('370800', 'MA3ABCD1');
  expect(code).toMatch(/^91370800MA3ABCD1[0-9X].$/);
  expect([isCreditCode(code), isCreditCode(wrongCheck(code))]).toEqual([true, false]);
});
