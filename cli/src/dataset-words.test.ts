import { afterEach, expect, test, vi } from 'vitest';
import { foundLines, offeredTo, offerLines, shownLines } from './dataset-words.js';
import type { DatasetView } from './views.js';

afterEach(() => vi.unstubAllEnvs());

const dataset: DatasetView = {
  id: 'urn:causeway:oem:orders',
  title: { en: 'Orders' },
  keywords: [],
  mediaType: 'text/csv',
  source: { path: '/data/orders.csv', version: `sha-256:${'0'.repeat(64)}`, bytes: 2_048 },
  content: {
    ...{ format: 'csv', encoding: 'GB18030', delimiter: ';' },
    table: {
      rows: 2,
      columns: [
        { name: '件号', type: 'code', nulls: 0 },
        { name: 'qty', type: 'integer', nulls: 1 },
      ],
    },
  },
  sample: [
    ['XG-4021-07', '3'],
    ['XG-4021-08', ''],
  ],
  listed: true,
  offers: [],
  updated: 0,
  shown: { catalog: { '@id': 'x' }, entry: { title: { en: 'Orders' }, keywords: [], description: '2 rows' } },
};

test('what was found is told in both languages, columns under each other', () => {
  vi.stubEnv('LANG', 'C');
  expect(foundLines(dataset)).toEqual([
    '  2.0 KiB, CSV, GB18030, separated by semicolons, 2 rows, 2 columns',
    '    件号  code      XG-4021-07 | XG-4021-08',
    '    qty   integer   1 empty  3',
    '  (the values are shown to you alone)',
  ]);
  vi.stubEnv('LANG', 'zh_CN.UTF-8');
  expect(foundLines(dataset).slice(0, 3)).toEqual([
    '  2.0 KiB，CSV，GB18030，分号分隔，2 行，2 列',
    '    件号  编码      XG-4021-07 | XG-4021-08',
    '    qty   整数      1 个空值  3',
  ]);
  const trouble = { line: 3, en: 'expected 2 fields, got 1', zh: '应有 2 个字段，实有 1 个' };
  expect(foundLines({ ...dataset, sample: [], content: { format: 'csv', trouble } })[1]).toBe(
    '  与扩展名不符，不是完整的表格（第 3 行）：应有 2 个字段，实有 1 个。数据将按原样共享。',
  );
});

test('others are told what stands there, and nobody where nobody is', () => {
  vi.stubEnv('LANG', 'C');
  expect(shownLines(dataset)).toEqual([
    'Every member is told, through the broker:',
    '  title: {"en":"Orders"}',
    '  description: 2 rows',
  ]);
  expect(shownLines({ ...dataset, listed: false })).toEqual(['Nobody is told of it.']);
  expect(offerLines([])).toEqual(['  offered to nobody']);
});

test('who a dataset is offered to is told in one line', () => {
  vi.stubEnv('LANG', 'C');
  const to = (assignee?: unknown) => ({ id: 'o', policy: assignee === undefined ? {} : { assignee } });
  expect(offeredTo([to('urn:a'), to(['urn:b', { '@id': 'urn:a' }])])).toBe('offered to urn:a, urn:b');
  expect(offeredTo([to('urn:a'), to()])).toBe('offered to every member');
  expect(offeredTo([])).toBe('offered to nobody');
});
