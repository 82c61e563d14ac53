import { expect, test } from 'vitest';
import { approvalsFor, classificationWords, floorProblems } from './classification.js';
import type { Classification, JsonValue, PolicyJson } from './model.js';
import { readPolicy } from './parse/policy.js';

const purpose = { leftOperand: 'odrl:purpose', operator: 'isAnyOf', rightOperand: ['repair'] };
const end = {
  leftOperand: 'odrl:dateTime',
  operator: 'lt',
  rightOperand: { '@value': '2028-01-01T00:00:00Z', '@type': 'xsd:dateTime' },
};
const count = { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: { '@value': '3', '@type': 'xsd:integer' } };
const enough = [purpose, end, count];
const only = { 'urn:causeway:v1:declaredOnly': true };
const anna = 'urn:causeway:anna';
const own = 'urn:causeway:v1:classification';

function problems(level: Classification['level'], parts: PolicyJson): string[] {
  const policy = readPolicy({ '@type': 'Set', '@id': 'urn:x', target: 'urn:d', ...parts });
  return floorProblems(policy, { level }).map(({ code, path, suggestion }) => {
    expect([code, typeof suggestion]).toEqual(['CLASSIFICATION_FLOOR', 'string']);
    return path;
  });
}

/** The paths of what a permission under these constraints lacks at level 2. */
function lacks(constraint: JsonValue): string[] {
  return problems(2, { permission: [{ action: 'use', constraint }] });
}

test('each level demands what those below it do', () => {
  const bare = { permission: [{ action: 'use' }] };
  expect(problems(1, bare)).toEqual([]);
  expect(problems(2, bare)).toEqual(['/permission/0', '/permission/0', '/permission/0']);
  expect(problems(3, bare)).toHaveLength(4);
  const limited = { permission: [{ action: 'use', constraint: enough }] };
  expect(problems(2, limited)).toEqual([]);
  expect(problems(3, limited)).toEqual(['/permission/0']);
  expect(problems(3, { ...limited, assignee: anna })).toEqual([]);
  expect([1, 2, 3].map((level) => approvalsFor({ level } as Classification))).toEqual([0, 0, 2]);
  expect(approvalsFor(undefined)).toBe(0);
});

test.each<[string, JsonValue, number]>([
  ['all of them in one list', enough, 0],
  ['all of them in one and', [{ and: enough }], 0],
  ['in either alternative', [purpose, count, { or: [end, { and: [end, purpose] }] }], 0],
  ['exactly one alternative holds, and each has an end', [purpose, count, { xone: [end, { and: [end, count] }] }], 0],
  ['one after the other', [{ andSequence: enough }], 0],
  ['a purpose within others', [{ ...purpose, operator: 'isPartOf' }, end, count], 0],
  ['a time that we measure', [purpose, count, elapsed({ 'urn:causeway:v1:source': 'measured' })], 0],
])('enough: %s', (_name, constraint, length) => {
  expect(lacks(constraint)).toHaveLength(length);
});

test.each<[string, JsonValue]>([
  ['an end in one alternative only', [purpose, count, { or: [end, purpose] }]],
  ['an alternative hidden in a conjunction', [purpose, count, { and: [{ or: [end, count] }, purpose] }]],
  ['an alternative of exactly one', [purpose, count, { xone: [end, count] }]],
  ['an end that is only declared', [purpose, count, { ...end, ...only }]],
  ['an alternative that is only declared', [purpose, count, { or: [end, { ...end, ...only }] }]],
  ['a beginning for an end', [purpose, count, { ...end, operator: 'gt' }]],
  ['any instant but one', [purpose, count, { ...end, operator: 'neq' }]],
  [
    'an end in the year 9999',
    [purpose, count, { ...end, rightOperand: { '@value': '9999-12-31T23:59:59Z', '@type': 'xsd:dateTime' } }],
  ],
  ['a time that the user may state', [purpose, count, elapsed({})]],
  ['all purposes but one', [{ ...purpose, operator: 'isNoneOf' }, end, count]],
  ['another purpose beside it', [{ ...purpose, operator: 'isAllOf' }, end, count]],
  [
    'a count no counter reaches',
    [purpose, end, { ...count, rightOperand: { '@value': String(Number.MAX_SAFE_INTEGER), '@type': 'xsd:integer' } }],
  ],
  ['a count from below', [purpose, end, { ...count, operator: 'gteq' }]],
])('not enough: %s', (_name, constraint) => {
  expect(lacks(constraint)).toEqual(['/permission/0/constraint']);
});

function elapsed(more: PolicyJson): PolicyJson {
  return {
    leftOperand: 'odrl:elapsedTime',
    operator: 'lteq',
    rightOperand: { '@value': 'P30D', '@type': 'xsd:duration' },
    ...more,
  };
}

test('no other part of a policy makes up for a permission', () => {
  const limited = { action: 'use', constraint: enough };
  expect(problems(2, { permission: [limited, { action: 'read', constraint: [purpose, count] }] })).toEqual([
    '/permission/1/constraint',
  ]);
  const late = { ...end, operator: 'gteq' };
  expect(
    problems(2, {
      permission: [{ action: 'use', constraint: [purpose, count] }],
      prohibition: [{ action: 'use', constraint: [late] }],
      conflict: 'prohibit',
    }),
  ).toEqual(['/permission/0/constraint']);
  const refined = { 'rdf:value': { '@id': 'odrl:use' }, refinement: [end] };
  expect(problems(2, { permission: [{ action: refined, constraint: [purpose, count] }] })).toEqual([
    '/permission/0/constraint',
  ]);
});

test('who is named: by the rule before the policy, each a single party', () => {
  const limited = { action: 'use', constraint: enough };
  const everyone = { '@type': 'PartyCollection', source: 'urn:members' };
  const paths = (parts: PolicyJson) => problems(3, parts);
  expect(paths({ permission: [{ ...limited, assignee: anna }] })).toEqual([]);
  expect(paths({ permission: [{ ...limited, assignee: anna }, limited] })).toEqual(['/permission/1']);
  expect(paths({ assignee: anna, permission: [{ ...limited, assignee: everyone }] })).toEqual([
    '/permission/0/assignee',
  ]);
  expect(paths({ assignee: everyone, permission: [limited] })).toEqual(['/assignee']);
  expect(paths({ assignee: [anna, everyone], permission: [limited] })).toEqual(['/assignee']);
  expect(paths({ assignee: 'http://www.w3.org/ns/odrl/2/All', permission: [limited] })).toEqual(['/assignee']);
});

test('what a policy says of itself may raise the level of the data, never lower it', () => {
  const limited = { assignee: anna, permission: [{ action: 'use', constraint: enough }] };
  expect(problems(3, { ...limited, [own]: { level: '1' } })).toEqual([`/${own}`]);
  expect(problems(2, { ...limited, [own]: { level: '3' } })).toEqual([]);
  const bare = { permission: [{ action: 'use' }], [own]: { level: '2' } };
  expect(problems(1, bare)).toHaveLength(3);
  expect(floorProblems(readPolicy({ '@type': 'Set', ...bare }), undefined)).toHaveLength(3);
});

test('levels and domains in words', () => {
  expect(classificationWords({ level: 3 })).toEqual({
    en: 'Classified as industrial data of level 3 of 3.',
    zh: '工业数据分级：三级（共三级，三级最高）。',
  });
  expect(classificationWords({ level: 1, domain: 'research' }).zh).toContain('研发数据域');
});
