import { expect, test } from 'vitest';
import { agreementFor, offerFor, PolicyError, readPolicy, toWire } from './index.js';

const terms = {
  id: 'urn:uuid:1',
  assignees: ['urn:causeway:bo', 'urn:causeway:anna'],
  until: Date.UTC(2027, 0, 1),
  count: 10,
  purposes: ['maintenance'],
  prohibit: ['distribute'],
  auditors: ['urn:causeway:aud'],
};

const wire = {
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  assignee: ['urn:causeway:anna', 'urn:causeway:bo'],
  'urn:causeway:v1:auditors': ['urn:causeway:aud'],
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
        { leftOperand: 'odrl:purpose', operator: 'isAnyOf', rightOperand: ['maintenance'] },
      ],
    },
  ],
  prohibition: [{ action: 'odrl:distribute' }],
};

test('an offer is written as DSP carries it', () => {
  expect(offerFor(terms)).toEqual(wire);
  expect(toWire(readPolicy(wire))).toEqual(wire);
});

test('an agreement has one assignee, its target and its time', () => {
  const agreement = agreementFor(readPolicy(offerFor(terms)), {
    id: 'urn:uuid:2',
    target: 'urn:causeway:maker:steel',
    assigner: 'urn:causeway:maker',
    assignee: 'urn:causeway:bo',
    timestamp: '2026-12-01T00:00:00.000Z',
  });
  expect(agreement).toMatchObject({ '@type': 'Agreement', '@id': 'urn:uuid:2', assignee: 'urn:causeway:bo' });
  expect(toWire(readPolicy(agreement, { kind: 'Agreement' }))).toEqual(agreement);
});

test('what DSP cannot carry unchanged is refused with the path', () => {
  const rule = { action: 'use', target: 'urn:x' };
  const refused = (json: object) => {
    try {
      toWire(readPolicy(json));
    } catch (error) {
      if (error instanceof PolicyError) return [error.code, ...error.problems.map(({ path }) => path)];
      throw error;
    }
    return [];
  };
  expect(refused({ '@type': 'Offer', '@id': 'urn:y', permission: [rule] })).toEqual([
    'NOT_ON_DSP',
    '/permission/0/target',
  ]);
  expect(refused({ '@type': 'Set', permission: [{ action: 'use' }] })).toEqual(['NOT_ON_DSP', '/@type', '']);
});

test('terms that are not understood are refused with the path into the offer', () => {
  expect(() => offerFor({ id: 'urn:uuid:1', action: 'raed' })).toThrow('/permission/0/action');
  expect(() => offerFor({ id: 'urn:uuid:1', count: -1 })).toThrow('/permission/0/constraint/0/rightOperand');
  expect(() => offerFor({ id: 'urn:uuid:1', purposes: [] })).toThrow('/permission/0/constraint/0/rightOperand');
});
