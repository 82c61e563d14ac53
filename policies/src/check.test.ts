import { expect, test } from 'vitest';
import { checkPolicy } from './check.js';
import type { JsonValue, PolicyJson } from './model.js';

const at = '2027-01-01T00:00:00Z';
const base: PolicyJson = { '@type': 'Offer', '@id': 'urn:uuid:1', 'odrl:conflict': { '@id': 'odrl:prohibit' } };
const withAtoms = (...constraint: JsonValue[]): PolicyJson => ({
  ...base,
  permission: [{ action: 'use', constraint }],
});
const atom = (leftOperand: string, operator: string, rightOperand: JsonValue) => ({
  leftOperand,
  operator,
  rightOperand,
});

function warnings(json: unknown) {
  const { problems, warnings: found } = checkPolicy(json);
  expect(problems).toEqual([]);
  return found.map(({ code, path, suggestion }) => [code, path, ...(suggestion === undefined ? [] : [suggestion])]);
}

test.each<[string, PolicyJson, (string | undefined)[]]>([
  [
    'months for minutes',
    withAtoms(atom('elapsedTime', 'lteq', 'P60M')),
    ['MONTHS_MEANT_MINUTES', '/permission/0/constraint/0/rightOperand', 'PT60M'],
  ],
  [
    'a time without a zone',
    withAtoms(atom('dateTime', 'lt', '2027-01-01T00:00:00')),
    ['ZONE_MISSING', '/permission/0/constraint/0/rightOperand', '2027-01-01T00:00:00Z'],
  ],
  [
    'a date as boundary',
    withAtoms(atom('dateTime', 'lteq', '2027-12-31Z')),
    ['DATE_IS_MIDNIGHT', '/permission/0/constraint/0/rightOperand'],
  ],
  [
    'a duty without a deadline',
    { ...base, permission: [{ action: 'use' }], obligation: [{ action: 'odrl:delete' }] },
    ['DUTY_WITHOUT_DEADLINE', '/obligation/0'],
  ],
  [
    'a remedy without a deadline',
    { ...base, prohibition: [{ action: 'odrl:print', remedy: [{ action: 'odrl:inform' }] }] },
    ['DUTY_WITHOUT_DEADLINE', '/prohibition/0/remedy/0'],
  ],
  [
    'what can never be',
    withAtoms(atom('dateTime', 'lt', at), atom('dateTime', 'gt', '2028-01-01T00:00:00Z')),
    ['UNREALISABLE', '/permission/0'],
  ],
  [
    'what says nothing new',
    withAtoms(atom('dateTime', 'lt', at), atom('dateTime', 'lt', '2028-01-01T00:00:00Z')),
    ['REDUNDANT', '/permission/0/constraint/1'],
  ],
  [
    'a count without a period',
    withAtoms(atom('count', 'lteq', 3)),
    ['COUNT_WITHOUT_PERIOD', '/permission/0/constraint/0'],
  ],
])('warned of %s', (_, json, warning) => {
  expect(warnings(json)).toEqual([warning]);
});

test.each<[string, PolicyJson]>([
  ['a count until a date', withAtoms(atom('count', 'lteq', 3), atom('dateTime', 'lt', at))],
  ['a count in an interval', withAtoms(atom('count', 'lteq', 3), atom('elapsedTime', 'lteq', 'P30D'))],
  ['three months', withAtoms(atom('elapsedTime', 'lteq', 'P3M'))],
  ['a precondition', { ...base, permission: [{ action: 'use', duty: [{ action: 'odrl:compensate' }] }] }],
  [
    'a deletion by a date, as refinement',
    {
      ...base,
      permission: [{ action: 'use' }],
      obligation: [{ action: { 'rdf:value': { '@id': 'odrl:delete' }, refinement: [atom('dateTime', 'lt', at)] } }],
    },
  ],
])('not warned of %s', (_, json) => {
  expect(warnings(json)).toEqual([]);
});

test('each warning stands once', () => {
  const void_ = {
    ...base,
    'odrl:conflict': 'odrl:invalid',
    permission: [{ action: 'use' }],
    prohibition: [{ action: 'odrl:distribute' }],
  };
  expect(warnings(void_).map(([code]) => code)).toEqual(['POLICY_VOID']);
});

test('a policy that is refused has problems and no warnings', () => {
  const { problems, warnings: found } = checkPolicy(
    withAtoms(atom('count', 'lteq', 'many'), atom('elapsedTime', 'lteq', 'P60M')),
  );
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'VALUE_MALFORMED /permission/0/constraint/0/rightOperand',
  ]);
  expect(found).toEqual([]);
});
