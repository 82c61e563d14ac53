import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AtomicConstraint, Constraint, Facts, Policy, Rule } from '../model.js';
import { agreement, duty, logic, named, ordered, rule, span } from '../testing/by-hand.js';
import { compile } from './compile.js';
import { decide } from './decide.js';

// What a denial says: the smallest set of conditions, and what would change each.

const now = Date.UTC(2027, 0, 15);
const hour = 3_600_000;
const request = { action: 'use', target: 'urn:data', assignee: 'urn:bo' };
const under = (model: Policy, facts: Partial<Facts> = {}, options = {}) =>
  decide(compile(model), request, { now, ...facts }, options);
const withRule = (...rules: readonly Partial<Rule>[]) =>
  agreement({ permissions: rules.map((parts, at) => rule('permission', at, parts)) });
const onlyIf = (...constraints: readonly Constraint[]) => withRule({ constraints });
const said = (model: Policy, facts: Partial<Facts> = {}) =>
  under(model, facts).reasons.map(({ code, en, zh }) => [code, en, zh]);

test.each<[string, AtomicConstraint, Partial<Facts>, string, string]>([
  ['too early', ordered('dateTime', 'gteq', now + hour), {}, 'TOO_EARLY', 'it is 2027-01-15T00:00:00Z'],
  ['too late', ordered('dateTime', 'lt', now - hour), {}, 'TOO_LATE', 'it is 2027-01-15T00:00:00Z'],
  ['no use left', ordered('count', 'lteq', 10), { counts: () => 12 }, 'USES_EXHAUSTED', '0 of 10 uses left'],
  ['the wrong use', ordered('count', 'eq', 3), { counts: () => 0 }, 'WRONG_COUNT', 'this is number 1'],
  [
    'no fact',
    named('purpose', 'eq', ['maintenance']),
    {},
    'FACT_MISSING',
    'needs purpose in {maintenance}; purpose is not known: state it',
  ],
  [
    'another purpose',
    named('purpose', 'isAnyOf', ['maintenance', 'research']),
    { values: { purpose: { value: 'resale', source: 'declared' } } },
    'PURPOSE_NOT_ALLOWED',
    'needs purpose in {maintenance, research}; it is resale',
  ],
  [
    'another place',
    named('spatial', 'isNoneOf', ['XX']),
    { values: { spatial: { value: 'XX', source: 'measured' } } },
    'VALUE_NOT_ALLOWED',
    'needs spatial not in {XX}; it is XX',
  ],
  [
    'a place that nobody has placed',
    named('spatial', 'isPartOf', ['EU']),
    { values: { spatial: { value: 'DE', source: 'measured' } } },
    'UNDECIDABLE',
    'needs spatial within {EU}; whether DE does is not known',
  ],
  [
    'a fact only stated',
    named('urn:causeway:v1:role', 'eq', ['auditor'], { source: 'attested' }),
    { values: { 'urn:causeway:v1:role': { value: 'auditor', source: 'declared' } } },
    'FACT_NOT_TRUSTED',
    'needs role in {auditor}; role is only declared, and must be attested',
  ],
  [
    'a fact in another unit',
    ordered('payAmount', 'eq', 5, { unit: 'http://dbpedia.org/resource/Euro' }),
    { values: { payAmount: { value: 5, source: 'measured' } } },
    'UNIT_DIFFERS',
    'payAmount is given in no unit, and must be in http://dbpedia.org/resource/Euro',
  ],
  [
    'a fact of another kind',
    ordered('resolution', 'lteq', 1_200),
    { values: { resolution: { value: 'low', source: 'measured' } } },
    'FACT_MALFORMED',
    'the fact given for resolution is malformed',
  ],
  [
    'a size in no dimension',
    ordered('absoluteSize', 'lteq', 10),
    { values: { absoluteSize: { value: 5, source: 'measured' } } },
    'UNDECIDABLE',
    'absoluteSize has several dimensions',
  ],
  [
    'an embargo that time will end',
    ordered('delayPeriod', 'gteq', 3 * hour),
    { values: { delayPeriod: { value: hour, source: 'measured' } } },
    'TOO_EARLY',
    'permitted from 2027-01-15T02:00:00Z; it is 1 hour',
  ],
  [
    'a period that is over',
    ordered('elapsedTime', 'lt', hour),
    { values: { elapsedTime: { value: 2 * hour, source: 'measured' } } },
    'TOO_LATE',
    'it is 2 hours',
  ],
  [
    'a time without a zone',
    ordered('dateTime', 'lt', span(now - hour, now + hour)),
    {},
    'ZONE_MISSING',
    'the contract must name one',
  ],
])('%s', (_, atom, facts, code, en) => {
  const [reason, ...more] = under(onlyIf(atom), facts).reasons;
  expect(more).toEqual([]);
  expect(reason?.code).toBe(code);
  expect(reason?.en).toContain(en);
  expect(reason?.zh).toMatch(/\p{Script=Han}/u);
  expect(`${reason?.en}${reason?.zh}`).not.toMatch(/undefined|\[object/);
});

test('of windows the one that opens next is named, and of those that are over the last', () => {
  const window = (from: number, to: number) =>
    logic('and', ordered('dateTime', 'gteq', now + from), ordered('dateTime', 'lt', now + to));
  const model = onlyIf(logic('or', window(9, 12), window(-5, -2), window(3, 6), window(-9, -7)));
  expect(under(model)).toMatchObject({ permit: false, until: now + 3, reasons: [{ code: 'TOO_EARLY' }] });
  expect(under(model).reasons[0]?.en).toContain('permitted from 2027-01-15T00:00:00.003Z');
  expect(under(model, { now: now + 4 })).toMatchObject({ permit: true, until: now + 6 });
  const over = under(model, { now: now + 20 });
  expect(over.reasons[0]?.en).toContain('before 2027-01-15T00:00:00.012Z');
  expect(over.until).toBeUndefined();
});

test('of rules the one that lacks least is explained', () => {
  const model = withRule(
    { constraints: [named('purpose', 'eq', ['a']), named('spatial', 'eq', ['b'])] },
    { constraints: [ordered('dateTime', 'lt', now - 1)] },
    { constraints: [ordered('dateTime', 'gt', now + 1)] },
    { constraints: [named('system', 'eq', ['c'])], duties: [duty('d')] },
  );
  expect(said(model).map(([code]) => code)).toEqual(['TOO_EARLY']);
});

test('a duty, a refinement and a membership say what is to be done', () => {
  const owed = withRule({ duties: [duty('permission/0/duty/0', { path: '/permission/0/duty/0' })] });
  expect(under(owed).reasons).toMatchObject([{ code: 'DUTY_NOT_FULFILLED', path: '/permission/0/duty/0' }]);
  expect(under(owed, {}, { lenientDuties: true }).permit).toBe(true);
  expect(under(owed, { duties: () => 'pending' }, { lenientDuties: true }).permit).toBe(false);

  const refined = withRule({ actionRefinements: [ordered('resolution', 'lteq', 1_200)] });
  const at = (value: number) => under(refined, { values: { resolution: { value, source: 'measured' } } });
  expect(at(1_000).permit).toBe(true);
  expect(at(1_300).reasons).toMatchObject([{ code: 'REFINEMENT_NOT_MET' }]);

  const partners = {
    id: 'urn:partners',
    collection: true,
    refinements: [named('urn:causeway:v1:role', 'eq', ['buyer'])],
  };
  const grouped = withRule({ assignees: [partners] });
  const buyer = { values: { 'urn:causeway:v1:role': { value: ['buyer', 'auditor'], source: 'attested' } } } as const;
  expect(under(grouped, { ...buyer, memberOf: () => true }).permit).toBe(true);
  expect(said(grouped, buyer)[0]?.slice(0, 2)).toEqual([
    'MEMBERSHIP_UNKNOWN',
    'urn:bo must belong to urn:partners, and whether it does is not known',
  ]);
  expect(under(grouped, { memberOf: () => true }).reasons).toMatchObject([{ code: 'FACT_MISSING' }]);
  expect(under(grouped, { ...buyer, memberOf: () => false }).reasons).toMatchObject([
    { code: 'ASSIGNEE_NOT_NAMED', path: '/permission/0/assignee' },
  ]);
});

test('a prohibition that cannot be decided says which fact would decide it', () => {
  const model = agreement({
    permissions: [rule('permission', 0)],
    prohibitions: [
      rule('prohibition', 0, {
        constraints: [named('spatial', 'eq', ['XX'], { path: '/prohibition/0/constraint/0' })],
      }),
    ],
  });
  expect(under(model).reasons).toMatchObject([{ code: 'PROHIBITION_UNDECIDED', path: '/prohibition/0/constraint/0' }]);
  expect(under(model, { values: { spatial: { value: 'XX', source: 'declared' } } }).reasons).toMatchObject([
    { code: 'PROHIBITED' },
  ]);
  expect(under(model, { values: { spatial: { value: 'DE', source: 'declared' } } }).permit).toBe(true);
});

test('a use for several purposes is asked for each, and too many at once are refused', () => {
  const model = withRule(
    { constraints: [named('purpose', 'eq', ['a'])] },
    { constraints: [named('purpose', 'eq', ['b'])] },
  );
  const purposes = (value: readonly string[]) => under(model, { values: { purpose: { value, source: 'declared' } } });
  expect(purposes(['a', 'b']).permit).toBe(true);
  expect(purposes(['a', 'b', 'c']).reasons).toMatchObject([{ code: 'PURPOSE_NOT_ALLOWED' }]);
  expect(purposes(Array.from({ length: 65 }, (_, at) => `p${at}`)).reasons).toMatchObject([
    { code: 'UNDECIDABLE', path: '' },
  ]);
});

test('the reasons are the smallest set: nothing fewer would do, and these would', () => {
  // Every atom is about a fact of its own, so each can be mended by itself.
  let next = 0;
  const atom = fc.boolean().map((holds) => ({ holds, constraint: named(`system${next++}`, 'eq', ['yes']) }));
  type Tree = { readonly constraint: Constraint; readonly leaves: readonly { operand: string; holds: boolean }[] };
  const leaf: fc.Arbitrary<Tree> = atom.map(({ holds, constraint }) => ({
    constraint,
    leaves: [{ operand: constraint.operand, holds }],
  }));
  const join = (inner: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(inner, { minLength: 1, maxLength: 3 }))
      .map(([kind, parts]) => ({
        constraint: logic(kind, ...parts.map((part) => part.constraint)),
        leaves: parts.flatMap((part) => part.leaves),
      }));
  let denied = 0;
  fc.assert(
    fc.property(join(fc.oneof(leaf, join(leaf))), ({ constraint, leaves }) => {
      const model = onlyIf(pathed(constraint));
      const values = (mended: ReadonlySet<string>) =>
        Object.fromEntries(
          leaves.map(({ operand, holds }) => [
            operand,
            { value: holds || mended.has(operand) ? 'yes' : 'no', source: 'declared' as const },
          ]),
        );
      const permits = (mended: readonly string[]) => under(model, { values: values(new Set(mended)) });
      const { permit, reasons } = permits([]);
      if (permit) return;
      denied += 1;
      expect(permits(reasons.map(({ path }) => path)).permit).toBe(true);
      const broken = leaves.filter(({ holds }) => !holds).map(({ operand }) => operand);
      for (const fewer of subsets(broken, reasons.length - 1)) expect(permits(fewer).permit).toBe(false);
    }),
    { seed: 3, numRuns: 400 },
  );
  expect(denied).toBeGreaterThan(100);
});

/** Here the path of an atom is its operand, which tells them apart. */
function pathed(constraint: Constraint): Constraint {
  if ('operand' in constraint) return { ...constraint, path: constraint.operand };
  return { ...constraint, operands: constraint.operands.map(pathed) };
}

function subsets(names: readonly string[], most: number): readonly (readonly string[])[] {
  const [first, ...rest] = names;
  if (first === undefined || most <= 0) return [[]];
  return [...subsets(rest, most), ...subsets(rest, most - 1).map((some) => [first, ...some])];
}
