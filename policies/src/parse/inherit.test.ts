import { expect, test } from 'vitest';
import type { JsonValue, PolicyJson } from '../model.js';
import { parsePolicy, readPolicy } from './policy.js';

const parent: PolicyJson = {
  '@type': 'Set',
  uid: 'urn:policy:default',
  profile: 'https://w3id.org/idsa/code/',
  assigner: 'urn:org-01',
  obligation: [{ target: 'urn:terms', action: 'idsc:log' }],
};
const child: PolicyJson = {
  '@type': 'Agreement',
  uid: 'urn:policy:4444',
  inheritFrom: 'urn:policy:default',
  assignee: 'urn:user:0001',
  permission: [{ target: 'urn:asset:5555', action: 'display' }],
};

function problems(json: unknown, policies: Record<string, JsonValue>) {
  const result = parsePolicy(json, { policies });
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

/** Information Model, 2.9: the example of the specification, with a profile of the parent's. */
test('a child has its own rules and its parent’s, and what either says for all of them', () => {
  const policy = readPolicy(child, { policies: { 'urn:policy:default': parent } });
  expect(policy).toMatchObject({
    kind: 'Agreement',
    assigner: 'urn:org-01',
    assignees: [{ id: 'urn:user:0001' }],
    profiles: ['https://w3id.org/idsa/code/'],
    permissions: [{ rule: 'permission/0', target: { id: 'urn:asset:5555' } }],
    obligations: [{ duty: 'obligation/0', path: '/inheritFrom/obligation/0', target: { id: 'urn:terms' } }],
  });
});

test('a mistake of a parent is the child’s', () => {
  const wrong = { ...parent, obligation: [{ action: 'odrl:dleete' }] };
  expect(problems(child, { 'urn:policy:default': wrong })).toEqual(['ACTION_UNKNOWN /inheritFrom/obligation/0/action']);
});

test('a child may not name another party, asset or classification than its parent', () => {
  const classified = { ...parent, 'urn:causeway:v1:classification': { level: '3' } };
  const lower = { ...child, 'urn:causeway:v1:classification': { level: '1' } };
  expect(problems(lower, { 'urn:policy:default': classified })).toEqual(['VALUE_MALFORMED /inheritFrom']);
  expect(problems({ ...child, assigner: 'urn:other' }, { 'urn:policy:default': parent })).toEqual([
    'VALUE_MALFORMED /inheritFrom',
  ]);
});

test('two strategies in one line void the policy in a conflict', () => {
  const json = { ...child, conflict: 'perm' };
  const policy = readPolicy(json, { policies: { 'urn:policy:default': { ...parent, conflict: 'prohibit' } } });
  expect(policy.conflict).toBe('invalid');
});

test('circles, strangers and crowds are refused', () => {
  const policies: Record<string, JsonValue> = {
    'urn:a': { ...parent, inheritFrom: 'urn:b' },
    'urn:b': { ...parent, inheritFrom: ['urn:a'] },
  };
  expect(problems({ ...child, inheritFrom: 'urn:a' }, policies)).toContain(
    'REFERENCE_UNKNOWN /inheritFrom/inheritFrom/inheritFrom/0',
  );
  expect(problems({ ...child, inheritFrom: 'toString' }, policies)).toContain('REFERENCE_UNKNOWN /inheritFrom');
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`urn:${at}`, parent]));
  expect(problems({ ...child, inheritFrom: Object.keys(many) }, many)).toEqual(['LIMIT_EXCEEDED /inheritFrom/8']);
});
