import { describe, expect, test } from 'vitest';
import { attestedFacts, transferFacts } from '../facts/table.js';
import type { JsonObject } from '../model.js';
import { accessOf, canHold, everybody } from './access.js';

const id = 'urn:causeway:cars';
const atom = (leftOperand: string, operator: string, rightOperand: unknown, more = {}) =>
  ({ leftOperand, operator, rightOperand, ...more }) as JsonObject;
const role = (name: string) => atom('urn:causeway:v1:role', 'isAnyOf', [name]);
const later = atom('odrl:dateTime', 'gteq', { '@value': '2999-01-01T00:00:00Z', '@type': 'xsd:dateTime' });
const anyOf = (...parts: JsonObject[]): JsonObject => ({ 'odrl:or': { '@list': parts } });

/** Whether an offer with these permissions is seen by who has these attributes. */
function seen(permissions: readonly JsonObject[], attributes: Parameters<typeof attestedFacts>[0], more = {}): boolean {
  const offer: JsonObject = { '@type': 'Offer', '@id': 'urn:o', permission: [...permissions], ...more };
  const values = transferFacts({ peer: id, now: 0, attested: { values: attestedFacts(attributes) } });
  const { access, conditions } = accessOf(offer);
  // As they come back from the store.
  const stored = new Map([...conditions].map(([digest, one]) => [digest, JSON.parse(JSON.stringify(one))]));
  return access.some(
    ({ to, condition }) =>
      [everybody, id].includes(to) && (condition === undefined || canHold(stored.get(condition), { id, values })),
  );
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

describe('what an offer is indexed by', () => {
  const named = (count: number): JsonObject[] =>
    Array.from({ length: count }, (_one, at) => ({ '@id': `urn:causeway:n${at}`, '@type': 'Party' }));
  const accessIn = (...permission: JsonObject[]) =>
    accessOf({ '@type': 'Offer', '@id': 'urn:o', permission }).access.map(({ to, condition }) => [to, condition]);

  test('is the same for conditions that differ only in what is not about who asks', () => {
    const [one] = accessIn(permitting(role('buyer'), atom('odrl:purpose', 'eq', 'planning')));
    expect(one?.[0]).toBe(everybody);
    expect(accessIn(permitting(later, role('buyer')))).toEqual([one]);
    expect(accessIn(permitting(anyOf(role('auditor'), later)), permitting(role('buyer')))).not.toEqual([one]);
    expect(accessIn(permitting(role('smith')))).not.toEqual([one]);
  });

  test('is nothing but everybody where one permission demands nothing of anybody', () => {
    expect(accessIn(permitting(role('buyer')), permitting(later))).toEqual([[everybody, undefined]]);
  });

  test('is each of a few that are named, and a condition for many', () => {
    expect(seen([permitting()], {}, { assignee: [...named(2), { '@id': id, '@type': 'Party' }] })).toBe(true);
    expect(accessIn({ ...permitting(), assignee: named(16) })).toHaveLength(16);
    const [many, ...others] = accessIn({ ...permitting(), assignee: named(1_000) });
    expect([many?.[0], others]).toEqual([everybody, []]);
    expect(seen([permitting()], {}, { assignee: named(1_000) })).toBe(false);
    expect(seen([permitting()], {}, { assignee: [...named(999), { '@id': id, '@type': 'Party' }] })).toBe(true);
  });

  test('is nobody for what is not understood', () => {
    expect(accessOf({ '@type': 'Offer', '@id': 'urn:o', permission: [{ action: 'urn:no:such' }] }).access).toEqual([]);
  });
});
