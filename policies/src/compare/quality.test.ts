import { expect, test } from 'vitest';
import { type JsonValue, type PolicyJson, readPolicy } from '../index.js';
import { qualityOf } from './quality.js';

const c = (leftOperand: string, operator: string, rightOperand: JsonValue): PolicyJson => ({
  leftOperand: `odrl:${leftOperand}`,
  operator,
  rightOperand,
});
const number = (value: number): JsonValue => ({ '@value': String(value), '@type': 'xsd:decimal' });
const before = (day: number) => c('dateTime', 'lt', `2027-01-0${day}T00:00:00Z`);
const from = (day: number) => c('dateTime', 'gteq', `2027-01-0${day}T00:00:00Z`);
const uses = (most: number) => c('count', 'lteq', { '@value': String(most), '@type': 'xsd:integer' });

function judged(parts: PolicyJson, conflict = 'prohibit'): string[] {
  const policy = readPolicy({
    '@type': 'Offer',
    '@id': 'urn:uuid:1',
    target: 'urn:x:y',
    'odrl:conflict': { '@id': `odrl:${conflict}` },
    ...parts,
  });
  return qualityOf(policy).map(({ code, path }) => `${code} ${path}`);
}
const may = (...constraint: JsonValue[]) => ({ permission: [{ action: 'use', constraint }] });

test.each<[string, PolicyJson, string[]]>([
  ['nothing to say', may(before(5), from(2), c('purpose', 'eq', 'a')), []],
  ['a window that ends before it begins', may(before(2), from(5)), ['UNREALISABLE /permission/0']],
  [
    'the same within one constraint',
    may({ and: [c('resolution', 'lt', number(1)), c('resolution', 'gt', number(2))] }),
    ['UNREALISABLE /permission/0/constraint/0'],
  ],
  ['two purposes at once', may(c('purpose', 'eq', 'a'), c('purpose', 'eq', 'b')), ['UNREALISABLE /permission/0']],
  [
    'a time that is never known',
    may(c('dateTime', 'eq', '2027-01-01T00:00:00')),
    ['UNREALISABLE /permission/0/constraint/0'],
  ],
  ['an end after an earlier end', may(before(5), before(9)), ['REDUNDANT /permission/0/constraint/1']],
  ['the same twice', may(uses(5), uses(5)), ['REDUNDANT /permission/0/constraint/1']],
  [
    'an alternative within another',
    may({ or: [before(5), { and: [before(3), c('purpose', 'eq', 'a')] }] }),
    ['REDUNDANT /permission/0/constraint/0/or/1'],
  ],
  [
    'an alternative that cannot be',
    may({ or: [before(5), { and: [c('purpose', 'eq', 'a'), c('purpose', 'eq', 'b')] }] }),
    ['UNREALISABLE /permission/0/constraint/0/or/1'],
  ],
  [
    'a permission within another',
    {
      permission: [
        { action: 'use', constraint: [before(5)] },
        { action: 'odrl:read', constraint: [before(3)] },
      ],
    },
    ['REDUNDANT /permission/1'],
  ],
  [
    'counted permissions add up',
    {
      permission: [
        { action: 'use', constraint: [uses(5)] },
        { action: 'odrl:read', constraint: [uses(3)] },
      ],
    },
    [],
  ],
  [
    'a prohibition within another',
    { permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:play' }, { action: 'odrl:display' }] },
    ['REDUNDANT /prohibition/1'],
  ],
  [
    'a prohibition that looks at less is not in vain: it bars where the other is known not to',
    {
      permission: [{ action: 'use' }],
      prohibition: [
        { action: 'odrl:play', constraint: [before(5)] },
        { action: 'odrl:play', constraint: [before(5), c('purpose', 'eq', 'a')] },
      ],
    },
    ['REDUNDANT /prohibition/1'],
  ],
  [
    'a prohibition that leaves nothing',
    { permission: [{ action: 'odrl:read' }], prohibition: [{ action: 'use' }] },
    ['POLICY_VOID /permission/0'],
  ],
])('%s', (_, parts, problems) => {
  expect(judged(parts)).toEqual(problems);
});

test('a conflict without a strategy voids the policy', () => {
  const parts = { permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:distribute' }] };
  expect(judged(parts, 'invalid')).toEqual(['POLICY_VOID /prohibition/0']);
  expect(judged(parts)).toEqual([]);
});
