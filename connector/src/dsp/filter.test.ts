import type { Json } from '@causeway/evidence';
import { expect, test } from 'vitest';
import { limitIn } from './filter.js';

const query = { '@type': 'QuerySpec', limit: 50, offset: 0, sortOrder: 'ASC', filterExpression: [] };

test.each<[Json | undefined, number | undefined]>([
  [undefined, undefined],
  [[], undefined],
  [[query], 50],
  [query, 50],
  [[{ ...query, limit: 0 }], undefined],
  [[{ ...query, limit: '7' }], undefined],
])('filters nothing: %j', (filter, limit) => {
  expect(limitIn(filter)).toBe(limit);
});

test.each<[Json]>([
  ['everything'],
  [{}],
  [[query, query]],
  [[{ ...query, offset: 50 }]],
  [[{ ...query, sortField: 'name' }]],
  [[{ ...query, filterExpression: [{ operandLeft: 'id', operator: '=', operandRight: 'x' }] }]],
  [[{ ...query, filterExpression: 'x' }]],
])('is refused: %j', (filter) => {
  expect(() => limitIn(filter)).toThrow(expect.objectContaining({ code: 'FILTER_UNSUPPORTED' }));
});
