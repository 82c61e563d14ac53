import { expect, test } from 'vitest';
import { wakeOf } from './schedule.js';

const at = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const owed = { duty: 'obligation/0', action: 'delete' } as const;

test('what is to be told is told at once', () => {
  expect(wakeOf({ ...owed, action: 'inform', due: at + day }, at, 0)).toBe(at);
  expect(wakeOf({ ...owed, action: 'idsc:log' }, at, 0)).toBe(at);
});

test('a file goes a minute before it is due, earlier when it is large, within the last tenth when there is little time', () => {
  expect(wakeOf({ ...owed, due: at + day }, at, 1_000)).toBe(at + day - 60_001);
  expect(wakeOf({ ...owed, due: at + day }, at, 100_000_000_000)).toBe(at + day - 60_000 - 1_000_000);
  expect(wakeOf({ ...owed, due: at + 1_000 }, at, 100_000_000_000)).toBe(at + 900);
});

test('a file goes at once when its time is over already, and never by itself when nothing says when', () => {
  expect(wakeOf({ ...owed, due: at - day }, at, 1_000)).toBe(at);
  expect(wakeOf(owed, at, 1_000)).toBeUndefined();
  expect(wakeOf({ ...owed, action: 'archive', due: at + day }, at, 1_000)).toBeUndefined();
});
