import { expect, test } from 'vitest';
import type { JsonValue, PolicyJson } from '../model.js';
import { actionNames, actionOf, actionsWithin, includedIn, odrlActionNames } from '../odrl/actions.js';
import { factOf, knownWithin, odrlOperands, operandOf } from '../odrl/operands.js';
import { operand, operators } from '../odrl/scale.js';
import { termOf } from '../odrl/terms.js';
import { type ParseOptions, parsePolicy, readPolicy } from '../parse/policy.js';
import { toJson } from '../wire.js';
import { catenaXProfile } from './catena-x.js';
import { allProfiles } from './table.js';

const ids = { ids: 'https://w3id.org/idsa/core/', idsc: 'https://w3id.org/idsa/code/' };
const withAtom = (atom: PolicyJson, more: PolicyJson = {}): PolicyJson => ({
  '@type': 'Set',
  ...more,
  permission: [{ action: 'use', constraint: [atom] }],
});
const role = { leftOperand: 'idsc:ROLE', operator: 'eq', rightOperand: [{ '@value': 'x', '@type': 'xsd:string' }] };

function problems(json: unknown, options: ParseOptions = {}) {
  const result = parsePolicy(json, options);
  return result.ok ? [] : result.problems.map(({ code, suggestion }) => [code, suggestion]);
}

test('ODRL has 72 actions, 34 left operands and 12 operators', () => {
  expect([odrlActionNames.length, odrlOperands.length, operators.length]).toEqual([72, 34, 12]);
  expect(new Set(odrlOperands.map(({ term }) => term)).size).toBe(34);
  for (const name of odrlActionNames) expect(actionOf(name)).toBeDefined();
});

test('every term of a profile is its own, found by its name and written as the IRI it stands for', () => {
  const terms = allProfiles.flatMap(({ operands, actions }) => [...(operands ?? []), ...(actions ?? [])]);
  for (const { term } of terms) {
    expect(operandOf(term)?.term ?? actionOf(term)).toBe(term);
    expect(termOf(termOf(term))).toBe(term);
  }
  expect(catenaXProfile.operands?.length).toBe(29);
});

test('actions of profiles have their place in the hierarchy', () => {
  expect(includedIn('idsc:MPC', 'use')).toBe(true);
  expect(includedIn('urn:causeway:v1:mask', 'modify')).toBe(true);
  expect(includedIn('cx-policy:access', 'use')).toBe(false);
  expect(actionsWithin('use').has('idsc:log')).toBe(true);
  expect(actionNames).toContain('cx-policy:access');
});

test('what is certified for more lies within less; a role is one fact under three names', () => {
  const [trustPlus, base] = ['idsc:TRUST_PLUS_SECURITY_PROFILE', 'idsc:BASE_SECURITY_PROFILE'];
  expect(knownWithin('idsc:SECURITY_LEVEL', trustPlus, base)).toBe(true);
  expect(knownWithin('idsc:SECURITY_LEVEL', base, trustPlus)).toBe(false);
  expect(['idsc:ROLE', 'vcard:hasRole', 'urn:causeway:v1:role', 'spatial'].map(factOf)).toEqual([
    'urn:causeway:v1:role',
    'urn:causeway:v1:role',
    'urn:causeway:v1:role',
    'spatial',
  ]);
});

test('a profile’s term needs the profile, by name or by the context that defines it', () => {
  expect(problems(withAtom(role))).toEqual([['PROFILE_MISSING', ids.idsc]]);
  expect(problems(withAtom({ ...role, leftOperand: `${ids.idsc}ROLE` }))).toEqual([['PROFILE_MISSING', ids.idsc]]);
  expect(problems(withAtom(role, { profile: ids.idsc }))).toEqual([]);
  const bound = readPolicy(withAtom(role, { '@context': ['http://www.w3.org/ns/odrl.jsonld', ids] }));
  expect(bound.profiles).toEqual([ids.idsc]);
  expect(toJson(bound)).toMatchObject({
    profile: ids.idsc,
    permission: [{ constraint: [{ leftOperand: `${ids.idsc}ROLE` }] }],
  });
  expect(problems(withAtom(role, { '@context': { idsc: 'urn:other:' } }))).toContainEqual([
    'CONTEXT_UNKNOWN',
    undefined,
  ]);
  expect(problems(withAtom(role, { '@context': { vcard: 'http://www.w3.org/2006/vcard/ns#' } }))).toEqual([
    ['PROFILE_MISSING', ids.idsc],
  ]);
});

test('a profile that is not known is refused by name, with the one that was meant', () => {
  expect(problems(withAtom(role, { profile: 'https://w3id.org/idsa/cod/' }))).toContainEqual([
    'PROFILE_UNKNOWN',
    ids.idsc,
  ]);
});

test.each<[string, PolicyJson, string]>([
  [
    'bare, by its context',
    {
      '@context': [
        'https://w3id.org/catenax/2025/9/policy/odrl.jsonld',
        'https://w3id.org/catenax/2025/9/policy/context.jsonld',
      ],
    },
    'FrameworkAgreement',
  ],
  ['bare, by its profile', { profile: 'https://w3id.org/catenax/2025/9/policy/' }, 'FrameworkAgreement'],
  ['compact', { profile: 'https://w3id.org/catenax/2025/9/policy/' }, 'cx-policy:FrameworkAgreement'],
  [
    'of the first release',
    { profile: 'cx-policy:profile2405', '@context': { 'cx-policy': 'https://w3id.org/catenax/policy/' } },
    'cx-policy:FrameworkAgreement',
  ],
])('Catena-X is read as it writes: %s', (_, head, leftOperand) => {
  const atom = { leftOperand, operator: 'eq', rightOperand: 'DataExchangeGovernance:1.0' };
  const policy = readPolicy(withAtom(atom, head));
  expect(policy.permissions[0]?.constraints).toMatchObject([{ operand: 'cx-policy:FrameworkAgreement' }]);
  const again = readPolicy(toJson(policy));
  expect(again.permissions[0]?.constraints).toMatchObject([{ operand: 'cx-policy:FrameworkAgreement' }]);
  expect(again.profiles).toEqual(policy.profiles);
});

test('Catena-X compares only as its schemas allow', () => {
  const head = { profile: 'https://w3id.org/catenax/2025/9/policy/' };
  const atom = (leftOperand: string, operator: string, rightOperand: JsonValue) =>
    problems(withAtom({ leftOperand, operator, rightOperand }, head)).map(([code]) => code);
  expect(atom('UsagePurpose', 'isAnyOf', ['cx.pcf.base:1'])).toEqual([]);
  expect(atom('UsagePurpose', 'isNoneOf', ['cx.pcf.base:1'])).toEqual(['OPERATOR_NOT_VALID']);
  expect(atom('DataUsageEndDurationDays', 'eq', 30)).toEqual([]);
  expect(atom('DataUsageEndDurationDays', 'eq', 'P30D')).toEqual(['VALUE_MALFORMED']);
  expect(atom('DataUsageEndDate', 'eq', '2027-12-15T12:00:00Z')).toEqual([]);
  expect(problems({ '@type': 'Set', ...head, permission: [{ action: 'access' }] })).toEqual([]);
});

test('axes of space and our own terms are IRIs that need no profile', () => {
  const axis = 'http://w3id.org/odrl/spatial-axis#absoluteSizeWidth';
  expect(problems(withAtom({ leftOperand: axis, operator: 'lteq', rightOperand: '600' }))).toEqual([]);
  expect(problems(withAtom({ leftOperand: `${axis}s`, operator: 'lteq', rightOperand: '600' }))).toEqual([
    ['OPERAND_UNKNOWN', axis],
  ]);
  expect(operandOf('absoluteSize')?.ambiguous).toBe(true);
  expect(operandOf(axis)?.ambiguous).toBe(false);
});

test('whoever reads may know more profiles, which change no term that is known', () => {
  const profile = {
    name: 'People',
    iris: ['urn:profile:people'],
    prefixes: { foaf: 'http://xmlns.com/foaf/0.1/' },
    operands: [operand('foaf:age', 'integer'), operand('count', 'terms')],
  };
  const options = { profiles: [profile] };
  const age = { leftOperand: 'http://xmlns.com/foaf/0.1/age', operator: 'gt', rightOperand: '17' };
  expect(problems(withAtom(age), options)).toEqual([['PROFILE_MISSING', 'urn:profile:people']]);
  expect(problems(withAtom(age, { profile: 'urn:profile:people' }))).toContainEqual(['PROFILE_UNKNOWN', undefined]);
  const policy = readPolicy(withAtom(age, { profile: 'urn:profile:people' }), options);
  expect(policy.permissions[0]?.constraints).toMatchObject([{ operand: 'foaf:age', value: { low: 17 } }]);
  expect(readPolicy(toJson(policy), options).profiles).toEqual(['urn:profile:people']);
  const count = { leftOperand: 'count', operator: 'isAnyOf', rightOperand: ['x'] };
  expect(problems(withAtom(count, { profile: 'urn:profile:people' }), options)).toEqual([
    ['OPERATOR_NOT_VALID', undefined],
  ]);
});
