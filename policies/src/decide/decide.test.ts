import { expect, test } from 'vitest';
import {
  agreementFor,
  compile,
  type Decision,
  type DecisionRequest,
  decide,
  type Facts,
  offerFor,
  type PolicyJson,
  readPolicy,
} from '../index.js';

const steel = 'urn:causeway:maker:steel';
const bo = 'urn:causeway:bo';
const now = Date.UTC(2027, 0, 15, 12);
const request: DecisionRequest = { action: 'use', target: steel, assignee: bo };
const purposes = (...value: string[]) => ({ values: { purpose: { value, source: 'declared' } } }) as const;
const facts: Facts = { now, ...purposes('maintenance'), counts: () => 0 };

const parties = { assigner: 'urn:causeway:maker', assignee: bo, target: steel };
const agreement = (parts: PolicyJson): PolicyJson => ({
  '@type': 'Agreement',
  '@id': 'urn:uuid:1',
  ...parties,
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  ...parts,
});
const under = (policy: PolicyJson, asked: Partial<DecisionRequest> = {}, known: Partial<Facts> = {}): Decision =>
  decide(compile(readPolicy(policy)), { ...request, ...asked }, { ...facts, ...known });
const terms = (wanted: object): PolicyJson =>
  agreementFor(readPolicy(offerFor({ id: 'urn:uuid:1', ...wanted })), {
    ...parties,
    id: 'urn:uuid:2',
    timestamp: '2027-01-01T00:00:00.000Z',
  });
const time = (operator: string, rightOperand: string) => ({ leftOperand: 'odrl:dateTime', operator, rightOperand });
const why = (decision: Decision) => [decision.permit, ...decision.reasons.map(({ code, path }) => `${code} ${path}`)];

test('an agreement permits what it names, to whom it names, on what it names', () => {
  const policy = agreement({ permission: [{ action: 'odrl:play' }] });
  expect(under(policy, { action: 'odrl:display' })).toEqual({
    permit: true,
    reasons: [],
    reserve: [],
    rule: 'permission/0',
  });
  expect(under(policy, { action: 'http://www.w3.org/ns/odrl/2/play' }).permit).toBe(true);
  expect(why(under(policy))).toEqual([false, 'ACTION_NOT_PERMITTED /permission']);
  expect(why(under(policy, { action: 'odrl:mine' }))).toEqual([false, 'ACTION_UNKNOWN ']);
  expect(why(under(policy, { action: 'play', target: 'urn:x' }))).toEqual([false, 'TARGET_NOT_COVERED /target']);
  expect(why(under(policy, { action: 'play', assignee: 'urn:x' }))).toEqual([false, 'ASSIGNEE_NOT_NAMED /assignee']);
});

test('an offer and a set grant nothing, unless that is asked', () => {
  const offer = compile(readPolicy(offerFor({ id: 'urn:uuid:1', target: steel })));
  expect(why(decide(offer, request, facts))).toEqual([false, 'NOT_A_GRANT ']);
  expect(decide(offer, request, facts, { as: 'offer' }).permit).toBe(true);
  const set = compile(readPolicy({ '@type': 'Set', permission: [{ action: 'use' }] }));
  expect(decide(set, request, facts).permit).toBe(false);
  expect(decide(set, request, facts, { as: 'set' }).permit).toBe(true);
});

test('a window opens and closes to the millisecond, and says when', () => {
  const policy = terms({ from: '2027-01-01T00:00:00Z', until: '2027-02-01T08:00:00+08:00' });
  const [start, end] = [Date.UTC(2027, 0, 1), Date.UTC(2027, 1, 1)];
  expect([start - 1, start, end - 1, end].map((at) => under(policy, {}, { now: at }).permit)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(under(policy, {}, { now: start - 1 }).reasons).toEqual([
    {
      code: 'TOO_EARLY',
      path: '/permission/0/constraint/0',
      en: 'permitted from 2027-01-01T00:00:00Z; it is 2026-12-31T23:59:59.999Z',
      zh: '许可时间：自 2027年1月1日 00:00（UTC）起；现在是 2026年12月31日 23:59:59.999（UTC）',
    },
  ]);
  expect(under(policy, {}, { now: end }).reasons[0]).toMatchObject({
    code: 'TOO_LATE',
    path: '/permission/0/constraint/1',
  });
});

test('a time without a zone spans 28 hours, and in them nothing is decided: not for a permission, not for a prohibition', () => {
  const limit = Date.UTC(2030, 0, 1);
  const hours = (count: number) => ({ now: limit + count * 3_600_000 });
  const open = agreement({ permission: [{ action: 'use', constraint: [time('lt', '2030-01-01T00:00:00')] }] });
  expect(under(open, {}, { now: limit - 14 * 3_600_000 - 1 }).permit).toBe(true);
  expect(why(under(open, {}, hours(-14)))).toEqual([false, 'ZONE_MISSING /permission/0/constraint/0']);
  expect(why(under(open, {}, hours(13)))).toEqual([false, 'ZONE_MISSING /permission/0/constraint/0']);
  expect(why(under(open, {}, hours(14)))).toEqual([false, 'TOO_LATE /permission/0/constraint/0']);
  const barred = agreement({
    permission: [{ action: 'use' }],
    prohibition: [{ action: 'use', constraint: [time('gt', '2030-01-01T00:00:00')] }],
  });
  expect(under(barred, {}, hours(-14)).permit).toBe(true);
  expect(why(under(barred, {}, hours(0)))).toEqual([false, 'PROHIBITION_UNDECIDED /prohibition/0/constraint/0']);
  expect(why(under(barred, {}, hours(15)))).toEqual([false, 'PROHIBITED /prohibition/0']);
});

test('the n-th use is permitted under lteq n, and says what to reserve', () => {
  const policy = terms({ count: 10 });
  const at = (used: number, reserved = false) => under(policy, {}, { counts: () => used, reserved: () => reserved });
  expect(at(9)).toEqual({
    permit: true,
    reasons: [],
    rule: 'permission/0',
    reserve: [{ rule: 'permission/0', limit: 10 }],
  });
  expect(at(10)).toMatchObject({
    permit: false,
    reasons: [{ code: 'USES_EXHAUSTED', en: '0 of 10 uses left' }],
    reserve: [],
  });
  // A stream opened again is among the ten.
  expect(at(10, true)).toEqual({ permit: true, reasons: [], rule: 'permission/0', reserve: [] });
  expect(at(11, true).permit).toBe(false);
  const none = { action: 'use', constraint: [{ leftOperand: 'odrl:count', operator: 'lteq', rightOperand: 0 }] };
  expect(under(agreement({ permission: [none] }), {}, { reserved: () => true }).permit).toBe(false);
});

test('a use that was reserved under one rule is none of another', () => {
  const until = { action: 'use', constraint: [time('lt', '2027-01-15T00:00:00Z')] };
  const counted = { action: 'use', constraint: [{ leftOperand: 'odrl:count', operator: 'lteq', rightOperand: 1 }] };
  const policy = agreement({ permission: [until, counted, counted] });
  const at = (uses: readonly string[], counts: (rule: string) => number = () => 0) =>
    under(policy, {}, { counts, reserved: (rule) => uses.includes(rule) });
  // Started under the window, opened after it: nothing was reserved.
  expect(at([]).reserve).toEqual([{ rule: 'permission/1', limit: 1 }]);
  expect(at([], () => 1).permit).toBe(false);
  expect(at(['permission/1'], () => 1)).toMatchObject({ permit: true, rule: 'permission/1', reserve: [] });
  // The rule that has the use comes before one that would count another.
  expect(at(['permission/2'], (rule) => (rule === 'permission/2' ? 1 : 0))).toMatchObject({
    permit: true,
    rule: 'permission/2',
    reserve: [],
  });
});

test.each([[undefined], [() => Number.NaN], [() => -1], [() => 0.5]])(
  'a count that is not known denies (%#)',
  (counts) => {
    const { counts: _, ...rest } = facts;
    const decision = decide(compile(readPolicy(terms({ count: 10 }))), request, counts ? { ...rest, counts } : rest);
    expect(why(decision)).toEqual([false, 'FACT_MISSING /permission/0/constraint/0']);
  },
);

test('a use is counted only where nothing else grants it, and under the rule that grants it', () => {
  const counted = { action: 'use', constraint: [{ leftOperand: 'odrl:count', operator: 'lteq', rightOperand: 2 }] };
  const research = {
    action: 'use',
    constraint: [{ leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: 'research' }],
  };
  const policy = agreement({ permission: [counted, research] });
  expect(under(policy, {}, purposes('research'))).toMatchObject({ rule: 'permission/1', reserve: [] });
  expect(under(policy)).toMatchObject({ rule: 'permission/0', reserve: [{ rule: 'permission/0', limit: 2 }] });
  const either = agreement({
    permission: [{ action: 'use', constraint: [{ or: [...counted.constraint, ...research.constraint] }] }],
  });
  expect(under(either, {}, purposes('research')).reserve).toEqual([
    { rule: 'permission/0', limit: Number.MAX_SAFE_INTEGER },
  ]);
});

test('a purpose must be stated, and each of several must be permitted', () => {
  const policy = terms({ purposes: ['maintenance', 'research'] });
  expect(under(policy, {}, purposes('research', 'maintenance')).permit).toBe(true);
  expect(under(policy, {}, purposes('research', 'resale')).reasons).toMatchObject([
    {
      code: 'PURPOSE_NOT_ALLOWED',
      en: 'needs purpose in {maintenance, research}; it is resale',
    },
  ]);
  expect(why(under(policy, {}, purposes()))).toEqual([false, 'FACT_MISSING /permission/0/constraint/0']);
  expect(why(under(policy, {}, purposes('')))).toEqual([false, 'FACT_MALFORMED /permission/0/constraint/0']);
});

test('xone holds for exactly one, and is unknown while an unknown one could be the second', () => {
  const early = time('lt', '2027-02-01T00:00:00Z');
  const open = time('lt', '2027-01-15T12:00:00');
  const xone = (...parts: object[]) =>
    under(agreement({ permission: [{ action: 'use', constraint: [{ xone: JSON.parse(JSON.stringify(parts)) }] }] }));
  expect(xone(early, time('gt', '2027-02-01T00:00:00Z')).permit).toBe(true);
  expect(why(xone(early, early))).toEqual([false, 'NOT_EXACTLY_ONE /permission/0/constraint/0']);
  expect(why(xone(early, open))).toEqual([false, 'NOT_EXACTLY_ONE /permission/0/constraint/0']);
});

test('of alternatives the reason names the nearest', () => {
  const either = {
    or: [
      { and: [time('lt', '2026-01-01T00:00:00Z'), time('gt', '2028-01-01T00:00:00Z')] },
      time('gteq', '2027-02-01T00:00:00Z'),
    ],
  };
  expect(why(under(agreement({ permission: [{ action: 'use', constraint: [either] }] })))).toEqual([
    false,
    'TOO_EARLY /permission/0/constraint/0/or/1',
  ]);
});

test('the conflict strategy decides between a permission and a prohibition', () => {
  const rules = { permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:distribute' }] };
  const strategy = (name: string) => agreement({ ...rules, 'odrl:conflict': { '@id': `odrl:${name}` } });
  expect(under(strategy('prohibit')).permit).toBe(true);
  expect(why(under(strategy('prohibit'), { action: 'odrl:distribute' }))).toEqual([false, 'PROHIBITED /prohibition/0']);
  expect(under(strategy('perm'), { action: 'odrl:distribute' }).permit).toBe(true);
  expect(why(under(strategy('invalid')))).toEqual([false, 'POLICY_VOID /prohibition/0']);
  const apart = agreement({
    permission: [{ action: 'use', constraint: [time('lt', '2027-02-01T00:00:00Z')] }],
    prohibition: [{ action: 'use', constraint: [time('gteq', '2027-02-01T08:00:00+08:00')] }],
    'odrl:conflict': 'odrl:invalid',
  });
  expect(under(apart).permit).toBe(true);
});

test('facts that are malformed or contradict the request deny', () => {
  const policy = terms({});
  expect(why(under(policy, {}, { now: Number.NaN }))).toEqual([false, 'FACT_MALFORMED ']);
  expect(why(under(policy, {}, { assignee: 'urn:causeway:eve' }))).toEqual([false, 'FACT_MALFORMED ']);
});

test("a rule's own assignee narrows the agreement's, and never widens it", () => {
  const policy = agreement({ permission: [{ action: 'use', assignee: 'urn:causeway:eve' }] });
  expect(under(policy).permit).toBe(false);
  expect(under(policy, { assignee: 'urn:causeway:eve' }).permit).toBe(false);
});
