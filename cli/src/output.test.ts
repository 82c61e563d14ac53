import { expect, test } from 'vitest';
import { bytes, printable } from './output.js';

test('what others wrote cannot steer the terminal', () => {
  expect(printable('refused\u001b[2J\u0007\r\u202eno')).toBe('refused\ufffd[2J\ufffd\ufffd\ufffdno');
  expect(printable('采购订单行\n  第二行')).toBe('采购订单行\n  第二行');
});

test.each([
  [0, '0 B'],
  [1_535, '1.5 KiB'],
  [2_147_483_648, '2.0 GiB'],
])('%i bytes are %s', (count, text) => expect(bytes(count)).toBe(text));
