import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floorProblems } from './classification.js';
import { compile } from './decide/compile.js';
import { decide } from './decide/decide.js';
import type { Fact, Facts, JsonValue, PolicyJson } from './model.js';
import { parsePolicy } from './parse/policy.js';

// Whoever writes a policy is the attacker here: it passes the floor, and grants what the floor forbids.

const at = (operator: string, day: number) => ({
  leftOperand: 'odrl:dateTime',
  operator,
  rightOperand: { '@value': new Date(Date.UTC(2027, 0, day)).toISOString(), '@type': 'xsd:dateTime' },
});
const uses = (operator: string, most: number) => ({
  leftOperand: 'odrl:count',
  operator,
  rightOperand: { '@value': String(most), '@type': 'xsd:integer' },
});
const since = (operator: string, source: PolicyJson) => ({
  leftOperand: 'odrl:elapsedTime',
  operator,
  rightOperand: { '@value': 'P3D', '@type': 'xsd:duration' },
  ...source,
});
const ordered = fc.constantFrom('lt', 'lteq', 'eq', 'neq', 'gt', 'gteq');
const atom: fc.Arbitrary<PolicyJson> = fc
  .tuple(
    fc.oneof(
      fc.tuple(ordered, fc.integer({ min: 1, max: 4 })).map(([operator, day]) => at(operator, day)),
      fc
        .tuple(fc.constantFrom('lt', 'lteq', 'eq', 'neq', 'gt'), fc.integer({ min: 0, max: 4 }))
        .map(([operator, most]) => uses(operator, most)),
      fc
        .tuple(ordered, fc.constantFrom<PolicyJson>({}, { 'urn:causeway:v1:source': 'measured' }))
        .map(([operator, source]) => since(operator, source)),
      fc
        .tuple(
          fc.constantFrom('eq', 'neq', 'isAnyOf', 'isNoneOf', 'isAllOf', 'isPartOf', 'hasPart'),
          fc.constantFrom('repair', 'planning'),
        )
        .map(([operator, name]) => ({ leftOperand: 'odrl:purpose', operator, rightOperand: name })),
    ),
    fc.constantFrom<PolicyJson>({}, {}, {}, { 'urn:causeway:v1:declaredOnly': true }),
  )
  .map(([base, more]) => ({ ...base, ...more }));
const tree: fc.Arbitrary<PolicyJson> = fc.letrec<{ one: PolicyJson }>((tie) => ({
  one: fc.oneof(
    { weight: 2, arbitrary: atom },
    fc
      .tuple(fc.constantFrom('and', 'or', 'xone', 'andSequence'), fc.array(tie('one'), { minLength: 1, maxLength: 3 }))
      .map(([logic, parts]): PolicyJson => ({ [logic]: parts })),
  ),
})).one;
const anna = 'urn:causeway:anna';
const party: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(anna, [anna, 'urn:causeway:bo'], {
  '@type': 'PartyCollection',
  source: 'urn:members',
});
/** One of the three that the floor demands, most often as it should be. */
const good = [
  { leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: 'repair' },
  at('lt', 4),
  uses('lteq', 3),
].map((each) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<PolicyJson>(each) },
    fc
      .tuple(fc.constantFrom('and', 'or', 'xone'), tree)
      .map(([logic, other]): PolicyJson => ({ [logic]: [other, each] })),
    tree,
  ),
);
const rule = fc.tuple(fc.tuple(...good), fc.array(tree, { maxLength: 1 }), fc.option(party, { nil: undefined })).map(
  ([limits, more, assignee]): PolicyJson => ({
    action: 'use',
    constraint: [...limits, ...more],
    ...(assignee === undefined ? {} : { assignee }),
  }),
);
const policy = fc
  .tuple(
    fc.array(rule, { minLength: 1, maxLength: 2 }),
    fc.option(party, { nil: undefined }),
    fc.constantFrom('prohibit', 'perm'),
  )
  .map(
    ([permission, assignee, conflict]): PolicyJson => ({
      '@type': 'Set',
      '@id': 'urn:x',
      target: 'urn:d',
      conflict,
      ...(assignee === undefined ? {} : { assignee }),
      permission,
    }),
  );

/** Everything a use could be, but for the one thing that the floor demands of it. */
function everything(now: number, used: number, purpose: string | undefined, by = anna): { by: string; facts: Facts } {
  const values: Record<string, Fact> = { elapsedTime: { value: now < late ? 1 : late, source: 'measured' } };
  if (purpose !== undefined) values.purpose = { value: purpose, source: 'declared' };
  return {
    by,
    facts: {
      now,
      values,
      counts: () => used,
      memberOf: () => true,
      within: (_operand, inner, outer) => inner === outer,
    },
  };
}

const late = Date.UTC(9990, 0, 1);
const days = [0, 1, 2, 3, 4, 5].map((day) => Date.UTC(2027, 0, day, 12));
const forbidden = {
  'after its end': everything(late, 0, 'repair'),
  'beyond its count': everything(Date.UTC(2027, 0, 2), 1_000_000, 'repair'),
  'for a purpose nobody named': everything(Date.UTC(2027, 0, 2), 0, 'resale'),
  'for none': everything(Date.UTC(2027, 0, 2), 0, undefined),
  'by a stranger': everything(Date.UTC(2027, 0, 2), 0, 'repair', 'urn:causeway:eve'),
};

test('a policy without problems grants no use that the floor forbids', () => {
  let passed = 0;
  let granted = 0;
  fc.assert(
    fc.property(policy, (json) => {
      const read = parsePolicy(json);
      if (!read.ok || floorProblems(read.policy, { level: 3 }).length > 0) return;
      passed += 1;
      const compiled = compile(read.policy);
      const permits = ({ by, facts }: { by: string; facts: Facts }) =>
        decide(compiled, { action: 'use', target: 'urn:d', assignee: by }, facts, { as: 'set' }).permit;
      if (days.some((now) => [0, 1, 2, 3].some((used) => permits(everything(now, used, 'repair'))))) granted += 1;
      for (const [name, use] of Object.entries(forbidden)) expect([name, permits(use)]).toEqual([name, false]);
      for (const now of days)
        for (const use of [everything(now, 0, 'resale'), everything(now, 0, 'repair', 'urn:causeway:eve')])
          expect(permits(use)).toBe(false);
    }),
    { numRuns: 3_000, seed: 11 },
  );
  // The test means something only where policies pass, and grant something.
  expect(passed).toBeGreaterThan(200);
  expect(granted).toBeGreaterThan(50);
});
