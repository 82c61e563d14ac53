import { expect, test } from 'vitest';
import { PolicyError } from './errors.js';
import type { PolicyJson } from './model.js';
import { readPolicy } from './parse/policy.js';
import { toJson, toWire } from './wire.js';

const wire: PolicyJson = {
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  profile: 'https://w3id.org/idsa/code/',
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  assignee: ['urn:causeway:anna', 'urn:causeway:bo'],
  'urn:causeway:v1:auditors': ['urn:causeway:aud'],
  'urn:causeway:v1:classification': { level: '2', domain: 'production' },
  'urn:causeway:v1:unboundTokens': true,
  permission: [
    {
      action: 'use',
      constraint: [
        {
          leftOperand: 'odrl:dateTime',
          operator: 'lt',
          rightOperand: { '@value': '2027-01-01T00:00:00.000Z', '@type': 'xsd:dateTime' },
        },
        { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: { '@value': '10', '@type': 'xsd:integer' } },
        { leftOperand: 'odrl:purpose', operator: 'isAnyOf', rightOperand: ['maintenance', { '@id': 'urn:p' }] },
        {
          leftOperand: 'https://w3id.org/idsa/code/SECURITY_LEVEL',
          operator: 'isPartOf',
          rightOperand: ['idsc:TRUST_SECURITY_PROFILE'],
          'urn:causeway:v1:source': 'attested',
        },
        {
          or: [
            {
              leftOperand: 'odrl:payAmount',
              operator: 'eq',
              rightOperand: { '@value': '5.00', '@type': 'xsd:decimal' },
              'odrl:unit': { '@id': 'http://dbpedia.org/resource/Euro' },
            },
            {
              leftOperand: 'odrl:elapsedTime',
              operator: 'lteq',
              rightOperand: { '@value': 'P3M', '@type': 'xsd:duration' },
              'urn:causeway:v1:declaredOnly': true,
            },
          ],
        },
      ],
      duty: [{ action: 'odrl:compensate' }],
    },
  ],
  prohibition: [{ action: 'odrl:distribute' }, { action: 'http://creativecommons.org/ns#CommercialUse' }],
  obligation: [
    {
      action: 'odrl:delete',
      constraint: [
        {
          leftOperand: 'odrl:delayPeriod',
          operator: 'lteq',
          rightOperand: { '@value': 'P30D', '@type': 'xsd:duration' },
        },
      ],
    },
    { action: 'urn:causeway:v1:mask', 'urn:causeway:v1:declaredOnly': true },
  ],
};

test('an offer is written as DSP carries it', () => {
  expect(toWire(readPolicy(wire))).toEqual(wire);
});

test('bare numbers become typed values', () => {
  const atom = { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: 10 };
  expect(
    toWire(readPolicy({ '@type': 'Offer', '@id': 'urn:y', permission: [{ action: 'use', constraint: [atom] }] })),
  ).toMatchObject({
    permission: [{ constraint: [{ rightOperand: { '@value': '10', '@type': 'xsd:integer' } }] }],
  });
});

test.each<[string, object, string[]]>([
  ['a target of a rule', { permission: [{ action: 'use', target: 'urn:x' }] }, ['/permission/0/target']],
  ['a Set', { '@type': 'Set', '@id': undefined, permission: [{}] }, ['/@type', '', '/permission/0']],
  ['an obligation alone', { permission: undefined, obligation: [{ action: 'odrl:delete' }] }, ['']],
  [
    'refined actions',
    {
      permission: [
        { action: { '@id': 'use', refinement: { leftOperand: 'media', operator: 'eq', rightOperand: 'x' } } },
      ],
    },
    ['/permission/0/action'],
  ],
  ['a collection', { assignee: { '@type': 'PartyCollection', uid: 'urn:x' } }, ['/assignee']],
  [
    'several assigners',
    { permission: [{ action: 'use', assigner: 'urn:a' }, { action: 'odrl:sell' }] },
    ['/permission/0/assigner'],
  ],
  [
    'a remedy',
    { prohibition: [{ action: 'odrl:print', remedy: [{ action: 'odrl:delete' }] }] },
    ['/prohibition/0/remedy/0'],
  ],
  [
    'what else a duty says',
    {
      obligation: [
        {
          action: 'odrl:inform',
          informedParty: 'urn:x',
          target: 'urn:y',
          consequence: [{ action: 'odrl:compensate' }],
        },
      ],
    },
    ['/obligation/0', '/obligation/0', '/obligation/0/consequence/0'],
  ],
  [
    'parties of an agreement with its rules',
    { '@type': 'Agreement', permission: [{ action: 'use', target: 'urn:t', assigner: 'urn:a', assignee: 'urn:b' }] },
    ['', '', '/permission/0/target'],
  ],
])('what DSP cannot carry unchanged is refused with its place: %s', (_, changed, paths) => {
  const json = JSON.parse(
    JSON.stringify({ '@type': 'Offer', '@id': 'urn:y', permission: [{ action: 'use' }], ...changed }),
  );
  const policy = readPolicy(json);
  expect(toJson(policy)).toBeDefined();
  let refused: readonly string[] = [];
  try {
    toWire(policy);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    expect(error.code).toBe('NOT_ON_DSP');
    refused = error.problems.map(({ path }) => path);
  }
  expect(refused).toEqual(paths);
});
