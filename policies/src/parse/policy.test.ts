import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue, PolicyJson } from '../model.js';
import { policyLimits } from './bounds.js';
import { parsePolicy } from './policy.js';

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
  expect(result.ok && result.warnings).toContainEqual(
    expect.objectContaining({ code: 'POLICY_VOID', path: '/prohibition/0' }),
  );
});

test('a policy without class is a Set, which grants nothing', () => {
  const { '@type': _, ...rest } = base;
  expect(parsePolicy(rest)).toMatchObject({ ok: true, policy: { kind: 'Set' } });
  expect(parsePolicy({ ...rest, '@type': 'odrl:Policy' })).toMatchObject({ ok: true, policy: { kind: 'Set' } });
  expect(problems(rest, 'Offer')).toEqual(['MEMBER_MISSING ']);
});

test('every mistake is reported, with the nearest known term', () => {
  const result = parsePolicy({ ...withRule({ action: 'odrl:distrbute', constraints: [] }), targt: 'x' });
  expect(result.ok ? [] : result.problems.map(({ path, suggestion }) => [path, suggestion])).toEqual([
    ['/targt', 'target'],
    ['/permission/0/constraints', 'constraint'],
    ['/permission/0/action', 'distribute'],
  ]);
});

test('what a few words stand for is bounded', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `urn:x:${at}`);
  const actions = Array.from({ length: 15 }, () => 'odrl:read');
  expect(problems(withRule({ action: actions, target: many(15) }))).toEqual(['LIMIT_EXCEEDED /permission/0']);
  const duty = many(20).map(() => ({ action: 'odrl:compensate' }));
  expect(problems(withRule({ action: actions, duty }))).toEqual(['LIMIT_EXCEEDED /permission/0/duty/0']);
  // Each constraint of the chain names the next one twice.
  const chain = Object.fromEntries(many(8).map((id, at) => [id, { and: [`urn:x:${at + 1}`, `urn:x:${at + 1}`] }]));
  const constraints = { ...chain, 'urn:x:8': constraint };
  const long = parsePolicy(withRule({ constraint: ['urn:x:0'] }), { constraints });
  expect(long.ok ? [] : long.problems[0]?.code).toBe('LIMIT_EXCEEDED');
  const wide = Object.fromEntries(many(6).map((id, at) => [id, { and: Array(9).fill(`urn:x:${at + 1}`) }]));
  const explosion = parsePolicy(withRule({ constraint: ['urn:x:0'] }), {
    constraints: { ...wide, 'urn:x:6': constraint },
  });
  expect(explosion.ok ? [] : explosion.problems.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED']);
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

test('when an agreement was made is told as finely as its maker likes, and kept as it stands', () => {
  const parties = { assigner: 'urn:a', assignee: 'urn:b', '@type': 'Agreement' };
  const stamped = (timestamp: string) => ({ ...base, ...parties, timestamp });
  const nanoseconds = '2026-11-21T03:16:58.046123456Z';
  expect(parsePolicy(stamped(nanoseconds))).toMatchObject({ ok: true, policy: { timestamp: nanoseconds } });
  expect(problems(stamped('2026-11-21 03:16:58Z'))).toEqual(['VALUE_MALFORMED /timestamp']);
});
