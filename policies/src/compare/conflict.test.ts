import { expect, test } from 'vitest';
import { compareRequest, type JsonValue, type PolicyJson, parsePolicy, policyLimits, readPolicy } from '../index.js';
import { Budget } from './budget.js';
import { findVoidingPair } from './conflict.js';

const end = '2030-01-01T00:00:00Z';
const time = (operator: string, rightOperand: string) => ({ leftOperand: 'odrl:dateTime', operator, rightOperand });

/** Rules that are apart in time only, and costly to prove so: what a stranger would send. */
function costly(permissions: number, prohibitions: number, spelling = 'prohibition'): PolicyJson {
  const and = (purpose: number): JsonValue => ({
    and: [
      { leftOperand: 'odrl:purpose', operator: 'eq', rightOperand: `p${purpose}` },
      time('neq', new Date(1e12 + purpose * 1e9).toISOString()),
    ],
  });
  const permission = { action: 'use', constraint: [time('lt', end), { or: [0, 1, 2, 3].map(and) }] };
  const prohibition = { action: 'use', constraint: [time('gteq', end)] };
  return {
    '@type': 'Offer',
    '@id': 'urn:uuid:1',
    target: 'urn:causeway:maker:steel',
    permission: Array.from({ length: permissions }, () => permission),
    [spelling]: Array.from({ length: prohibitions }, () => prohibition),
  };
}

class Counting extends Budget {
  spent = 0;

  override spend(steps: number): void {
    this.spent += steps;
    super.spend(steps);
  }
}

test.each(['prohibition', 'odrl:prohibition', 'http://www.w3.org/ns/odrl/2/prohibition'])(
  'a policy of more rules than are judged is refused before any is read (%s)',
  (spelling) => {
    const found = parsePolicy(costly(100, 1_000, spelling));
    expect(found.ok ? [] : found.problems.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED']);
    expect(parsePolicy(costly(1, policyLimits.rules, spelling)).ok).toBe(false);
    expect(parsePolicy(costly(1, policyLimits.rules - 1, spelling)).ok).toBe(true);
  },
);

test('all pairs of a policy share one budget, and what it does not cover is a conflict', () => {
  const policy = readPolicy(costly(100, 100));
  const budget = new Counting(5_000);
  const pair = findVoidingPair(policy, budget);
  expect(pair?.map(({ kind }) => kind)).toEqual(['permission', 'prohibition']);
  // The step that exceeds is the last one taken.
  expect(budget.spent).toBeLessThan(5_100);

  const enough = new Counting(1_000_000);
  expect(findVoidingPair(readPolicy(costly(10, 10)), enough)).toBeUndefined();
  expect(enough.spent).toBeLessThan(20_000);
});

test('a request that is void for others only is compared for the one who asks', () => {
  const offer = readPolicy({ ...costly(1, 0), prohibition: [{ action: 'use', assignee: 'urn:eve' }] });
  const context = { assignee: 'urn:bo', target: 'urn:causeway:maker:steel' };
  expect(compareRequest(offer, offer, context)).not.toMatchObject({
    reasons: [{ path: '/prohibition/0', code: 'POLICY_VOID' }],
  });
});
