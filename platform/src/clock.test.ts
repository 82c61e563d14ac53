import { describe, expect, test } from 'vitest';
import { systemClock } from './clock.js';
import { fraction, systemRandom } from './random.js';
import { ManualClock } from './testing/manual-clock.js';
import { seededRandom } from './testing/seeded-random.js';

describe('system clock', () => {
  test('sleeps, and wakes early with the reason when it is told to', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(5);
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(4);
    const reason = new Error('enough');
    await expect(systemClock.sleep(1_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const long = systemClock.sleep(2 ** 40, controller.signal);
    controller.abort(reason);
    await expect(long).rejects.toBe(reason);
  });
});

describe('manual clock', () => {
  test('wakes sleepers at their own moments, in order, also those that sleep again', async () => {
    const clock = new ManualClock(1_000);
    const woken: string[] = [];
    const sleeper = async (name: string, ms: number, times: number) => {
      for (let n = 0; n < times; n++) {
        await clock.sleep(ms);
        woken.push(`${name}@${clock.now()}`);
      }
    };
    const all = Promise.all([sleeper('slow', 30, 1), sleeper('quick', 10, 4)]);
    expect(clock.sleeping).toBe(2);
    await clock.advance(35);
    expect(woken).toEqual(['quick@1010', 'quick@1020', 'slow@1030', 'quick@1030']);
    expect(clock.monotonic()).toBe(35);
    await clock.advance(5);
    await all;
  });

  test('an aborted sleeper is gone', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const asleep = clock.asleep(2);
    const sleeping = clock.sleep(10, controller.signal);
    clock.sleep(0);
    await asleep;
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(1);
  });
});

describe('random', () => {
  test('a seed gives the same values again, another seed others', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return [random.uuid(), Buffer.from(random.bytes(40)).toString('hex'), fraction(random)];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(Array.from({ length: 50 }, () => seededRandom(3)).map((random) => random.uuid())).size).toBe(1);
  });

  test.each([
    ['system', systemRandom],
    ['seeded', seededRandom('x')],
  ])('%s: UUIDs of version 4, bytes of the length asked for, fractions below 1', (_name, random) => {
    for (let n = 0; n < 50; n++) {
      expect(random.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      expect(random.bytes(n)).toHaveLength(n);
      expect(fraction(random)).toBeGreaterThanOrEqual(0);
      expect(fraction(random)).toBeLessThan(1);
    }
  });
});
