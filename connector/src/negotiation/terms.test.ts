import { expect, test } from 'vitest';
import type { JsonObject, Negotiation } from '../model.js';
import { exceeds, sameMeaning } from './terms.js';

const [self, peer, dataset] = ['urn:causeway:c', 'urn:causeway:p', 'urn:causeway:p:d'];
const permission = [{ action: 'use' }];

/** A consumer's negotiation about these terms, and the provider's agreement with them word for word. */
function agreedOn(terms: JsonObject, changed: JsonObject = {}): { agreement: JsonObject; negotiation: Negotiation } {
  const negotiation: Negotiation = {
    pid: 'urn:uuid:1',
    role: 'consumer',
    peer,
    peerPid: 'urn:uuid:2',
    address: 'http://p',
    state: 'AGREED',
    moves: 3,
    lane: 0,
    unacknowledged: 0,
    answered: [],
    history: [],
    created: 0,
    updated: 0,
    dataset,
    offer: { '@type': 'Offer', '@id': 'urn:uuid:o', target: dataset, ...terms },
  };
  const parties = { assigner: peer, assignee: self, target: dataset, timestamp: '2027-01-01T00:00:00Z' };
  return { agreement: { ...terms, '@type': 'Agreement', '@id': 'urn:uuid:a', ...parties, ...changed }, negotiation };
}

test('an agreement word for word what was asked for means the same', () => {
  const { agreement, negotiation } = agreedOn({ permission });
  expect(sameMeaning(agreement, negotiation, self)).toBeUndefined();
});

test.each<[string, JsonObject, string]>([
  ['an obligation nobody knows', { permission, obligation: [{ action: 'odrl:forget' }] }, '/obligation/0/action'],
  ['a term that is not known', { permission, 'urn:x:fee': 'all you have' }, '/urn:x:fee'],
  ['a context that redefines the terms', { permission, '@context': 'https://evil.example/use.jsonld' }, '/@context'],
  ['half a surrogate pair', { permission, 'urn:x': '\ud800' }, '/urn:x'],
])('an agreement with %s is not signed, even word for word what was asked for', (_name, terms, path) => {
  const { agreement, negotiation } = agreedOn(terms);
  const found = sameMeaning(agreement, negotiation, self);
  expect(found).toMatchObject({ code: 'POLICY_INVALID' });
  expect(found?.en).toContain(`${path}: `);
});

test('a context that the provider adds is judged too', () => {
  const known = agreedOn({ permission }, { '@context': 'http://www.w3.org/ns/odrl.jsonld' });
  expect(sameMeaning(known.agreement, known.negotiation, self)).toBeUndefined();
  const other = agreedOn({ permission }, { '@context': { use: 'odrl:distribute' } });
  expect(sameMeaning(other.agreement, other.negotiation, self)?.en).toContain('/@context/use: ');
});

test('a reason quotes no more of the peer than it can be sent', () => {
  const offer = { '@type': 'Offer', '@id': 'urn:uuid:o', target: dataset, permission };
  const unknown = Array.from({ length: 200 }, (_, at) => ({ action: `urn:${'😀'.repeat(30)}:${at}` }));
  const parties = { assignee: self, assigner: peer, target: dataset };
  const { en = '' } = exceeds({ ...offer, permission: unknown }, offer, parties) ?? {};
  expect([en.length > 3_900, en.length <= 4_001, en.endsWith('…')]).toEqual([true, true, true]);
  expect(/\p{Surrogate}$/u.test(en.slice(0, -1))).toBe(false);
});
