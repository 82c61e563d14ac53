import { readPolicy } from '@causeway/policies';
import { describe, expect, test } from 'vitest';
import { attestedFacts, transferFacts } from '../facts/table.js';
import type { JsonObject, Offer } from '../model.js';
import { assigneesOf, isConditional, visibleOffers } from './visibility.js';

const id = 'urn:causeway:cars';
const atom = (leftOperand: string, operator: string, rightOperand: unknown, more = {}) =>
  ({ leftOperand, operator, rightOperand, ...more }) as JsonObject;
const role = (name: string) => atom('urn:causeway:v1:role', 'isAnyOf', [name]);
const later = atom('odrl:dateTime', 'gteq', { '@value': '2999-01-01T00:00:00Z', '@type': 'xsd:dateTime' });
const anyOf = (...parts: JsonObject[]): JsonObject => ({ 'odrl:or': { '@list': parts } });

/** The ids of the offers that are seen, of one offer with these permissions. */
function seen(permissions: readonly JsonObject[], attributes: Parameters<typeof attestedFacts>[0], more = {}): boolean {
  const json: JsonObject = { '@type': 'Offer', '@id': 'urn:o', permission: [...permissions], ...more };
  const policy = readPolicy(json, { kind: 'Offer' });
  const assignees = assigneesOf(policy);
  const offer: Offer = {
    ...{ id: 'urn:o', policy: json, ...(assignees === undefined ? {} : { assignees }) },
    ...(isConditional(policy) ? { conditional: true } : {}),
  };
  const values = transferFacts({ peer: id, now: 0, attested: { values: attestedFacts(attributes) } });
  return visibleOffers({ offers: [offer] }, { id, values }).length === 1;
}
const permitting = (...constraint: JsonObject[]): JsonObject => ({ action: 'use', constraint });

test.each<[string, readonly JsonObject[], boolean]>([
  ['a role it has', [permitting(role('buyer'))], true],
  ['a role it has not', [permitting(role('auditor'))], false],
  ['an attribute nobody attests', [permitting(atom('industry', 'eq', 'C34'))], false],
  ['any role but its own', [permitting(atom('urn:causeway:v1:role', 'isNoneOf', ['buyer']))], false],
  [
    'a level below its own',
    [permitting(atom('urn:causeway:v1:securityLevel', 'isPartOf', 'idsc:BASE_SECURITY_PROFILE'))],
    true,
  ],
  ['its country', [permitting(atom('spatial', 'isPartOf', 'CN'))], true],
  ['another country', [permitting(atom('spatial', 'isPartOf', 'DE'))], false],
  ['its connector', [permitting(atom('systemDevice', 'isAnyOf', [id]))], true],
  ['another connector', [permitting(atom('systemDevice', 'isAnyOf', ['urn:causeway:copper']))], false],
  ['a time to come', [permitting(later)], true],
  ['a purpose it may declare', [permitting(atom('odrl:purpose', 'eq', 'planning'))], true],
  ['a role it has not, or a time to come', [permitting(anyOf(role('auditor'), later))], true],
  ['one of two roles it has not', [permitting(anyOf(role('auditor'), role('smith')))], false],
  [
    'a role it has not, declared only',
    [permitting({ ...role('auditor'), 'urn:causeway:v1:declaredOnly': true })],
    true,
  ],
  ['two permissions, one of which it can have', [permitting(role('auditor')), permitting(role('buyer'))], true],
  ['two permissions, none of which it can have', [permitting(role('auditor')), permitting(role('smith'))], false],
])('an offer for %s: seen %s', (_name, permissions, expected) => {
  expect(seen(permissions, { role: 'buyer', country: 'CN-31', securityLevel: 'trust' })).toBe(expected);
});

describe('whom an offer names', () => {
  test('sees it, nobody else', () => {
    expect(seen([permitting()], {}, { assignee: id })).toBe(true);
    expect(seen([permitting()], {}, { assignee: 'urn:causeway:copper' })).toBe(false);
  });

  test('sees it only as far as its attributes let it', () => {
    expect(seen([permitting(role('buyer'))], { role: 'buyer' }, { assignee: id })).toBe(true);
    expect(seen([permitting(role('buyer'))], {}, { assignee: id })).toBe(false);
    expect(seen([permitting(role('buyer'))], { role: 'buyer' }, { assignee: 'urn:causeway:copper' })).toBe(false);
  });
});
