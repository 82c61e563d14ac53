import { expect, test } from 'vitest';
import { compareRequest, counterOffer, type JsonValue, type PolicyJson, readPolicy } from '../index.js';

const c = (leftOperand: string, operator: string, rightOperand: JsonValue): PolicyJson => ({
  leftOperand: `odrl:${leftOperand}`,
  operator,
  rightOperand,
});
const until = (day: number) => c('dateTime', 'lt', `2027-01-0${day}T00:00:00Z`);
const uses = (most: number) => c('count', 'lteq', { '@value': String(most), '@type': 'xsd:integer' });
const purposes = (...names: string[]) => c('purpose', 'isAnyOf', names);
const policy = (parts: PolicyJson) =>
  readPolicy({ '@type': 'Offer', '@id': 'urn:uuid:1', 'odrl:conflict': { '@id': 'odrl:prohibit' }, ...parts });
const context = { assignee: 'urn:causeway:bo', target: 'urn:causeway:maker:steel', assigner: 'urn:causeway:maker' };
const permission = (...constraint: PolicyJson[]) => ({ permission: [{ action: 'use', constraint }] });

function countered(offer: PolicyJson, request: PolicyJson): PolicyJson | undefined {
  const [granted, asked] = [policy(offer), policy(request)];
  const found = counterOffer(asked, granted, context);
  if (found) expect(compareRequest(readPolicy(found), granted, context)).toEqual({ verdict: 'within' });
  return found;
}

function constraintsIn(found: PolicyJson | undefined, kind = 'permission'): unknown {
  const rules = found?.[kind];
  return Array.isArray(rules) ? rules.map((rule) => JSON.parse(JSON.stringify(rule))) : undefined;
}

test('what is wider is cut to the offer, what is narrower stays, what was dropped comes back', () => {
  const found = countered(permission(until(5), uses(5), purposes('a', 'b')), permission(until(9), uses(3)));
  const [rule] = JSON.parse(JSON.stringify(constraintsIn(found)));
  expect(rule.constraint.map((each: PolicyJson) => `${each['leftOperand']} ${each['operator']}`)).toEqual([
    'odrl:count lteq',
    'odrl:dateTime lt',
    'odrl:purpose isAnyOf',
  ]);
  expect(JSON.stringify(rule)).toContain('2027-01-05');
  expect(JSON.stringify(rule)).toContain('"3"');
});

test('a request within the offer comes back as it was', () => {
  const request = permission(until(3), uses(2), purposes('a'));
  expect(JSON.stringify(countered(permission(until(5), uses(5), purposes('a', 'b')), request))).toContain('2027-01-03');
});

test('prohibitions, duties and obligations of the offer are added; a broader action becomes the offered one', () => {
  const found = countered(
    {
      permission: [{ action: 'odrl:read', duty: [{ action: 'odrl:compensate' }] }],
      prohibition: [{ action: 'odrl:distribute' }],
      obligation: [{ action: 'odrl:delete', constraint: [c('elapsedTime', 'lteq', 'P30D')] }],
    },
    {
      permission: [{ action: 'use' }],
      obligation: [{ action: 'odrl:delete', constraint: [c('elapsedTime', 'lteq', 'P60D')] }],
    },
  );
  expect(found).toMatchObject({
    permission: [{ action: 'odrl:read', duty: [{ action: 'odrl:compensate' }] }],
    prohibition: [{ action: 'odrl:distribute' }],
    obligation: [{ action: 'odrl:delete', constraint: [{ rightOperand: { '@value': 'P30D' } }] }],
  });
});

test('two permissions that would use one count twice become one', () => {
  const both = [
    { action: 'odrl:read', constraint: [uses(5)] },
    { action: 'odrl:print', constraint: [uses(5)] },
  ];
  expect(countered(permission(uses(5)), { permission: both })?.['permission']).toHaveLength(1);
});

test('there is none where nothing is left', () => {
  expect(countered(permission(purposes('a')), permission(purposes('b')))).toBeUndefined();
  expect(
    countered({ permission: [{ action: 'odrl:read' }] }, { permission: [{ action: 'odrl:print' }] }),
  ).toBeUndefined();
  expect(countered({ ...permission(), prohibition: [{ action: 'use' }] }, permission())).toBeUndefined();
  expect(countered({ ...permission(), assignee: 'urn:causeway:anna' }, permission())).toBeUndefined();
});
