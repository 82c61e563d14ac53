import { expect, test } from 'vitest';
import { type Capabilities, unenforced } from './enforce.js';
import type { JsonValue, PolicyJson } from './model.js';
import { readPolicy } from './parse/policy.js';
import { compose } from './templates/compose.js';
import { idsTemplates } from './templates/ids.js';

const mask = 'urn:causeway:v1:mask';
const able: Capabilities = {
  actions: ['use', 'distribute', 'sell'],
  operands: {
    purpose: 'declared',
    spatial: 'attested',
    systemDevice: 'attested',
    elapsedTime: 'measured',
    'urn:causeway:v1:role': 'attested',
    'urn:causeway:v1:securityLevel': 'attested',
  },
  duties: [mask],
  obligations: ['delete', 'inform', 'idsc:log'],
};

const until = {
  leftOperand: 'odrl:dateTime',
  operator: 'lt',
  rightOperand: { '@value': '2028-01-01T00:00:00Z', '@type': 'xsd:dateTime' },
};
const event = { leftOperand: 'odrl:event', operator: 'eq', rightOperand: 'fair' };
const only = { 'urn:causeway:v1:declaredOnly': true };

function found(parts: PolicyJson): string[] {
  const policy = readPolicy({ '@type': 'Set', '@id': 'urn:x', target: 'urn:d', ...parts });
  return unenforced(policy, able).map(({ code, path }) => {
    expect(code).toBe('NOT_ENFORCED');
    return path;
  });
}

test.each([
  [
    'time and counts are always known',
    [until, { leftOperand: 'odrl:count', operator: 'lteq', rightOperand: { '@value': '3', '@type': 'xsd:integer' } }],
    [],
  ],
  ['what somebody can say', [{ leftOperand: 'purpose', operator: 'eq', rightOperand: 'repair' }], []],
  ['nobody sees the event', [until, event], ['/permission/0/constraint/1']],
  ['nor in an alternative', [{ or: [until, { and: [event] }] }], ['/permission/0/constraint/0/or/1/and/0']],
  ['unless it is only declared', [{ ...event, ...only }], []],
  [
    'a purpose is only ever declared',
    [{ leftOperand: 'purpose', operator: 'eq', rightOperand: 'repair', 'urn:causeway:v1:source': 'attested' }],
    ['/permission/0/constraint/0'],
  ],
  [
    'several dimensions at once',
    [{ leftOperand: 'absoluteSize', operator: 'lt', rightOperand: { '@value': '3', '@type': 'xsd:decimal' } }],
    ['/permission/0/constraint/0'],
  ],
])('%s', (_name, constraint: JsonValue, paths) => {
  expect(found({ permission: [{ action: 'use', constraint }] })).toEqual(paths);
});

test('prohibitions, refinements of parties, of assets and of actions are looked at too', () => {
  expect(found({ permission: [{ action: 'use' }], prohibition: [{ action: 'sell', constraint: [event] }] })).toEqual([
    '/prohibition/0/constraint/0',
  ]);
  expect(found({ permission: [{ action: { 'rdf:value': { '@id': 'odrl:print' }, refinement: [event] } }] })).toEqual([
    '/permission/0/action',
    '/permission/0/action/refinement/0',
  ]);
  expect(found({ permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:print' }] })).toEqual([
    '/prohibition/0/action',
  ]);
  expect(found({ permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:print', ...only }] })).toEqual([]);
  const who = { '@type': 'PartyCollection', source: 'urn:all', refinement: [event] };
  expect(found({ permission: [{ action: 'use', assignee: who }] })).toEqual(['/permission/0/assignee/refinement/0']);
  const what = { '@type': 'AssetCollection', source: 'urn:all', refinement: [event] };
  expect(found({ permission: [{ action: 'use', target: what }] })).toEqual(['/permission/0/target/refinement/0']);
});

const field = (name: string) => ({ leftOperand: 'urn:causeway:v1:field', operator: 'eq', rightOperand: name });

test.each([
  ['a duty somebody does', { action: mask, constraint: [field('name')] }, []],
  ['a duty nobody does', { action: 'compensate' }, ['/permission/0/duty/0']],
  ['a duty that is only declared', { action: 'compensate', ...only }, []],
  [
    'how it is done, which nobody heeds',
    { action: mask, constraint: [{ leftOperand: 'media', operator: 'eq', rightOperand: 'x' }] },
    ['/permission/0/duty/0/constraint/0'],
  ],
  ['by when', { action: mask, constraint: [until] }, []],
  [
    'under a circumstance somebody knows',
    { action: mask, constraint: [{ leftOperand: 'purpose', operator: 'eq', rightOperand: 'x' }] },
    [],
  ],
  ['under a circumstance nobody knows', { action: mask, constraint: [event] }, ['/permission/0/duty/0/constraint/0']],
  [
    'in one way or another',
    { action: mask, constraint: [{ or: [field('a'), field('b')] }] },
    ['/permission/0/duty/0/constraint/0'],
  ],
  ['by somebody who has no part in it', { action: mask, assignee: 'urn:other' }, ['/permission/0/duty/0']],
  [
    'with a consequence nobody keeps',
    { action: mask, consequence: [{ action: 'compensate', constraint: [until] }] },
    ['/permission/0/duty/0/consequence/0'],
  ],
])('before the use: %s', (_name, duty: JsonValue, paths) => {
  expect(found({ permission: [{ action: 'use', duty: [duty] }] })).toEqual(paths);
});

test('after the use, and once a prohibition is broken', () => {
  const deadline = [
    { leftOperand: 'elapsedTime', operator: 'lteq', rightOperand: { '@value': 'P30D', '@type': 'xsd:duration' } },
  ];
  expect(found({ permission: [{ action: 'use' }], obligation: [{ action: 'delete', constraint: deadline }] })).toEqual(
    [],
  );
  expect(found({ permission: [{ action: 'use' }], obligation: [{ action: 'anonymize' }] })).toEqual(['/obligation/0']);
  // It cannot be fulfilled before the use, whoever keeps obligations.
  expect(found({ permission: [{ action: 'use' }], obligation: [{ action: mask }] })).toEqual(['/obligation/0']);
  const remedy = [{ action: 'compensate', constraint: [until] }];
  expect(found({ permission: [{ action: 'use' }], prohibition: [{ action: 'sell', remedy }] })).toEqual([
    '/prohibition/0/remedy/0',
  ]);
});

const examples: Readonly<Record<number, Readonly<Record<string, JsonValue>>>> = {
  1: { participants: ['urn:a'] },
  2: { connectors: ['urn:a'] },
  3: { applications: ['urn:app'] },
  4: { roles: ['planner'] },
  5: { places: ['CN'] },
  6: { purposes: ['repair'] },
  7: { event: 'fair' },
  8: { level: 'trust' },
  9: { from: '2027-01-01T00:00:00Z', until: '2028-01-01T00:00:00Z' },
  10: { duration: 'P90D' },
  11: { count: 3 },
  12: { after: 'P30D' },
  13: { fields: ['name'] },
  16: { recipient: 'urn:a' },
  17: { policy: 'urn:terms' },
  18: { states: ['encrypted'] },
  19: { amount: 5, currency: 'http://dbpedia.org/resource/Euro' },
  20: { amount: 5, currency: 'http://dbpedia.org/resource/Euro', every: 'P1M' },
  21: { state: 'emergency' },
  22: { places: ['CN'] },
  24: { none: ['health'] },
};

test('the table of the templates says who enforces what: what nobody does is refused unless it is only declared', () => {
  for (const template of Object.values(idsTemplates)) {
    const problems = (more: PolicyJson) =>
      unenforced(
        readPolicy(compose({ id: 'urn:o' }, [template.part({ ...examples[template.number], ...more })])),
        able,
      );
    expect([template.number, problems({}).length > 0]).toEqual([template.number, template.enforced === 'nobody']);
    expect(problems({ declaredOnly: true })).toEqual([]);
  }
});
