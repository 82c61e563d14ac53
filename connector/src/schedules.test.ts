import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { ManualClock } from '@causeway/platform/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { negotiationStates, transferStates } from './model.js';
import {
  dyingAroundCommits,
  withoutCompareAndSwap,
  withoutIdempotency,
  withoutOutboxAtomicity,
} from './testing/breakages.js';
import { type Fault, faults } from './testing/network.js';
import { type Breakage, type Deed, deeds, type Phase, runSchedule, type Schedule } from './testing/schedule.js';

/** The whole model check is 2,000 (`npm run interop:model`); what stands in the suite is a sample of it. */
const runs = Number(process.env['CAUSEWAY_SCHEDULES'] ?? 60);
const seed = Number(process.env['CAUSEWAY_SCHEDULES_SEED'] ?? Date.now());
const whole = runs >= 2_000;

let identities: { provider: Identity; consumer: Identity };

beforeAll(async () => {
  const trust = await testTrust({ clock: new ManualClock() });
  identities = {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
});

const who = fc.constantFrom('provider' as const, 'consumer' as const);

const phase = (what: readonly Deed['what'][], most: number, fewest = 0): fc.Arbitrary<Phase> =>
  fc.record({
    faults: fc.array(fc.constantFrom(...faults), { minLength: fewest, maxLength: 16, size: 'max' }),
    amid: fc.array(fc.record({ at: fc.nat({ max: 12 }), who, what: fc.constantFrom(...what) }), {
      maxLength: most,
      size: 'max',
    }),
  });

// What ends a transfer stands more than once: only what is sent again afterwards meets a state that has ended.
const ofTransfers = [
  'complete',
  'complete',
  'terminate',
  ...deeds.filter((deed) => deed !== 'end-negotiation'),
] as const;

const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  haggling: fc.boolean(),
  negotiation: phase(['end-negotiation'], 2),
  transfer: phase(ofTransfers, 4, 8),
  after: fc.array(fc.record({ who, what: fc.constantFrom('suspend', 'resume', ...ofTransfers) }), {
    maxLength: 5,
    size: 'max',
  }),
});

test('property: whatever is lost, doubled, delayed or torn away, both sides end in agreeing states', {
  timeout: 1_800_000,
}, async () => {
  const met = new Map<string, Map<string, number>>();
  // How many runs came that far: a property that holds of nothing would hold too.
  const reached = { finalized: 0, started: 0 };
  await fc.assert(
    fc.asyncProperty(schedule, async (each) => {
      const outcome = await runSchedule(identities, each);
      if (outcome.finalized) reached.finalized += 1;
      if (outcome.started) reached.started += 1;
      for (const [state, fault] of outcome.met) {
        const row = met.get(state) ?? new Map<string, number>();
        met.set(state, row.set(fault, (row.get(fault) ?? 0) + 1));
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  expect(reached.finalized).toBeGreaterThan(0);
  expect(reached.started).toBeGreaterThan(0);
  if (!whole) return;
  process.stdout.write(`${table(met)}\n`);
  const hits = (kind: string, state: string, fault: Fault) =>
    (['provider', 'consumer'] as const).reduce(
      (sum, role) => sum + (met.get(`${kind} ${role} ${state}`)?.get(fault) ?? 0),
      0,
    );
  const rare = Object.entries({ negotiation: negotiationStates, transfer: transferStates }).flatMap(([kind, states]) =>
    states.flatMap((state) =>
      faults
        .map((fault) => [kind, state, fault, hits(kind, state, fault)] as const)
        .filter(([, , , count]) => count < 20),
    ),
  );
  expect(rare).toEqual([]);
});

function table(met: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  const head = ['state of one of the ends'.padEnd(34), ...faults.map((fault) => fault.padStart(15))].join('');
  const rows = [...met]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([state, row]) =>
      [state.padEnd(34), ...faults.map((fault) => String(row.get(fault) ?? 0).padStart(15))].join(''),
    );
  return [`seed ${seed}, ${runs} schedules`, head, ...rows].join('\n');
}

describe('what holds the two sides together', () => {
  const failures = async (broken: Breakage): Promise<number> => {
    // One seed for all of them: the same schedules that the whole product survives.
    for (const [at, each] of fc.sample(schedule, { seed: 20_261_121, numRuns: 80 }).entries()) {
      try {
        await runSchedule(identities, each, broken);
      } catch {
        return at + 1;
      }
    }
    return 0;
  };

  test.each([
    ['compare-and-swap', withoutCompareAndSwap],
    ['idempotency', withoutIdempotency],
    ['the state and its message in one commit', withoutOutboxAtomicity],
  ])('without %s some schedule splits them', { timeout: 300_000 }, async (_, broken) => {
    expect(await failures(broken)).toBeGreaterThan(0);
  });

  test('a process that dies before or after any commit does not', { timeout: 300_000 }, async () => {
    expect(await failures(dyingAroundCommits)).toBe(0);
  });
});
