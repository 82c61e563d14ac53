import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { negotiationStates, type TransferState, transferStates } from '../model.js';
import { negotiationMoves } from '../negotiation/states.js';
import { transferMoves } from '../transfer/states.js';
import { isFinal, judge, mayMove, otherRole } from './moves.js';

describe('the tables', () => {
  test.each([
    ['negotiation', negotiationMoves, negotiationStates],
    ['transfer', transferMoves, transferStates],
  ])('%s: either side may terminate whatever has not ended, and nothing leaves an end', (_name, moves, states) => {
    for (const state of states) {
      for (const role of ['provider', 'consumer'] as const) {
        const next: readonly string[] = (moves[role] as Record<string, readonly string[]>)[state] ?? [];
        const ends = ['FINALIZED', 'TERMINATED', 'COMPLETED'].includes(state);
        expect(next.includes('TERMINATED'), `${role} ${state}`).toBe(!ends);
        if (ends) expect(next).toEqual([]);
      }
    }
  });

  test('only the provider finalizes, and only what the consumer verified', () => {
    expect(negotiationMoves.provider.VERIFIED).toContain('FINALIZED');
    for (const state of negotiationStates) expect(negotiationMoves.consumer[state]).not.toContain('FINALIZED');
    expect(isFinal(negotiationMoves, 'FINALIZED')).toBe(true);
  });
});

describe('a move of the peer', () => {
  const started = { role: 'provider', state: 'STARTED' } as const;

  test('is a repetition without an id, and illegal with a new one', () => {
    const agreed = { role: 'consumer', state: 'AGREED' } as const;
    expect(judge(negotiationMoves, agreed, 'AGREED', false)).toBe('same');
    expect(judge(negotiationMoves, agreed, 'AGREED', true)).toBe('invalid');
  });

  test('that ends or pauses what has ended or paused finds what it wanted', () => {
    expect(judge(transferMoves, { role: 'provider', state: 'TERMINATED' }, 'TERMINATED', true)).toBe('same');
    // A consumer may have learned of the commit by asking.
    expect(judge(negotiationMoves, { role: 'consumer', state: 'FINALIZED' }, 'FINALIZED', true)).toBe('same');
  });

  test('crosses ours, and the stronger stands', () => {
    const completing = { ...started, intent: { state: 'COMPLETED', since: 0 } } as const;
    expect(judge(transferMoves, completing, 'TERMINATED', true)).toBe('move');
    expect(judge(transferMoves, completing, 'SUSPENDED', true)).toBe('crossed');
    expect(judge(transferMoves, completing, 'COMPLETED', true)).toBe('move');
  });

  test('FINALIZED stands above a termination that the consumer has under way', () => {
    const ending = { role: 'consumer', state: 'VERIFIED', intent: { state: 'TERMINATED', since: 0 } } as const;
    expect(judge(negotiationMoves, ending, 'FINALIZED', true)).toBe('move');
  });

  test('that is legal only after ours proves that ours arrived', () => {
    const resuming = { role: 'provider', state: 'SUSPENDED', intent: { state: 'STARTED', since: 0 } } as const;
    expect(judge(transferMoves, resuming, 'COMPLETED', true)).toBe('move');
  });

  test('property: of two moves that cross, both sides take the same one', () => {
    const binding: TransferState[] = ['COMPLETED', 'SUSPENDED', 'TERMINATED'];
    fc.assert(
      fc.property(fc.constantFrom(...binding), fc.constantFrom(...binding), (ours, theirs) => {
        const provider = { ...started, intent: { state: ours, since: 0 } };
        const consumer = {
          role: otherRole('provider'),
          state: 'STARTED',
          intent: { state: theirs, since: 0 },
        } as const;
        const atProvider = judge(transferMoves, provider, theirs, true) === 'move' ? theirs : ours;
        const atConsumer = judge(transferMoves, consumer, ours, true) === 'move' ? ours : theirs;
        expect(atProvider).toBe(atConsumer);
      }),
    );
  });
});

test('an intent of ours gives way only to a stronger move', () => {
  const suspending = { role: 'consumer', state: 'STARTED', intent: { state: 'SUSPENDED', since: 0 } } as const;
  expect(mayMove(transferMoves, suspending, 'TERMINATED')).toBe(true);
  // The peer may have seen the suspension, and nothing that is suspended is completed.
  expect(mayMove(transferMoves, suspending, 'COMPLETED')).toBe(false);
  expect(mayMove(transferMoves, suspending, 'SUSPENDED')).toBe(false);
  expect(mayMove(transferMoves, { role: 'consumer', state: 'REQUESTED' }, 'STARTED')).toBe(false);
});
