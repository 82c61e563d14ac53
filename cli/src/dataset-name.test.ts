import { expect, test } from 'vitest';
import { localName, localNameForm } from './dataset-name.js';

test('a plain file name is the name of its dataset', () => {
  for (const name of ['orders.csv', 'BOM_2026-11.v2.jsonl', 'x']) expect(localName(name)).toBe(name);
});

test('every other name becomes one that is allowed, readable, and its own', () => {
  const names = [
    '大 文件.bin',
    '大文件.bin',
    '采购订单行 order-lines.csv',
    '采购订单行-order-lines.csv',
    '.hidden',
    '..',
    'a b.csv',
    'a  b.csv',
    '%2e%2e',
    `${'长'.repeat(80)}甲.csv`,
    `${'长'.repeat(80)}乙.csv`,
    `${'x'.repeat(200)}.csv`,
    '文件.很长的扩展名',
  ];
  const made = names.map(localName);
  for (const name of made) expect(name).toMatch(localNameForm);
  expect(new Set(made).size).toBe(names.length);
  expect(localName('采购订单行 order-lines.csv')).toMatch(/^order-lines-[0-9a-f]{16}\.csv$/);
  expect(localName('大文件.bin')).toMatch(/^data-[0-9a-f]{16}\.bin$/);
});
