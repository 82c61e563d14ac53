import { expect, test } from 'vitest';
import {
  comparePolicies,
  compareRequest,
  compile,
  decide,
  factsOf,
  type JsonValue,
  type PolicyJson,
  readPolicy,
} from '../index.js';

// Pairs over the whole information model: operands of every kind, duties, collections, refinements, what is only declared.

const c = (leftOperand: string, operator: string, rightOperand: JsonValue, more: PolicyJson = {}): PolicyJson => ({
  leftOperand,
  operator,
  rightOperand,
  ...more,
});
const number = (value: number): JsonValue => ({ '@value': String(value), '@type': 'xsd:decimal' });
const size = (operator: string, value: number) => c('odrl:resolution', operator, number(value));
const elapsed = (operator: string, text: string) =>
  c('odrl:elapsedTime', operator, { '@value': text, '@type': 'xsd:duration' });
const place = (operator: string, ...names: string[]) =>
  c('odrl:spatial', operator, names.length === 1 ? (names[0] ?? '') : names);
const role = (operator: string, ...names: string[]) => c('urn:causeway:v1:role', operator, names);
const pay = (operator: string, value: number, unit: string) =>
  c('odrl:payAmount', operator, number(value), { unit: `http://dbpedia.org/resource/${unit}` });
const attested = (constraint: PolicyJson, source = 'attested'): PolicyJson => ({
  ...constraint,
  'urn:causeway:v1:source': source,
});
const declared = (part: PolicyJson): PolicyJson => ({ ...part, 'urn:causeway:v1:declaredOnly': true });
const policy = (parts: PolicyJson): PolicyJson => ({
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  target: 'urn:causeway:maker:steel',
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  ...parts,
});
const one = (...constraint: PolicyJson[]) => policy({ permission: [{ action: 'use', constraint }] });
const may = (rule: PolicyJson) => policy({ permission: [{ action: 'use', ...rule }] });
const refined = (...refinement: PolicyJson[]) => may({ action: [{ 'rdf:value': { '@id': 'odrl:use' }, refinement }] });
const pays = { duty: [{ action: 'odrl:compensate' }] };
const owes = (action: string, ...constraint: PolicyJson[]) =>
  policy({
    permission: [{ action: 'use' }],
    obligation: [{ action, ...(constraint.length > 0 ? { constraint } : {}) }],
  });
const plant = (type: string, more: PolicyJson = {}) =>
  policy({ target: { '@type': type, '@id': 'urn:causeway:maker:plant', ...more }, permission: [{ action: 'use' }] });
const level = (value: string) => ({
  ...one(),
  'urn:causeway:v1:classification': { level: value, domain: 'production' },
});

function compared(offer: PolicyJson, request: PolicyJson): string {
  const [granted, asked] = [readPolicy(offer), readPolicy(request)];
  const found = compareRequest(asked, granted);
  if (found.verdict === 'within') return 'within';
  const { witness } = found;
  if (witness) {
    const judged = (each: typeof asked) =>
      decide(compile(each), witness.request, factsOf(witness), { as: 'offer' }).permit;
    expect([judged(asked), judged(granted)]).toEqual([true, false]);
  }
  return `${found.verdict}${witness ? '' : ' (not shown)'} ${found.reasons.map(({ code }) => code).join(' ')}`;
}

test.each<[string, PolicyJson, PolicyJson, string]>([
  // Ordered operands.
  ['a lower limit', one(size('lteq', 600)), one(size('lteq', 300)), 'within'],
  ['lteq made lt', one(size('lteq', 600)), one(size('lt', 600)), 'within'],
  ['lt made lteq', one(size('lt', 600)), one(size('lteq', 600)), 'exceeds VALUE_WIDER'],
  ['between two values there is always another', one(size('lteq', 1)), one(size('lt', 2)), 'exceeds VALUE_WIDER'],
  ['a limit dropped', one(size('lteq', 600)), one(), 'exceeds CONSTRAINT_DROPPED'],
  ['a month is no more than 31 days', one(elapsed('lteq', 'P31D')), one(elapsed('lteq', 'P1M')), 'within'],
  ['a month may be more than 30 days', one(elapsed('lteq', 'P28D')), one(elapsed('lt', 'P1M')), 'within'],
  [
    '30 days may be more than a month',
    one(elapsed('lteq', 'P1M')),
    one(elapsed('lteq', 'P30D')),
    'exceeds VALUE_WIDER',
  ],
  [
    'two ranges that meet: a fact known only so far lies in neither for sure',
    one({ or: [size('lt', 300), size('gteq', 300)] }),
    one(size('lt', 600)),
    'exceeds VALUE_WIDER',
  ],
  ['another unit', one(pay('lteq', 5, 'Euro')), one(pay('lteq', 5, 'Renminbi')), 'exceeds VALUE_WIDER'],
  ['the same unit', one(pay('lteq', 5, 'Euro')), one(pay('lteq', 4, 'Euro')), 'within'],
  [
    'what is never decided permits nothing, and is no wider than anything',
    one(size('lteq', 600)),
    one(c('odrl:absoluteSize', 'lteq', number(1))),
    'within',
  ],
  // Sources.
  ['a better source demanded', one(role('isAnyOf', 'a')), one(attested(role('isAnyOf', 'a'))), 'within'],
  [
    'a source no longer demanded',
    one(attested(role('isAnyOf', 'a'))),
    one(role('isAnyOf', 'a')),
    'exceeds VALUE_WIDER',
  ],
  [
    'a worse source demanded',
    one(attested(role('isAnyOf', 'a'))),
    one(attested(role('isAnyOf', 'a'), 'measured')),
    'exceeds VALUE_WIDER',
  ],
  // Names one by one, and held.
  ['fewer places', one(place('isAnyOf', 'de', 'fr')), one(place('eq', 'de')), 'within'],
  [
    'two alternatives for a list of places',
    one(place('isAnyOf', 'de', 'fr')),
    one({ or: [place('eq', 'de'), place('eq', 'fr')] }),
    'within',
  ],
  ['any place but one', one(place('neq', 'us')), one(place('isNoneOf', 'us', 'uk')), 'within'],
  ['one more place', one(place('eq', 'de')), one(place('isAnyOf', 'de', 'fr')), 'exceeds VALUE_WIDER'],
  ['all of more roles', one(role('isAllOf', 'a')), one(role('isAllOf', 'a', 'b')), 'within'],
  [
    'one role of two, where both were demanded',
    one(role('isAllOf', 'a', 'b')),
    one(role('isAnyOf', 'a', 'b')),
    'exceeds VALUE_WIDER',
  ],
  [
    'a role held beside a role that is barred',
    one(role('isNoneOf', 'b')),
    one(role('isAnyOf', 'a')),
    'exceeds VALUE_WIDER',
  ],
  // What lies within what is not known, except of itself and where the operand's own table says so.
  ['a name lies within itself', one(place('isPartOf', 'eu')), one(place('eq', 'eu')), 'within'],
  ['the same region', one(place('isPartOf', 'eu')), one(place('isPartOf', 'eu'), size('lt', 3)), 'within'],
  [
    'whether a place lies within a region is not known',
    one(place('isPartOf', 'eu')),
    one(place('eq', 'fr')),
    'unknown (not shown) VALUE_WIDER',
  ],
  [
    'nor whether a region does',
    one(place('isPartOf', 'eu')),
    one(place('isPartOf', 'fr')),
    'unknown (not shown) VALUE_WIDER',
  ],
  ['a region dropped', one(place('isPartOf', 'eu')), one(), 'exceeds CONSTRAINT_DROPPED'],
  [
    'anywhere but one place is beyond a region',
    one(place('isPartOf', 'eu')),
    one(place('neq', 'us')),
    'exceeds VALUE_WIDER',
  ],
  // Refinements.
  ['a refinement added', refined(size('lteq', 600)), refined(size('lteq', 300)), 'within'],
  ['a refinement dropped', refined(size('lteq', 600)), may({}), 'exceeds REFINEMENT_DROPPED'],
  // Duties before the use.
  ['a duty kept', may(pays), may(pays), 'within'],
  ['a duty added', may({}), may(pays), 'within'],
  ['a duty dropped', may(pays), may({}), 'exceeds DUTY_DROPPED'],
  ['another duty', may(pays), may({ duty: [{ action: 'odrl:obtainConsent' }] }), 'exceeds (not shown) DUTY_DROPPED'],
  [
    'a duty that is owed in fewer places',
    may(pays),
    may({ duty: [{ action: 'odrl:compensate', constraint: [place('eq', 'de')] }] }),
    'exceeds DUTY_DROPPED',
  ],
  [
    'a duty that is owed for some purposes only',
    may(pays),
    may({
      duty: [
        { action: 'odrl:compensate', constraint: [{ or: [place('eq', 'de'), c('odrl:purpose', 'eq', 'resale')] }] },
      ],
    }),
    'exceeds DUTY_DROPPED',
  ],
  // Obligations.
  [
    'an obligation kept',
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    'within',
  ],
  [
    'an earlier deadline',
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    owes('odrl:delete', elapsed('lteq', 'P7D')),
    'within',
  ],
  [
    'a later deadline',
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    owes('odrl:delete', elapsed('lteq', 'P31D')),
    'exceeds (not shown) OBLIGATION_DROPPED',
  ],
  [
    'no deadline',
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    owes('odrl:delete'),
    'exceeds (not shown) OBLIGATION_DROPPED',
  ],
  ['an obligation dropped', owes('odrl:inform'), one(), 'exceeds (not shown) OBLIGATION_DROPPED'],
  ['an obligation taken on', one(), owes('odrl:inform'), 'within'],
  [
    'an obligation put on the provider',
    one(),
    policy({
      permission: [{ action: 'use' }],
      obligation: [{ action: 'odrl:inform', assignee: 'urn:causeway:maker' }],
    }),
    'exceeds (not shown) OBLIGATION_ADDED',
  ],
  [
    'a consequence that lets it be done too late',
    owes('odrl:delete', elapsed('lteq', 'P30D')),
    policy({
      permission: [{ action: 'use' }],
      obligation: [
        { action: 'odrl:delete', constraint: [elapsed('lteq', 'P30D')], consequence: [{ action: 'odrl:inform' }] },
      ],
    }),
    'exceeds (not shown) OBLIGATION_DROPPED',
  ],
  // Collections.
  ['the same collection', plant('AssetCollection'), plant('AssetCollection'), 'within'],
  ['the collection itself', plant('AssetCollection'), plant('Asset'), 'within'],
  ['a collection for its name', plant('Asset'), plant('AssetCollection'), 'exceeds TARGET_DIFFERS'],
  ['whether a dataset is a member is not known', plant('AssetCollection'), one(), 'unknown (not shown) TARGET_DIFFERS'],
  [
    'members of some kind only',
    plant('AssetCollection'),
    plant('AssetCollection', { refinement: [size('lteq', 3)] }),
    'within',
  ],
  [
    'members of any kind',
    plant('AssetCollection', { refinement: [size('lteq', 3)] }),
    plant('AssetCollection'),
    'exceeds TARGET_DIFFERS CONSTRAINT_DROPPED',
  ],
  // What nobody enforces is agreed all the same.
  ['declared and kept', one(declared(size('lt', 3))), one(declared(size('lt', 3))), 'within'],
  ['declared and enforced now', one(declared(size('lt', 3))), one(size('lt', 2)), 'within'],
  ['declared and dropped', one(declared(size('lt', 3))), one(), 'exceeds (not shown) DECLARED_ONLY_DIFFERS'],
  ['enforced and only declared now', one(size('lt', 3)), one(declared(size('lt', 3))), 'exceeds CONSTRAINT_DROPPED'],
  // Classification.
  ['the same level', level('2'), level('2'), 'within'],
  ['a higher level', level('2'), level('3'), 'within'],
  ['a lower level', level('2'), level('1'), 'exceeds (not shown) CLASSIFICATION_DIFFERS'],
  ['a level dropped', level('2'), one(), 'exceeds (not shown) CLASSIFICATION_DIFFERS'],
  ['a level of its own', one(), level('1'), 'unknown (not shown) CLASSIFICATION_DIFFERS'],
])('%s: %s', (_, offer, request, expected) => {
  expect(compared(offer, request)).toBe(expected);
});

test('what the provider knows of names and collections is used', () => {
  const knowledge = {
    within: (_: string, inner: string, outer: string) => (outer === 'eu' ? inner === 'fr' : undefined),
    memberOf: (member: string) => member === 'urn:causeway:maker:steel',
  };
  const judged = (offer: PolicyJson, request: PolicyJson) =>
    compareRequest(readPolicy(request), readPolicy(offer), { assignee: 'urn:causeway:bo', knowledge }).verdict;
  expect(judged(one(place('isPartOf', 'eu')), one(place('eq', 'fr')))).toBe('within');
  expect(judged(one(place('isPartOf', 'eu')), one(place('isAnyOf', 'fr', 'us')))).toBe('exceeds');
  expect(judged(one(place('isPartOf', 'asia')), one(place('eq', 'fr')))).toBe('unknown');
  expect(judged(plant('AssetCollection'), one())).toBe('within');
  const [europe, france, america] = [place('isPartOf', 'eu'), place('eq', 'fr'), place('eq', 'us')].map((each) =>
    readPolicy(one(each)),
  );
  if (!europe || !france || !america) throw new Error('three policies');
  expect(comparePolicies(europe, france, knowledge).verdict).toBe('Compatible');
  expect(comparePolicies(europe, america, knowledge).verdict).toBe('Conflict');
});

test('a fact known only so far is shown as one', () => {
  const found = compareRequest(
    readPolicy(one(size('lt', 600))),
    readPolicy(one({ or: [size('lt', 300), size('gteq', 300)] })),
  );
  expect(found).toMatchObject({
    witness: { facts: { values: { resolution: { value: { low: expect.any(Number), high: expect.any(Number) } } } } },
  });
});
