import { describe, expect, it } from 'vitest';
import { type Heard, livenessOf } from './liveness.js';

const limits = { lateAfter: 90, goneAfter: 600 };

describe('livenessOf', () => {
  it.each<[string, Partial<Heard>, number, string]>([
    ['just heard of', {}, 1_000, 'online'],
    ['a moment before it is late', {}, 1_089, 'online'],
    ['silent for a while', {}, 1_090, 'late'],
    ['silent for long', {}, 1_600, 'gone'],
    ['with an expired head, though just heard of', { expires: 1_001 }, 1_001, 'gone'],
    ['that has withdrawn', { withdrawn: true }, 1_000, 'gone'],
    ['heard of after a clock was set back', {}, 900, 'online'],
  ])('of a publisher %s', (_, changes, now, state) => {
    const heard = { lastSeen: 1_000, expires: 10_000, withdrawn: false, ...changes };
    expect(livenessOf(heard, now, limits)).toEqual({ state, lastSeen: 1_000 });
  });
});
