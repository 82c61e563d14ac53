import { expect, test } from 'vitest';
import type { JsonObject } from '../model.js';
import { neverPermits } from './never.js';

const now = Date.UTC(2026, 6, 1);
const before = (text: string) => ({ leftOperand: 'odrl:dateTime', operator: 'lt', rightOperand: text });
const from = (text: string) => ({ leftOperand: 'odrl:dateTime', operator: 'gteq', rightOperand: text });
const purpose = { leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: 'urn:x:planning' };
const once = { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: { '@value': '1', '@type': 'xsd:integer' } };
const parties = { assignee: 'urn:causeway:c', target: 'urn:causeway:p:d' };
const never = (permission: readonly JsonObject[], more: JsonObject = {}) =>
  neverPermits({ '@type': 'Offer', '@id': 'urn:o', permission: [...permission], ...more }, parties, now);
const use = (...constraint: JsonObject[]): JsonObject => ({ action: 'use', constraint });

test.each<[string, readonly JsonObject[], JsonObject?]>([
  ['no condition', [{ action: 'use' }]],
  ['a window that is open', [use(before('2026-07-01T00:00:00.001Z'))]],
  ['a window to come', [use(from('2027-01-01T00:00:00Z'), before('2028-01-01T00:00:00Z'))]],
  ['one that has passed and one to come', [use(before('2026-01-01T00:00:00Z')), use(from('2027-01-01T00:00:00Z'))]],
  ['what is not known yet', [use(purpose, before('2027-01-01T00:00:00Z'))]],
  ['a count', [use(once)]],
  ['a prohibition of something else', [{ action: 'use' }], { prohibition: [{ action: 'distribute' }], ...prohibit() }],
  [
    'a prohibition that ends',
    [{ action: 'use' }],
    { prohibition: [use(before('2027-01-01T00:00:00Z'))], ...prohibit() },
  ],
])('terms with %s may permit something', (_name, permission, more) => {
  expect(never(permission, more)).toBeUndefined();
});

function prohibit(): JsonObject {
  return { 'odrl:conflict': { '@id': 'odrl:prohibit' } };
}

test.each<[string, readonly JsonObject[], JsonObject?]>([
  ['a window that has closed', [use(before('2026-07-01T00:00:00Z'))]],
  ['windows that have all closed', [use(before('2026-01-01T00:00:00Z')), use(before('2026-06-01T00:00:00Z'), once)]],
  ['a closed window, whatever else they ask for', [use(purpose, before('2026-01-01T00:00:00Z'))]],
  [
    'a prohibition from now on',
    [{ action: 'use' }],
    { prohibition: [use(from('2026-01-01T00:00:00Z'))], ...prohibit() },
  ],
])('terms with %s permit nothing ever, and say so', (_name, permission, more) => {
  const why = never(permission, more);
  expect(why).toMatchObject({ code: 'OFFER_EXPIRED', en: expect.stringMatching(/^Nothing can be permitted .*: \S/) });
});
