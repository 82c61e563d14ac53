import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonValue, type PolicyJson, parsePolicy, policyLimits } from '../index.js';
import { offer } from '../testing/generate.js';

const constraint = {
  leftOperand: 'odrl:count',
  operator: 'lteq',
  rightOperand: { '@value': '10', '@type': 'xsd:integer' },
};
const base: PolicyJson = {
  '@type': 'Offer',
  '@id': 'urn:uuid:1',
  target: 'urn:causeway:maker:steel',
  permission: [{ action: 'use', constraint: [constraint] }],
};
const withConstraint = (changed: PolicyJson): PolicyJson => ({
  ...base,
  permission: [{ action: 'use', constraint: [{ ...constraint, ...changed }] }],
});
const withRule = (changed: PolicyJson): PolicyJson => ({ ...base, permission: [{ action: 'use', ...changed }] });

function problems(json: unknown, kind?: 'Offer' | 'Agreement' | 'Set' | 'Request') {
  const result = parsePolicy(json, kind ? { kind } : {});
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

test('DSP spelling, compact and absolute IRIs, typed values and numbers are read as one', () => {
  const ns = 'http://www.w3.org/ns/odrl/2/';
  const absolute = {
    '@type': `${ns}Offer`,
    uid: 'urn:uuid:1',
    [`${ns}target`]: { '@id': 'urn:causeway:maker:steel' },
    [`${ns}permission`]: [
      {
        [`${ns}action`]: { '@id': `${ns}use` },
        'odrl:constraint': [
          { [`${ns}leftOperand`]: { '@id': `${ns}count` }, 'odrl:operator': 'odrl:lteq', 'odrl:rightOperand': 10 },
        ],
      },
    ],
  };
  const bare = withConstraint({ leftOperand: 'count', rightOperand: '10' });
  const read = [base, absolute, bare].map((json) => {
    const result = parsePolicy(json);
    return result.ok
      ? JSON.parse(JSON.stringify(result.policy, (key, value) => (key === 'path' ? undefined : value)))
      : result;
  });
  expect(read[1]).toEqual(read[0]);
  expect(read[2]).toEqual(read[0]);
});

const refused: Record<string, [json: unknown, problem: string, kind?: 'Offer' | 'Agreement' | 'Set' | 'Request']> = {
  'not an object': [[base], 'VALUE_MALFORMED '],
  'not JSON': [{ ...base, target: undefined }, 'VALUE_MALFORMED /target'],
  'another class of ODRL': [{ ...base, '@type': 'odrl:Assertion' }, 'TYPE_UNEXPECTED /@type'],
  'no class': [{ permission: [{ action: 'use' }] }, 'MEMBER_MISSING '],
  'another class than demanded': [base, 'TYPE_UNEXPECTED /@type', 'Agreement'],
  'an unknown member': [{ ...base, 'x/y': 1 }, 'TERM_UNKNOWN /x~1y'],
  'our own namespace, unknown term': [{ ...base, 'urn:causeway:v1:more': 1 }, 'TERM_UNKNOWN /urn:causeway:v1:more'],
  'a member of Object.prototype': [
    JSON.parse('{"@type":"Offer","permission":[{"action":"use"}],"__proto__":{}}'),
    'TERM_UNKNOWN /__proto__',
  ],
  'one member in two spellings': [{ ...base, 'odrl:target': 'urn:x' }, 'MEMBER_TWICE /odrl:target'],
  'a context that could change the terms': [{ ...base, '@context': { use: 'odrl:read' } }, 'CONTEXT_UNKNOWN /@context'],
  'an unknown profile': [{ ...base, profile: ['urn:x:p'] }, 'PROFILE_UNKNOWN /profile'],
  'an unknown conflict strategy': [{ ...base, 'odrl:conflict': 'odrl:allow' }, 'CONFLICT_UNKNOWN /odrl:conflict'],
  inheritance: [{ ...base, 'odrl:inheritFrom': 'urn:x' }, 'TERM_NOT_DECIDED /odrl:inheritFrom'],
  'an obligation': [{ ...base, obligation: [{ action: 'odrl:delete' }] }, 'DUTY_NOT_DECIDED /obligation/0'],
  'a duty': [withRule({ duty: [{ action: 'odrl:inform' }] }), 'DUTY_NOT_DECIDED /permission/0/duty/0'],
  'a refinement of the action': [
    withRule({ action: { '@id': 'use', refinement: [] } }),
    'TERM_NOT_DECIDED /permission/0/action',
  ],
  'two actions': [withRule({ action: ['use', 'odrl:read'] }), 'VALUE_MALFORMED /permission/0/action'],
  'an unknown action': [withRule({ action: 'odrl:raed' }), 'ACTION_UNKNOWN /permission/0/action'],
  'an action of another namespace': [withRule({ action: 'urn:x:use' }), 'ACTION_UNKNOWN /permission/0/action'],
  'no action': [{ ...base, permission: [{}] }, 'MEMBER_MISSING /permission/0'],
  'no rules': [{ '@type': 'Offer', '@id': 'urn:x' }, 'MEMBER_MISSING '],
  'only empty lists of rules': [{ ...base, permission: [], prohibition: [] }, 'MEMBER_MISSING '],
  'nobody as assignee': [{ ...base, assignee: [] }, 'VALUE_EMPTY /assignee'],
  'an operand of ODRL that is not decided': [
    withConstraint({ leftOperand: 'odrl:spatial' }),
    'OPERAND_NOT_DECIDED /permission/0/constraint/0/leftOperand',
  ],
  'an unknown operand': [
    withConstraint({ leftOperand: 'odrl:counts' }),
    'OPERAND_UNKNOWN /permission/0/constraint/0/leftOperand',
  ],
  'an unknown operator': [
    withConstraint({ operator: 'term-lteq' }),
    'OPERATOR_UNKNOWN /permission/0/constraint/0/operator',
  ],
  'an operator that means nothing for the operand': [
    withConstraint({ operator: 'gteq' }),
    'OPERATOR_NOT_VALID /permission/0/constraint/0/operator',
  ],
  'an unknown datatype': [
    withConstraint({ rightOperand: { '@value': '10', '@type': 'xsd:duration' } }),
    'DATATYPE_UNKNOWN /permission/0/constraint/0/rightOperand/@type',
  ],
  'half a use': [withConstraint({ rightOperand: 0.5 }), 'VALUE_RANGE /permission/0/constraint/0/rightOperand'],
  'more uses than can be counted': [
    withConstraint({ rightOperand: '9007199254740993' }),
    'VALUE_RANGE /permission/0/constraint/0/rightOperand',
  ],
  'a unit': [withConstraint({ unit: 'urn:x' }), 'TERM_NOT_DECIDED /permission/0/constraint/0/unit'],
  'a logical constraint with an operand beside it': [
    withConstraint({ or: [] }),
    'VALUE_MALFORMED /permission/0/constraint/0',
  ],
  'an empty or': [withRule({ constraint: [{ or: [] }] }), 'VALUE_EMPTY /permission/0/constraint/0'],
  'a count in a prohibition': [
    { ...base, prohibition: [{ action: 'odrl:print', constraint: [constraint] }] },
    'COUNT_IN_PROHIBITION /prohibition/0/constraint/0',
  ],
  'half a surrogate pair': [{ ...base, target: 'urn:\ud800' }, 'VALUE_MALFORMED /target'],
  'half a surrogate pair in a name': [{ ...base, 'urn:x:\ud800': 1 }, 'VALUE_MALFORMED '],
  'a timestamp in an offer': [{ ...base, timestamp: '2027-01-01T00:00:00Z' }, 'TERM_UNKNOWN /timestamp'],
  'an agreement with two assignees': [
    { ...base, '@type': 'Agreement', assigner: 'urn:a', assignee: ['urn:b', 'urn:c'] },
    'VALUE_MALFORMED /assignee',
  ],
};

test.each(Object.entries(refused))('refused with its place: %s', (_, [json, problem, kind]) => {
  expect(problems(json, kind)).toContain(problem);
});

test.each([
  ['2027-02-29T00:00:00Z'],
  ['2027-01-01T25:00:00Z'],
  ['2027-01-01'],
  ['2027-01-01T00:00:00.0001Z'],
  ['2027-01-01T00:00:00+15:00'],
  ['2027-01-01 00:00:00Z'],
])('not an instant: %s', (rightOperand) => {
  const json = withConstraint({ leftOperand: 'odrl:dateTime', rightOperand });
  expect(problems(json)).toEqual(['VALUE_MALFORMED /permission/0/constraint/0/rightOperand']);
});

test('when an agreement was made is told as finely as its maker likes, and kept as it stands', () => {
  const parties = { assigner: 'urn:a', assignee: 'urn:b', '@type': 'Agreement' };
  const stamped = (timestamp: string) => ({ ...base, ...parties, timestamp });
  const nanoseconds = '2026-11-21T03:16:58.046123456Z';
  expect(parsePolicy(stamped(nanoseconds))).toMatchObject({ ok: true, policy: { timestamp: nanoseconds } });
  expect(problems(stamped('2026-11-21 03:16:58Z'))).toEqual(['VALUE_MALFORMED /timestamp']);
});

test('empty lists of rules and duties say nothing', () => {
  expect(problems({ ...base, prohibition: [], obligation: [] })).toEqual([]);
});

test('a time without a zone is read with a warning', () => {
  const result = parsePolicy(withConstraint({ leftOperand: 'odrl:dateTime', rightOperand: '2027-01-01T00:00' }));
  expect(result).toMatchObject({
    ok: true,
    warnings: [{ code: 'ZONE_MISSING', path: '/permission/0/constraint/0/rightOperand' }],
  });
});

test('a prohibition that voids the policy is read with a warning', () => {
  const result = parsePolicy({ ...base, prohibition: [{ action: 'odrl:distribute' }] });
  expect(result).toMatchObject({ ok: true, warnings: [{ code: 'POLICY_VOID', path: '/prohibition/0' }] });
});

test('every mistake is reported, with the nearest known term', () => {
  const result = parsePolicy({ ...withRule({ action: 'odrl:distrbute', constraints: [] }), targt: 'x' });
  expect(result.ok ? [] : result.problems.map(({ path, suggestion }) => [path, suggestion])).toEqual([
    ['/targt', 'target'],
    ['/permission/0/constraints', 'constraint'],
    ['/permission/0/action', 'distribute'],
  ]);
});

test('depth, size and length of a policy are bounded', () => {
  let nested: JsonValue = constraint;
  for (let depth = 0; depth < 30; depth++) nested = { and: [nested] };
  expect(problems(withRule({ constraint: [nested] }))[0]).toMatch(
    /^LIMIT_EXCEEDED \/permission\/0\/constraint\/0\/and/,
  );
  const many = Array.from({ length: policyLimits.values }, () => 'urn:x');
  expect(problems({ ...base, assignee: many })[0]).toMatch(/^LIMIT_EXCEEDED \/assignee/);
  expect(problems({ ...base, target: 'x'.repeat(policyLimits.text + 1) })).toEqual(['LIMIT_EXCEEDED /target']);
  const names = Array.from({ length: 150 }, (_, at) => `urn:${at}:${'x'.repeat(1_900)}`);
  expect(problems({ ...base, assignee: names })).toEqual(['LIMIT_EXCEEDED /assignee/104']);
  const wrong = Array.from({ length: policyLimits.rules }, () => ({ action: 'odrl:nothing' }));
  expect(problems({ ...base, permission: wrong }).length).toBe(policyLimits.problems);
});

test('no value at all makes the parser throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(parsePolicy(value).ok).toBe(false);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});

/** Every place of a term: the name of a member, or a value that names an action, operand, operator, type or strategy. */
function mutants(value: JsonValue, path: string): { path: string; with(mark: string): JsonValue }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at) =>
      mutants(item, `${path}/${at}`).map((each) => ({
        path: each.path,
        with: (mark) => value.with(at, each.with(mark)),
      })),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const { [key]: _, ...rest } = value;
    const named = /^(action|leftOperand|operator|@type|odrl:conflict)$/.test(key);
    return [
      { path: `${path}/${key}`, with: (mark: string): JsonValue => ({ ...rest, [key + mark]: item }) },
      ...(named && typeof item === 'string'
        ? [{ path: `${path}/${key}`, with: (mark: string): JsonValue => ({ ...rest, [key]: item + mark }) }]
        : []),
      ...mutants(item, `${path}/${key}`).map((each) => ({
        path: each.path,
        with: (mark: string): JsonValue => ({ ...value, [key]: each.with(mark) }),
      })),
    ];
  });
}

test('a policy with one term that is not understood is refused whole, so it cannot turn a denial into a permit', () => {
  fc.assert(
    fc.property(offer, fc.nat(), fc.constantFrom('x', ':', '_', ' ', 'ing'), (json, at, mark) => {
      const all = mutants(json, '');
      const mutant = all[at % all.length];
      expect(parsePolicy(mutant?.with(mark)).ok).toBe(false);
    }),
    { seed: 11, numRuns: 5_000 },
  );
});
