import type { JsonValue } from '@causeway/policies';
import { expect, test } from 'vitest';
import { CliError } from '../errors.js';
import { decide } from './decide.js';

const strict = { lenientDuties: false, record: false };
const request = { assignee: 'urn:anna', action: 'use', target: 'urn:d' };
type Json = { [key: string]: JsonValue };

function permission(rule: Json): Json {
  return { '@type': 'Set', uid: 'urn:s', permission: [{ action: 'use', ...rule }] };
}

function constrained(leftOperand: string, operator: string, rightOperand: JsonValue, more: Json = {}): Json {
  return permission({ constraint: [{ leftOperand, operator, rightOperand, ...more }] });
}

function verdict(policy: Json, world: Json = {}, options = strict): unknown {
  return decide({ policy, request, world: { now: '2027-01-01T00:00:00Z', ...world } }, options).decision;
}

test.each<[string, Json, Json, Json]>([
  ['a text', constrained('purpose', 'eq', 'repair'), { purpose: 'repair' }, { purpose: 'resale' }],
  [
    'several at once',
    constrained('purpose', 'isAnyOf', ['repair', 'planning']),
    { purpose: ['planning', 'repair'] },
    { purpose: ['repair', 'resale'] },
  ],
  [
    'a number',
    constrained('percentage', 'lteq', { '@value': '50', '@type': 'xsd:decimal' }),
    { percentage: 50 },
    { percentage: '50.5' },
  ],
  [
    'a duration',
    constrained('elapsedTime', 'lteq', { '@value': 'P30D', '@type': 'xsd:duration' }),
    { elapsedTime: 'P4W' },
    { elapsedTime: 'P31D' },
  ],
  [
    'a duration that is not known exactly',
    constrained('elapsedTime', 'lteq', { '@value': 'P30D', '@type': 'xsd:duration' }),
    { elapsedTime: 2_592_000_000 },
    { elapsedTime: 'P1M' },
  ],
  [
    'by any spelling',
    constrained('odrl:language', 'eq', 'zh'),
    { 'http://www.w3.org/ns/odrl/2/language': 'zh' },
    { 'odrl:language': 'en' },
  ],
  ['under facts', constrained('language', 'eq', 'zh'), { facts: { language: 'zh' } }, { facts: { language: 'en' } }],
  [
    'with its source',
    constrained('industry', 'eq', 'steel', { 'urn:causeway:v1:source': 'attested' }),
    { industry: { value: 'steel', source: 'attested' } },
    { industry: 'steel' },
  ],
  [
    'with its unit',
    constrained('payAmount', 'gteq', { '@value': '5', '@type': 'xsd:decimal' }, { unit: 'urn:eur' }),
    { payAmount: { value: 5, unit: 'urn:eur' } },
    { payAmount: { value: 5, unit: 'urn:cny' } },
  ],
  [
    'uses before this one',
    constrained('count', 'lteq', { '@value': '3', '@type': 'xsd:integer' }),
    { count: 2 },
    { count: 3 },
  ],
  [
    'uses by rule',
    constrained('count', 'lteq', { '@value': '3', '@type': 'xsd:integer' }),
    { count: { 'permission/0': 2 } },
    { count: { 'permission/1': 2 } },
  ],
  [
    'a use that is counted',
    constrained('count', 'lteq', { '@value': '3', '@type': 'xsd:integer' }),
    { count: 3, reserved: ['permission/0'] },
    { count: 3 },
  ],
  [
    'a place in a place',
    constrained('spatial', 'isPartOf', 'urn:asia'),
    { spatial: 'CN-31', within: { spatial: { 'CN-31': 'CN', CN: ['urn:asia'] } } },
    { spatial: 'DE', within: { spatial: { 'CN-31': ['CN'] } } },
  ],
  [
    'the same as triples',
    constrained('spatial', 'isPartOf', 'CN'),
    { spatial: 'CN-31', within: [['spatial', 'CN-31', 'CN']] },
    { spatial: 'CN-31', within: [] },
  ],
  [
    'a member of a collection',
    permission({ assignee: { '@type': 'PartyCollection', source: 'urn:staff' } }),
    { partOf: { 'urn:anna': 'urn:team', 'urn:team': ['urn:staff'] } },
    { partOf: { 'urn:bo': ['urn:staff'] } },
  ],
  [
    'the same as pairs',
    permission({ target: { '@type': 'AssetCollection', source: 'urn:all' } }),
    { partOf: [['urn:d', 'urn:all']] },
    {},
  ],
  [
    'a duty by its key',
    permission({ duty: [{ uid: 'urn:pay', action: 'compensate' }] }),
    { duties: { 'permission/0/duty/0': 'fulfilled' } },
    { duties: { 'permission/0/duty/0': 'violated' } },
  ],
  [
    'a duty by its uid',
    permission({ duty: [{ uid: 'urn:pay', action: 'compensate' }] }),
    { duties: { 'urn:pay': 'Fulfilled' } },
    { duties: { 'urn:pay': 'NonSet' } },
  ],
])('the world may hold %s', (_name, policy, permits, denies) => {
  expect([verdict(policy, permits), verdict(policy, denies)]).toEqual(['permit', 'deny']);
});

test('duties and memberships may be lists of objects', () => {
  const policy = permission({
    assignee: { '@type': 'PartyCollection', source: 'urn:staff' },
    duty: [{ uid: 'urn:pay', action: 'compensate' }],
  });
  const partOf = [{ member: 'urn:anna', collection: 'urn:staff' }];
  expect(verdict(policy, { partOf, duties: [{ uid: 'urn:pay', state: 'report:Fulfilled' }] })).toBe('permit');
  expect(verdict(policy, { partOf, duties: [{ duty: 'permission/0/duty/0', state: 'Non-Set' }] })).toBe('deny');
  expect(verdict(policy, { partOf: [], duties: { 'urn:pay': 'fulfilled' } })).toBe('deny');
});

test('a duty that is not set blocks, unless duties are read leniently', () => {
  const policy = permission({ duty: [{ uid: 'urn:pay', action: 'compensate' }] });
  const lenient = { ...strict, lenientDuties: true };
  expect([verdict(policy), verdict(policy, {}, lenient)]).toEqual(['deny', 'permit']);
  expect(verdict(policy, { duties: { 'urn:pay': 'violated' } }, lenient)).toBe('deny');
});

test('what nobody knows is told and not used', () => {
  expect(decide({ policy: permission({}), request, world: { weather: 'fine' } }, strict)).toEqual({
    decision: 'permit',
    active: true,
    reasons: [],
    ignored: ['weather'],
  });
});

test.each<[string, Json, string]>([
  ['an operand', constrained('pupose', 'eq', 'x'), 'OPERAND_UNKNOWN'],
  ['an operator', constrained('purpose', 'is', 'x'), 'OPERATOR_UNKNOWN'],
  ['an action', permission({ action: 'teleport' }), 'ACTION_UNKNOWN'],
  ['a profile', { ...permission({}), profile: 'urn:nobody' }, 'PROFILE_UNKNOWN'],
  ['a datatype', constrained('count', 'lteq', { '@value': '3', '@type': 'urn:roman' }), 'DATATYPE_UNKNOWN'],
])('%s that is not known denies by its name', (_name, policy, code) => {
  const { decision, active, reasons } = decide({ policy, request, world: {} }, strict);
  expect([decision, active]).toEqual(['deny', false]);
  expect(reasons).toEqual([
    expect.objectContaining({ code, path: expect.stringMatching(/^\//), zh: expect.any(String) }),
  ]);
});

test('several rules are told each', () => {
  const policy = {
    '@type': 'Set',
    permission: [{ action: 'use' }],
    prohibition: [{ action: 'distribute' }],
    conflict: 'prohibit',
  };
  const answer = decide({ policy, request: { ...request, action: 'distribute' }, world: {} }, strict);
  expect(answer).toMatchObject({
    decision: 'deny',
    active: true,
    rules: [
      { rule: 'permission/0', active: true },
      { rule: 'prohibition/0', active: true },
    ],
  });
});

test('a recorded decision is taken again, and a changed verdict is noticed', () => {
  const policy = constrained('dateTime', 'lt', { '@value': '2027-01-02T00:00:00Z', '@type': 'xsd:dateTime' });
  const { record } = decide({ policy, request, world: { now: '2027-01-01T00:00:00Z' } }, { ...strict, record: true });
  const kept: Json = JSON.parse(JSON.stringify(record));
  expect(decide({ policy, record: kept }, strict)).toMatchObject({ decision: 'permit', same: true });
  const verdictOf = kept.verdict as Json;
  expect(decide({ policy, record: { ...kept, verdict: { ...verdictOf, permit: false } } }, strict)).toMatchObject({
    decision: 'permit',
    same: false,
    failed: true,
  });
  expect(() => decide({ policy, record: { version: '9' } }, strict)).toThrow(
    expect.objectContaining({ code: 'RECORD_INVALID' }),
  );
});

test.each<[string, Json]>([
  ['no request', { policy: permission({}) }],
  ['no action', { policy: permission({}), request: { target: 'urn:d', assignee: 'urn:a' } }],
  ['no policy', { request }],
  ['a time without a zone', { policy: permission({}), request, world: { now: '2027-01-01T00:00:00' } }],
  [
    'no time where it is asked for',
    { policy: constrained('dateTime', 'lt', '2027-01-02T00:00:00Z'), request, world: {} },
  ],
  ['a fact of no kind', { policy: permission({}), request, world: { purpose: { value: 'x', source: 'rumour' } } }],
  ['a fact that is no value', { policy: permission({}), request, world: { purpose: [1] } }],
  ['no duration', { policy: permission({}), request, world: { elapsedTime: 'a while' } }],
  ['no state of a duty', { policy: permission({}), request, world: { duties: { a: 'soon' } } }],
  ['no collection', { policy: permission({}), request, world: { partOf: { a: [1] } } }],
  ['no relation', { policy: permission({}), request, world: { within: [['a', 'b']] } }],
  ['no count', { policy: permission({}), request, world: { count: 'many' } }],
])('%s makes the line malformed', (_name, line) => {
  expect(() => decide(line, strict)).toThrow(CliError);
});
