import { expect, test } from 'vitest';
import type { JsonValue, PolicyJson } from '../model.js';
import { type ParseOptions, parsePolicy, readPolicy } from './policy.js';

const target = 'urn:asset';
const base: PolicyJson = { '@type': 'Offer', '@id': 'urn:uuid:1', target };

function problems(json: unknown, options: ParseOptions = {}) {
  const result = parsePolicy(json, options);
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

test('duties, their consequences and remedies have keys that last', () => {
  const policy = readPolicy({
    ...base,
    permission: [
      { action: 'use', duty: [{ action: 'odrl:compensate', consequence: [{ action: 'odrl:inform' }] }] },
      { action: 'odrl:sell', duty: { action: ['odrl:compensate', 'odrl:obtainConsent'] } },
    ],
    prohibition: [{ action: 'odrl:print', remedy: [{ action: 'odrl:delete' }] }],
    obligation: [{ action: 'odrl:delete', consequence: { action: 'odrl:compensate' } }, { action: 'odrl:inform' }],
  });
  expect(policy.permissions.map(({ duties }) => duties.map(({ duty, action }) => `${duty} ${action}`))).toEqual([
    ['permission/0/duty/0 compensate'],
    ['permission/1/duty/0 compensate', 'permission/1/duty/1 obtainConsent'],
  ]);
  expect(policy.permissions[0]?.duties[0]?.consequences).toMatchObject([
    { duty: 'permission/0/duty/0/consequence/0', path: '/permission/0/duty/0/consequence/0', action: 'inform' },
  ]);
  expect(policy.prohibitions[0]?.remedies).toMatchObject([{ duty: 'prohibition/0/remedy/0', action: 'delete' }]);
  expect(policy.obligations).toMatchObject([
    { duty: 'obligation/0', action: 'delete', consequences: [{ duty: 'obligation/0/consequence/0' }] },
    { duty: 'obligation/1', action: 'inform' },
  ]);
});

test('a duty says who has a part in it', () => {
  const [duty] = readPolicy({
    ...base,
    permission: [{ action: 'use' }],
    obligation: [
      {
        action: 'nextPolicy',
        hasPolicy: 'urn:policy:next',
        assignee: 'urn:b',
        informedParty: { '@type': 'Party', uid: 'urn:c' },
        'odrl:compensatedParty': ['urn:d', 'urn:e'],
      },
    ],
  }).obligations;
  expect(duty).toMatchObject({
    nextPolicy: 'urn:policy:next',
    assignees: [{ id: 'urn:b' }],
    functions: [
      { function: 'compensatedParty', parties: [{ id: 'urn:d' }, { id: 'urn:e' }] },
      { function: 'informedParty', parties: [{ id: 'urn:c' }] },
    ],
  });
});

test.each<[string, JsonValue]>([
  [
    'rdf:value',
    {
      'rdf:value': { '@id': 'odrl:print' },
      refinement: [{ leftOperand: 'resolution', operator: 'lteq', rightOperand: 1200, unit: 'urn:dpi' }],
    },
  ],
  [
    'an id',
    {
      '@id': 'print',
      'odrl:refinement': {
        leftOperand: 'odrl:resolution',
        operator: 'odrl:lteq',
        rightOperand: { '@value': '1200', '@type': 'xsd:integer' },
        'odrl:unit': { '@id': 'urn:dpi' },
      },
    },
  ],
])('an action is refined, written with %s', (_, action) => {
  const [rule] = readPolicy({ ...base, permission: [{ action }] }).permissions;
  expect(rule).toMatchObject({
    action: 'print',
    constraints: [],
    actionRefinements: [
      { operand: 'resolution', operator: 'lteq', value: { low: 1200, datatype: 'xsd:integer' }, unit: 'urn:dpi' },
    ],
  });
});

test('several actions or assets of a rule make one rule for each', () => {
  const policy = readPolicy({
    ...base,
    permission: [{ action: ['use', { '@id': 'odrl:sell' }], target: ['urn:a', 'urn:b'] }, { action: 'odrl:read' }],
  });
  expect(policy.permissions.map(({ rule, path, action, target: own }) => [rule, path, action, own?.id])).toEqual([
    ['permission/0', '/permission/0', 'use', 'urn:a'],
    ['permission/1', '/permission/0', 'use', 'urn:b'],
    ['permission/2', '/permission/0', 'sell', 'urn:a'],
    ['permission/3', '/permission/0', 'sell', 'urn:b'],
    ['permission/4', '/permission/1', 'read', undefined],
  ]);
  const shared = readPolicy({ '@type': 'Set', action: 'odrl:play', target: ['urn:a', 'urn:b'], permission: [{}] });
  expect(shared.permissions.map(({ action, target: own }) => [action, own?.id])).toEqual([
    ['play', 'urn:a'],
    ['play', 'urn:b'],
  ]);
  expect(shared.target).toBeUndefined();
});

test('a Set may speak of every action, an Offer may not', () => {
  expect(readPolicy({ '@type': 'Set', permission: [{}] }).permissions[0]?.action).toBeUndefined();
  expect(problems({ ...base, permission: [{}] })).toEqual(['MEMBER_MISSING /permission/0']);
});

test('collections are named by uid, or by source with a refinement', () => {
  const refinement = [{ leftOperand: 'spatial', operator: 'eq', rightOperand: 'DE' }];
  const policy = readPolicy({
    ...base,
    target: { '@type': 'odrl:AssetCollection', uid: 'urn:all' },
    assignee: [{ '@type': 'PartyCollection', source: 'urn:friends', refinement }, 'urn:z', 'urn:a', 'urn:a'],
    permission: [{ action: 'use' }],
  });
  expect(policy.target).toEqual({ id: 'urn:all', collection: true, refinements: [] });
  expect(policy.assignees).toMatchObject([
    { id: 'urn:a', collection: false },
    { id: 'urn:z', collection: false },
    { id: 'urn:friends', collection: true, refinements: [{ operand: 'spatial' }] },
  ]);
});

test('one assigner of all rules is the policy’s; several stay with their rules', () => {
  const one = readPolicy({ '@type': 'Set', permission: [{ assigner: 'urn:a' }], prohibition: [{ assigner: 'urn:a' }] });
  expect([one.assigner, one.permissions[0]?.assigner]).toEqual(['urn:a', undefined]);
  const two = readPolicy({ '@type': 'Set', permission: [{ assigner: 'urn:a' }], prohibition: [{ assigner: 'urn:b' }] });
  expect([two.assigner, two.permissions[0]?.assigner, two.prohibitions[0]?.assigner]).toEqual([
    undefined,
    'urn:a',
    'urn:b',
  ]);
});

test('constraints and duties may be named by their id, where they are defined', () => {
  const limit = { '@id': 'urn:c:1', leftOperand: 'count', operator: 'lteq', rightOperand: 3 };
  const duty = { uid: 'urn:d:1', action: 'odrl:compensate' };
  const policy = readPolicy(
    {
      ...base,
      permission: [
        { action: 'use', constraint: [limit], duty: [duty] },
        { action: 'odrl:sell', constraint: { xone: { '@list': [{ '@id': 'urn:c:1' }, 'urn:c:2'] } }, duty: 'urn:d:1' },
      ],
    },
    { constraints: { 'urn:c:2': { leftOperand: 'media', operator: 'eq', rightOperand: 'print' } } },
  );
  expect(policy.permissions[1]).toMatchObject({
    constraints: [{ logic: 'xone', operands: [{ id: 'urn:c:1', operand: 'count' }, { operand: 'media' }] }],
    duties: [{ id: 'urn:d:1', action: 'compensate' }],
  });
  const circle = { '@id': 'urn:c:1', and: [{ '@id': 'urn:c:1' }] };
  expect(problems({ ...base, permission: [{ action: 'use', constraint: [circle] }] })).toContain(
    'REFERENCE_UNKNOWN /permission/0/constraint/0/and/0/and/0',
  );
  const other = { ...limit, rightOperand: 5 };
  expect(problems({ ...base, permission: [{ action: 'use', constraint: [limit, other] }] })).toContain(
    'MEMBER_TWICE /permission/0/constraint/1',
  );
});

test('the value of a reference is taken from whoever asks', () => {
  const constraint = {
    leftOperand: 'spatial',
    operator: 'isAnyOf',
    rightOperandReference: { '@value': 'urn:list', '@type': 'xsd:anyURI' },
  };
  const json = { ...base, permission: [{ action: 'use', constraint: [constraint] }] };
  expect(problems(json)).toEqual(['REFERENCE_UNKNOWN /permission/0/constraint/0/rightOperandReference']);
  const policy = readPolicy(json, { references: { 'urn:list': ['DE', 'FR'] } });
  expect(policy.permissions[0]?.constraints).toMatchObject([{ value: { terms: [{ text: 'DE' }, { text: 'FR' }] } }]);
});

test('our own terms stand on policies, rules and constraints', () => {
  const constraint = {
    leftOperand: 'urn:causeway:v1:role',
    operator: 'isAnyOf',
    rightOperand: ['engineer'],
    'urn:causeway:v1:source': 'attested',
    'urn:causeway:v1:declaredOnly': { '@value': 'true', '@type': 'xsd:boolean' },
  };
  const policy = readPolicy({
    ...base,
    'urn:causeway:v1:classification': { level: '2', domain: 'production' },
    'urn:causeway:v1:auditors': 'urn:aud',
    permission: [{ action: 'use', constraint, 'urn:causeway:v1:declaredOnly': true }],
    obligation: [{ action: 'urn:causeway:v1:mask', 'urn:causeway:v1:declaredOnly': false }],
  });
  expect(policy).toMatchObject({
    classification: { level: 2, domain: 'production' },
    auditors: ['urn:aud'],
    permissions: [{ declaredOnly: true, constraints: [{ source: 'attested', declaredOnly: true }] }],
    obligations: [{ action: 'urn:causeway:v1:mask', declaredOnly: false }],
  });
});

test('an agreement may say its parties and asset with each rule', () => {
  const rule = { action: 'odrl:archive', target: 'urn:t', assigner: 'urn:a', assignee: 'urn:b' };
  expect(problems({ '@type': 'Agreement', prohibition: [rule] })).toEqual([]);
  expect(problems({ '@type': 'Agreement', prohibition: [rule, { ...rule, target: [] }] })).toContain(
    'VALUE_EMPTY /prohibition/1/target',
  );
});

test('expanded JSON-LD says the same', () => {
  const ns = 'http://www.w3.org/ns/odrl/2/';
  const named = (name: string) => [{ '@id': ns + name }];
  const limit = {
    [`${ns}leftOperand`]: named('count'),
    [`${ns}operator`]: named('lteq'),
    [`${ns}rightOperand`]: [{ '@value': '3', '@type': 'http://www.w3.org/2001/XMLSchema#integer' }],
  };
  const policy = readPolicy({
    '@type': [`${ns}Offer`],
    '@id': 'urn:uuid:1',
    [`${ns}target`]: [{ '@id': target }],
    [`${ns}permission`]: [
      { [`${ns}action`]: named('use'), [`${ns}constraint`]: [{ [`${ns}andSequence`]: [{ '@list': [limit] }] }] },
    ],
  });
  expect(policy).toMatchObject({
    kind: 'Offer',
    target: { id: target },
    permissions: [{ action: 'use', constraints: [{ logic: 'andSequence', operands: [{ operand: 'count' }] }] }],
  });
});
