import { expect, test } from 'vitest';
import type { Policy, Rule } from '../model.js';
import { agreement, duty, named, ordered, rule, span } from '../testing/by-hand.js';
import { compile } from './compile.js';
import { decide } from './decide.js';

// The cases of docs/decisions/0005: which rules conflict, and what the strategy then makes of a request.

const role = 'urn:causeway:v1:role';
const plain = (id: string) => ({ id, collection: false, refinements: [] });
const february = 1_000_000_000;
const open = span(february - 50_400_000, february + 50_400_000);

test.each<[string, Partial<Rule>, Partial<Rule>, boolean]>([
  ['use and distribute', {}, { action: 'distribute' }, true],
  ['distribute and use', { action: 'distribute' }, {}, true],
  ['play and distribute', { action: 'play' }, { action: 'distribute' }, false],
  ['use and sell', {}, { action: 'sell' }, false],
  [
    'until and from the same instant',
    { constraints: [ordered('dateTime', 'lt', february)] },
    { constraints: [ordered('dateTime', 'gteq', february)] },
    false,
  ],
  [
    'until an instant, and from the same time without a zone',
    { constraints: [ordered('dateTime', 'lt', february)] },
    { constraints: [ordered('dateTime', 'gteq', open)] },
    true,
  ],
  [
    'different purposes',
    { constraints: [named('purpose', 'isAnyOf', ['a', 'b'])] },
    { constraints: [named('purpose', 'eq', ['c'])] },
    false,
  ],
  ['different roles', { constraints: [named(role, 'eq', ['a'])] }, { constraints: [named(role, 'eq', ['b'])] }, true],
  ['different assets', { target: plain('urn:x') }, { action: 'distribute', target: plain('urn:y') }, false],
  [
    'an asset and a collection',
    { target: plain('urn:x') },
    { action: 'distribute', target: { id: 'urn:c', collection: true, refinements: [] } },
    true,
  ],
  ['one assignee and anybody', { assignees: [plain('urn:anna')] }, { action: 'distribute' }, true],
  [
    'refinements that leave each other alone',
    { actionRefinements: [ordered('resolution', 'lteq', 100)] },
    { actionRefinements: [ordered('resolution', 'gt', 100)] },
    false,
  ],
  ['a permission with a duty', { duties: [duty('pay')] }, {}, true],
  ['a prohibition that is only declared', {}, { declaredOnly: true }, false],
  ['a permission that is only declared', { declaredOnly: true }, {}, false],
])('%s', (_, permission, prohibition, conflict) => {
  const policy = (strategy: Policy['conflict']) =>
    agreement({
      conflict: strategy,
      permissions: [rule('permission', 0, permission)],
      prohibitions: [rule('prohibition', 0, prohibition)],
    });
  expect(compile(policy('invalid')).voided !== undefined).toBe(conflict);
  expect(compile(policy('prohibit')).voided).toBeUndefined();
});

test.each<[Policy['conflict'], boolean, boolean]>([
  ['prohibit', true, false],
  ['perm', true, true],
  ['invalid', false, false],
])('under %s use is permitted: %s, and distribution: %s', (conflict, use, distribute) => {
  const compiled = compile(
    agreement({
      conflict,
      permissions: [rule('permission', 0)],
      prohibitions: [rule('prohibition', 0, { action: 'distribute' })],
    }),
  );
  const permits = (action: string) =>
    decide(compiled, { action, target: 'urn:x', assignee: 'urn:a' }, { now: 0 }).permit;
  expect([permits('use'), permits('odrl:distribute')]).toEqual([use, distribute]);
});
