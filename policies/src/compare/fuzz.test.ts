import { expect, test } from 'vitest';
import { fuzz } from '../testing/fuzz.js';

// A short run; `npm run interop:fuzz` has the whole.

test('2,000 random pairs: no verdict is unsound, and few are unknown', () => {
  const report = fuzz(20_270_101, 2_000, 60);
  expect(report.unsound).toEqual([]);
  expect(report.unknown / report.pairs).toBeLessThan(0.02);
  // It says something only if every verdict occurs often.
  expect(
    Math.min(report.within, report.witnesses, report.conflict, report.compatible, report.counters),
  ).toBeGreaterThan(100);
}, 120_000);
