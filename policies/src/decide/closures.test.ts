import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Constraint, Fact, FactSource } from '../model.js';
import { operators } from '../odrl/operands.js';
import { logic, named, ordered, span } from '../testing/by-hand.js';
import { clockOf } from './clock.js';
import { allOf } from './closures.js';
import { decidedConstraints, type Situation, truthIn } from './condition.js';
import { every } from './truth.js';

// What is compiled is what `truthIn` says, and the clock never sleeps through a change.

const names = ['a', 'b', 'c'];
const source = fc.constantFrom<FactSource>('attested', 'measured', 'declared');
const demanded = fc.option(source, { nil: undefined, freq: 6 });
const unit = fc.option(fc.constant('urn:unit'), { nil: undefined, freq: 8 });
const operator = fc.constantFrom(...operators);
const bound = fc.integer({ min: 0, max: 6 });
const value = fc.oneof(
  { weight: 5, arbitrary: bound },
  { weight: 1, arbitrary: fc.tuple(bound, bound).map(([a, b]) => span(Math.min(a, b), Math.max(a, b) + 1)) },
);
const scalar = fc
  .tuple(fc.constantFrom('dateTime', 'dateTime', 'elapsedTime', 'count', 'resolution'), operator, value, unit, demanded)
  .map(([operand, how, what, u, s]) => ordered(operand, how, what, { unit: u, source: s }));
const term = fc
  .tuple(
    fc.constantFrom('purpose', 'spatial', 'urn:causeway:v1:role'),
    operator,
    fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
    demanded,
  )
  .map(([operand, how, what, s]) => named(operand, how, what, { source: s }));
const scalars = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: term });
const logics = fc.constantFrom('and' as const, 'or' as const, 'xone' as const, 'andSequence' as const);
const { constraint } = fc.letrec<{ constraint: Constraint }>((tie) => ({
  constraint: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    fc
      .tuple(logics, fc.array(tie('constraint'), { minLength: 1, maxLength: 5 }))
      .map(([kind, parts]) => logic(kind, ...parts)),
  ),
}));
const constraints = fc.array(constraint, { maxLength: 5 });

const numberFact = fc
  .tuple(
    fc.oneof(
      bound,
      fc.constant(2.5),
      fc.tuple(bound, bound).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
    ),
    source,
    unit,
  )
  .map(([what, s, u]): Fact => ({ value: what, source: s, ...(u === undefined ? {} : { unit: u }) }));
const nameFact = fc
  .tuple(fc.oneof(fc.constantFrom(...names), fc.uniqueArray(fc.constantFrom(...names))), source)
  .map(([what, s]): Fact => ({ value: what, source: s }));
const mistaken: fc.Arbitrary<Fact> = fc.constantFrom<Fact>(
  { value: Number.NaN, source: 'measured' },
  { value: { low: 3, high: 1 }, source: 'measured' },
  { value: [''], source: 'measured' },
);
const facts = (good: fc.Arbitrary<Fact>, other: fc.Arbitrary<Fact>) =>
  fc.option(
    fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: other }, { weight: 1, arbitrary: mistaken }),
    {
      nil: undefined,
      freq: 6,
    },
  );
const situation: fc.Arbitrary<Situation> = fc
  .record({
    now: fc.integer({ min: -1, max: 8 }),
    use: fc.option(bound, { nil: undefined }),
    elapsedTime: facts(numberFact, nameFact),
    resolution: facts(numberFact, nameFact),
    purpose: facts(nameFact, numberFact),
    spatial: facts(nameFact, numberFact),
    role: facts(nameFact, numberFact),
    nested: fc.boolean(),
  })
  .map(({ now, use, nested, role, ...given }) => {
    const entries = Object.entries({ ...given, 'urn:causeway:v1:role': role });
    const values: Record<string, Fact> = {};
    for (const [key, fact] of entries) if (fact !== undefined) values[key] = fact;
    return {
      now,
      use,
      values,
      within: nested ? (_, inner, outer) => (outer === 'c' ? undefined : inner === 'a') : undefined,
    };
  });

test('compiled constraints have the truth of the plain ones', () => {
  const seen = new Map<unknown, number>();
  fc.assert(
    fc.property(constraints, fc.array(situation, { minLength: 8, maxLength: 8 }), (list, worlds) => {
      const compiled = allOf(list);
      for (const world of worlds) {
        const plain = every(list, (each) => truthIn(world, each));
        expect(compiled(world)).toBe(plain);
        seen.set(plain, (seen.get(plain) ?? 0) + 1);
      }
    }),
    { seed: 20_270_103, numRuns: 5_000 },
  );
  // It says something only if all three come out often.
  for (const truth of [true, false, undefined]) expect(seen.get(truth)).toBeGreaterThan(1_000);
});

test('many windows over one fact, merged into one search, have the truth of the plain ones', () => {
  const scale = fc.constantFrom('dateTime', 'elapsedTime', 'count');
  const windows = scale.chain((operand) =>
    fc.array(
      fc
        .tuple(operator, bound, operator, bound, fc.constantFrom('and' as const, 'or' as const))
        .map(([one, low, other, high, kind]) => logic(kind, ordered(operand, one, low), ordered(operand, other, high))),
      { minLength: 2, maxLength: 12 },
    ),
  );
  fc.assert(
    fc.property(windows, logics, fc.array(situation, { minLength: 8, maxLength: 8 }), (parts, kind, worlds) => {
      const whole = logic(kind, ...parts);
      const compiled = allOf([whole]);
      for (const world of worlds) expect(compiled(world)).toBe(truthIn(world, whole));
    }),
    { seed: 20_270_104, numRuns: 3_000 },
  );
});

test('between one tick of the clock and the next, no truth changes by time alone', () => {
  let ticks = 0;
  fc.assert(
    fc.property(constraints, situation, (list, world) => {
      const clock = clockOf(list);
      const compiled = allOf(list);
      const until = clock?.(world.now, world.values) ?? Number.POSITIVE_INFINITY;
      expect(until).toBeGreaterThan(world.now);
      if (until < 100) ticks += 1;
      for (let now = world.now; now < Math.min(until, world.now + 12); now++) {
        expect(compiled(aged(world, now - world.now))).toBe(compiled(world));
      }
    }),
    { seed: 20_270_105, numRuns: 3_000 },
  );
  expect(ticks).toBeGreaterThan(1_000);
});

/** The same world some milliseconds later, when nothing else happened. */
function aged(world: Situation, milliseconds: number): Situation {
  const fact = world.values['elapsedTime'];
  if (fact === undefined) return { ...world, now: world.now + milliseconds };
  const { value } = fact;
  const grown =
    typeof value === 'number'
      ? value + milliseconds
      : typeof value === 'object' && 'low' in value
        ? { low: value.low + milliseconds, high: value.high + milliseconds }
        : value;
  return {
    ...world,
    now: world.now + milliseconds,
    values: { ...world.values, elapsedTime: { ...fact, value: grown } },
  };
}

test('the clock of or-ed windows stops at the ends of the windows, not at bounds inside them', () => {
  const windows = logic(
    'or',
    logic('and', ordered('dateTime', 'gteq', 10), ordered('dateTime', 'lt', 20)),
    logic('and', ordered('dateTime', 'gteq', 15), ordered('dateTime', 'lteq', 30)),
  );
  const clock = clockOf([windows]);
  expect([0, 10, 15, 20, 30, 31].map((now) => clock?.(now, {}))).toEqual([10, 31, 31, 31, 31, undefined]);
});

test('what is declared only is left out wherever it stands', () => {
  const open = named('purpose', 'eq', ['a'], { declaredOnly: true });
  const kept = named('purpose', 'eq', ['b']);
  expect(decidedConstraints([open, kept])).toEqual([kept]);
  expect(decidedConstraints([logic('or', open, kept), logic('xone', open)])).toEqual([logic('or', kept)]);
});
