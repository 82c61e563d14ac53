import { ManualClock } from '@causeway/platform/testing';
import { expect, test } from 'vitest';
import { Rate } from './rate.js';

test('each caller has a tenth of its minute at once, and the rest as time goes by', async () => {
  const clock = new ManualClock(0);
  const rate = new Rate(clock, 60);
  const taken = (caller: string, times: number) => Array.from({ length: times }, () => rate.take(caller));
  expect(taken('a', 6)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(rate.take('a')).toBe(1_000);
  expect(rate.take('b')).toBe(0);
  await clock.advance(999);
  expect(rate.take('a')).toBe(1);
  await clock.advance(1);
  expect(taken('a', 2)).toEqual([0, 1_000]);
  await clock.advance(3_600_000);
  expect(taken('a', 7)).toEqual([0, 0, 0, 0, 0, 0, 1_000]);
});
