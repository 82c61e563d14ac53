import { describe, expect, test } from 'vitest';
import { attestedFacts, isAboutPeer, sourcesOfFacts, type TransferSituation, transferFacts } from './table.js';
import { within } from './within.js';

const now = Date.UTC(2027, 0, 11);
const situation: TransferSituation = {
  ...{ peer: 'urn:causeway:cars', now, agreed: '2027-01-01T00:00:00Z', purpose: 'urn:purpose:planning' },
  attested: { values: attestedFacts({ role: 'buyer' }) },
  dataset: {
    mediaType: 'text/csv',
    source: { kind: 'file', path: '/secret', version: `sha-256:${'0'.repeat(64)}`, bytes: 1, stamp: '' },
  },
  format: 'GrpcData-PULL',
};

test('every fact says where it comes from', () => {
  expect(transferFacts(situation)).toEqual({
    'urn:causeway:v1:role': { value: 'buyer', source: 'attested' },
    system: { value: 'urn:causeway:cars', source: 'attested' },
    systemDevice: { value: 'urn:causeway:cars', source: 'attested' },
    recipient: { value: 'urn:causeway:cars', source: 'attested' },
    purpose: { value: 'urn:purpose:planning', source: 'declared' },
    elapsedTime: { value: 10 * 86_400_000, source: 'measured' },
    deliveryChannel: { value: 'GrpcData-PULL', source: 'measured' },
    fileFormat: { value: 'text/csv', source: 'measured' },
    version: { value: `sha-256:${'0'.repeat(64)}`, source: 'measured' },
  });
});

test('what nobody said is no fact, and what a peer cannot have said neither', () => {
  const bare = { peer: situation.peer, now, attested: { values: {} } };
  expect(Object.keys(transferFacts(bare))).toEqual(['system', 'systemDevice', 'recipient']);
  expect(transferFacts({ ...bare, agreed: 'yesterday' })).not.toHaveProperty('elapsedTime');
  expect(transferFacts({ ...bare, agreed: '2027-02-01T00:00:00Z' })).not.toHaveProperty('elapsedTime');
  const smuggled = { values: { purpose: { value: 'any', source: 'attested' } } } as const;
  expect(transferFacts({ ...bare, attested: smuggled })).not.toHaveProperty('purpose');
  expect(attestedFacts({ constructor: 'x', role: [] })).toEqual({});
});

test('each operand of the table has one source, whoever the fact is about', () => {
  const known = transferFacts({ ...situation, attested: { values: everything() } });
  expect(Object.fromEntries(Object.entries(known).map(([operand, { source }]) => [operand, source]))).toEqual(
    sourcesOfFacts,
  );
  expect(['spatial', 'systemDevice', 'purpose', 'elapsedTime', 'constructor'].map(isAboutPeer)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

function everything() {
  return attestedFacts({ role: 'r', securityLevel: 'base', country: 'CN', industry: 'C34' });
}

describe('one place lies within another as far as their codes tell', () => {
  test.each<[string, string, boolean | undefined]>([
    ['CN-31', 'CN', true],
    ['CN', 'CN-31', undefined],
    ['CN-31', 'CN-32', false],
    ['DE', 'CN', false],
    ['DE-BY', 'CN', false],
    ['DE', 'EU', undefined],
    ['Shanghai', 'CN', undefined],
  ])('%s in %s: %s', (inner, outer, expected) => {
    expect(within('spatial', inner, outer)).toBe(expected);
    expect(within('industry', inner, outer)).toBeUndefined();
  });
});
