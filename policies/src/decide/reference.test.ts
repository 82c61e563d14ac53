import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Constraint, DecisionRequest, Fact, Facts, Party, Policy, Rule, Truth } from '../model.js';
import { includedIn } from '../odrl/actions.js';
import { agreement, duty, logic, named, ordered, rule } from '../testing/by-hand.js';
import { compile } from './compile.js';
import { truthIn } from './condition.js';
import { decide } from './decide.js';
import { recordDecision } from './record.js';
import { factsIn } from './record-facts.js';
import { every, some } from './truth.js';

// The engine against the rules written down a second time, slowly; what a decision promises about time; and what it says to reserve.

const people = ['urn:anna', 'urn:bo', 'urn:chen'] as const;
const group = 'urn:staff';
const names = ['a', 'b', 'c'] as const;
const bound = fc.integer({ min: 0, max: 6 });
const order = fc.constantFrom(
  'eq' as const,
  'neq' as const,
  'lt' as const,
  'lteq' as const,
  'gt' as const,
  'gteq' as const,
);
const setting = fc.constantFrom(
  'eq' as const,
  'neq' as const,
  'isAnyOf' as const,
  'isNoneOf' as const,
  'isAllOf' as const,
);
const atom: fc.Arbitrary<Constraint> = fc.oneof(
  fc
    .tuple(fc.constantFrom('dateTime', 'dateTime', 'elapsedTime'), order, bound)
    .map(([of, how, at]) => ordered(of, how, at)),
  fc
    .tuple(
      fc.constantFrom('purpose', 'spatial', 'urn:causeway:v1:role'),
      setting,
      fc.subarray([...names], { minLength: 1 }),
    )
    .map(([of, how, which]) => named(of, how, which)),
);
const count = fc
  .tuple(fc.constantFrom('lt' as const, 'lteq' as const, 'eq' as const), bound)
  .map(([how, at]) => ordered('count', how, at));
const condition = (each: fc.Arbitrary<Constraint>): fc.Arbitrary<Constraint> =>
  fc.oneof(
    { weight: 3, arbitrary: each },
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const, 'xone' as const),
        fc.array(each, { minLength: 1, maxLength: 3 }),
      )
      .map(([kind, parts]) => logic(kind, ...parts)),
  );
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, arbitrary);
const party: fc.Arbitrary<Party> = fc
  .tuple(fc.constantFrom(...people, group), fc.array(atom, { maxLength: 1 }))
  .map(([id, refinements]) => ({ id, collection: id === group, refinements }));

function ruleOf(kind: Rule['kind'], each: fc.Arbitrary<Constraint>): fc.Arbitrary<Partial<Rule>> {
  return fc
    .record({
      action: fc.constantFrom('use', 'use', 'play', 'display', 'distribute'),
      constraints: fc.array(condition(each), { maxLength: 2 }),
      actionRefinements: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.array(atom, { maxLength: 1 })),
      assignees: rarely(fc.array(party, { minLength: 1, maxLength: 2 })),
      guarded: fc.nat(3).map((found) => found === 0),
      circumstances: fc.array(atom, { maxLength: 1 }),
      declaredOnly: fc.nat(9).map((found) => found === 0),
    })
    .map(({ guarded, circumstances, assignees, ...parts }) => ({
      ...parts,
      ...(assignees ? { assignees } : {}),
      duties: guarded && kind === 'permission' ? [duty('pay', { constraints: circumstances })] : [],
    }));
}

const policy: fc.Arbitrary<Policy> = fc
  .record({
    conflict: fc.constantFrom('prohibit' as const, 'perm' as const),
    permissions: fc.array(ruleOf('permission', fc.oneof(atom, count)), {
      minLength: 1,
      maxLength: 3,
    }),
    prohibitions: fc.array(ruleOf('prohibition', atom), { maxLength: 2 }),
    assignees: rarely(fc.array(party, { minLength: 1, maxLength: 2 })),
  })
  .map(({ conflict, permissions, prohibitions, assignees }) =>
    agreement({
      conflict,
      permissions: permissions.map((parts, at) => rule('permission', at, parts)),
      prohibitions: prohibitions.map((parts, at) => rule('prohibition', at, parts)),
      ...(assignees ? { assignees } : {}),
    }),
  );

const request: fc.Arbitrary<DecisionRequest> = fc.record({
  action: fc.constantFrom('use', 'odrl:play', 'display', 'distribute', 'sell'),
  target: fc.constant('urn:data'),
  assignee: fc.constantFrom(...people, group),
});
const several = fc.subarray([...names], { minLength: 1 });
const states = fc.constantFrom('pending' as const, 'fulfilled' as const, 'violated' as const, undefined);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 7 });
const facts: fc.Arbitrary<Facts> = fc
  .record({
    now: fc.integer({ min: -1, max: 8 }),
    purpose: maybe(several),
    spatial: maybe(several),
    role: maybe(several),
    elapsedTime: maybe(bound),
    used: maybe(fc.array(bound, { minLength: 3, maxLength: 3 })),
    paid: states,
    belongs: fc.constantFrom<Truth>(true, true, false, undefined),
  })
  .map(({ now, used, paid, belongs, role, ...given }) => {
    const values: Record<string, Fact> = {};
    for (const [key, value] of Object.entries({ ...given, 'urn:causeway:v1:role': role })) {
      if (value !== undefined) values[key] = { value, source: 'declared' };
    }
    return {
      now,
      values,
      duties: () => paid,
      memberOf: () => belongs,
      ...(used ? { counts: (key: string) => used[Number(key.slice(-1))] ?? 0 } : {}),
    };
  });

/** Information Model 2.6 to 2.10 as a reader would check it by hand: no closures, no order, no short cuts. */
function permitted({ conflict, ...rules }: Policy, asked: DecisionRequest, known: Facts): boolean {
  return combined(known).every((values) => {
    const world = { now: known.now, use: undefined, values, whole: known.values ?? {} };
    const selects = (parties: readonly Party[] | undefined) =>
      parties === undefined ||
      some(parties, ({ id, collection, refinements }) => {
        const belongs = id === asked.assignee ? true : collection ? known.memberOf?.(asked.assignee, id) : false;
        const whole = collection && id === asked.assignee && refinements.length > 0;
        return every(
          [belongs, whole ? undefined : every(refinements, (each) => truthIn(world, each))],
          (truth) => truth,
        );
      });
    const about = ({ action }: Rule) => includedIn(asked.action.replace('odrl:', ''), action ?? '');
    const holds = (each: Rule, use?: number): Truth =>
      every([...each.constraints, ...each.actionRefinements], (part) => truthIn({ ...world, use }, part));
    const barred = rules.prohibitions
      .filter((each) => !each.declaredOnly && about(each))
      .some((each) => every([selects(each.assignees ?? rules.assignees), holds(each)], (truth) => truth) !== false);
    const granted = rules.permissions
      .filter((each) => !each.declaredOnly && about(each))
      .some((each) => {
        const used = known.counts?.(each.rule);
        const free = each.duties.every(({ constraints }) => {
          const when = constraints.filter((part) => 'operand' in part && !isEnd(part));
          const released = when.some((part) => truthIn({ ...world, use: undefined }, part) === false);
          return known.duties?.('pay') === 'fulfilled' || released;
        });
        const named = selects(rules.assignees) === true && selects(each.assignees) === true;
        return free && named && holds(each, used === undefined ? undefined : used + 1) === true;
      });
    return granted && (conflict === 'perm' || !barred);
  });
}

function isEnd(part: Constraint): boolean {
  return (
    'operand' in part &&
    (part.operand === 'elapsedTime' || (part.operand === 'dateTime' && ['lt', 'lteq', 'eq'].includes(part.operator)))
  );
}

/** Each purpose at each place by itself; roles are had all at once. */
function combined({ values = {} }: Facts): Record<string, Fact>[] {
  const of = (key: string) => {
    const found = values[key]?.value;
    return Array.isArray(found) ? found : [undefined];
  };
  return of('purpose').flatMap((purpose) =>
    of('spatial').map((spatial) => ({
      ...values,
      ...(purpose === undefined ? {} : { purpose: { value: purpose, source: 'declared' as const } }),
      ...(spatial === undefined ? {} : { spatial: { value: spatial, source: 'declared' as const } }),
    })),
  );
}

const runs = { seed: 20_270_106, numRuns: 2_500 };

test('decisions are those of the plain rules, and a denial says why', () => {
  const seen = { permit: 0, deny: 0 };
  fc.assert(
    fc.property(policy, fc.array(fc.tuple(request, facts), { minLength: 5, maxLength: 5 }), (model, situations) => {
      const compiled = compile(model);
      for (const [asked, known] of situations) {
        const decision = decide(compiled, asked, known);
        expect(decision.permit).toBe(permitted(model, asked, known));
        expect(decision.reasons.length > 0).toBe(!decision.permit);
        seen[decision.permit ? 'permit' : 'deny'] += 1;
      }
    }),
    runs,
  );
  expect(seen.permit).toBeGreaterThan(2_000);
  expect(seen.deny).toBeGreaterThan(2_000);
});

test('until the instant that a decision names, time alone leaves the verdict as it is', () => {
  let changed = 0;
  fc.assert(
    fc.property(policy, request, facts, (model, asked, known) => {
      const compiled = compile(model);
      const { permit, until = Number.POSITIVE_INFINITY } = decide(compiled, asked, known);
      expect(until).toBeGreaterThan(known.now);
      for (let later = 1; later < 12; later++) {
        const now = known.now + later;
        const then = decide(compiled, asked, { ...known, now, values: aged(known.values ?? {}, later) });
        if (now < until) expect(then.permit).toBe(permit);
        else if (then.permit !== permit) changed += 1;
      }
    }),
    runs,
  );
  expect(changed).toBeGreaterThan(200);
});

function aged(values: Readonly<Record<string, Fact>>, milliseconds: number): Record<string, Fact> {
  const { elapsedTime } = values;
  if (typeof elapsedTime?.value !== 'number') return { ...values };
  return { ...values, elapsedTime: { ...elapsedTime, value: elapsedTime.value + milliseconds } };
}

test('a use reserved under some rules is number `used` of those, and one more of every other', () => {
  let partly = 0;
  fc.assert(
    fc.property(policy, fc.array(fc.tuple(request, facts), { minLength: 8, maxLength: 8 }), (model, situations) => {
      const compiled = compile(model);
      const rules = model.permissions.map((each) => each.rule);
      for (const [at, [asked, known]] of situations.entries()) {
        const counts = known.counts ?? (() => 0);
        const has = (key: string) => ((at >> rules.indexOf(key)) & 1) === 1;
        const found = decide(compiled, asked, { ...known, counts, reserved: has });
        // The same without a word of reservations: where the use is reserved, it is not among the counts yet.
        const before = (key: string) => (has(key) ? Math.max(counts(key), 1) - 1 : counts(key));
        const plain = decide(compiled, asked, { ...known, counts: before });
        expect(found.permit).toBe(plain.permit);
        expect(found.reserve.filter((each) => has(each.rule))).toEqual([]);
        if (!rules.some(has)) expect(found.reserve).toEqual(plain.reserve);
        else if (found.reserve.length > 0) partly += 1;
      }
    }),
    runs,
  );
  // The property says something only if uses are still to be reserved beside those that are.
  expect(partly).toBeGreaterThan(100);
});

test('as many uses as a reservation allows are permitted, and the next is not', () => {
  let bounded = 0;
  fc.assert(
    fc.property(policy, request, facts, (model, asked, known) => {
      const compiled = compile(model);
      const decision = decide(compiled, asked, { ...known, counts: () => 0 });
      const [first, ...more] = decision.reserve;
      if (first === undefined || more.length > 0 || first.limit > 100) return;
      bounded += 1;
      const under = (used: number) => decide(compiled, asked, { ...known, counts: () => used });
      for (let used = 0; used < first.limit; used++) expect(under(used).permit).toBe(true);
      expect(under(first.limit).reserve).not.toContainEqual(first);
    }),
    runs,
  );
  expect(bounded).toBeGreaterThan(50);
});

test('the facts of a record decide as the facts themselves', () => {
  fc.assert(
    fc.property(policy, request, facts, (model, asked, known) => {
      const compiled = compile(model);
      const decision = decide(compiled, asked, known);
      const record = JSON.parse(
        JSON.stringify(recordDecision({ policy: model, request: asked, facts: known, decision })),
      );
      expect(decide(compiled, asked, factsIn(record.facts))).toEqual(decision);
    }),
    runs,
  );
});
