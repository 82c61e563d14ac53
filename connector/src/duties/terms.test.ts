import { digestOf, saltOf, writeStatement } from '@causeway/evidence';
import { readPolicy } from '@causeway/policies';
import { expect, test } from 'vitest';
import type { JsonObject } from '../model.js';
import { unkeptDuties } from './capabilities.js';
import { termsOf } from './terms.js';

const provider = 'urn:causeway:p';
const consumer = 'urn:causeway:c';
const delivered = Date.UTC(2026, 5, 1);
const hour = 3_600_000;
const condition = (leftOperand: string, operator: string, rightOperand: string, type = 'xsd:duration') => ({
  ...{ leftOperand: `odrl:${leftOperand}`, operator, rightOperand: { '@value': rightOperand, '@type': type } },
});
const within = (time: string) => ({ constraint: [condition('elapsedTime', 'lteq', time)] });
const by = (time: string) => ({ constraint: [condition('dateTime', 'lt', time, 'xsd:dateTime')] });

function policyOf(obligation: readonly JsonObject[]): JsonObject {
  return {
    ...{ '@type': 'Agreement', '@id': 'urn:uuid:1', assigner: provider, assignee: consumer, target: `${provider}:d` },
    profile: 'https://w3id.org/idsa/code/',
    permission: [{ action: 'use' }],
    obligation: [...obligation],
  };
}

function terms(...obligation: JsonObject[]) {
  const policy = policyOf(obligation);
  const { bytes } = writeStatement({
    ...{ version: '1', type: 'agreement', agreement: policy, providerPid: 'urn:uuid:2', consumerPid: 'urn:uuid:3' },
    ...{ provider, consumer, time: '2026-01-01T00:00:00.000Z', salt: saltOf(new Uint8Array(16)) },
  });
  const statement = Buffer.from(bytes).toString();
  return termsOf({ digest: digestOf(statement), policy, statement });
}

test('obligations are owed for each delivery, and due in their last millisecond', () => {
  const { owed } = terms(
    { action: 'odrl:delete', ...within('PT1H') },
    { action: 'odrl:delete', ...by('2026-07-01T00:00:00Z') },
    { action: 'odrl:inform' },
    { action: 'https://w3id.org/idsa/code/log' },
    { action: 'odrl:compensate', 'urn:causeway:v1:declaredOnly': true },
  );
  expect(owed(delivered)).toEqual([
    { duty: 'obligation/0', action: 'delete', due: delivered + hour },
    { duty: 'obligation/1', action: 'delete', due: Date.UTC(2026, 6, 1) - 1 },
    { duty: 'obligation/2', action: 'inform' },
    { duty: 'obligation/3', action: 'idsc:log' },
  ]);
  expect(terms().owed(delivered)).toEqual([]);
});

test('a consequence is owed from the violation on, which is the end of the time at the latest', () => {
  const consequence = [{ action: 'odrl:inform', ...within('PT2H') }];
  const { consequences } = terms({ action: 'odrl:delete', ...within('PT1H'), consequence });
  const early = consequences('obligation/0', { delivered, violated: delivered + 5 });
  expect(early).toEqual([{ duty: 'obligation/0/consequence/0', action: 'inform', due: delivered + 5 + 2 * hour }]);
  const late = consequences('obligation/0', { delivered, violated: delivered + 9 * hour });
  expect(late).toMatchObject([{ due: delivered + 3 * hour + 1 }]);
  expect(consequences('obligation/0/consequence/0', { delivered, violated: delivered })).toEqual([]);
});

test.each<[string, JsonObject, string]>([
  ['another action', { action: 'odrl:archive' }, '/obligation/0'],
  ['a deletion without an end', { action: 'odrl:delete' }, '/obligation/0'],
  [
    'a condition that nobody heeds',
    {
      action: 'odrl:delete',
      constraint: [...within('PT1H').constraint, condition('spatial', 'eq', 'CN', 'xsd:string')],
    },
    '/obligation/0/constraint/1',
  ],
  [
    'not before a time',
    { action: 'odrl:inform', constraint: [condition('dateTime', 'gteq', '2026-07-01T00:00:00Z', 'xsd:dateTime')] },
    '/obligation/0/constraint/0',
  ],
  [
    'a notice to somebody else',
    { action: 'odrl:inform', constraint: [condition('recipient', 'eq', 'urn:causeway:x', 'xsd:string')] },
    '/obligation/0/constraint/0',
  ],
  [
    'a consequence that nobody keeps',
    { action: 'odrl:inform', ...within('PT1H'), consequence: [{ action: 'odrl:compensate' }] },
    '/obligation/0/consequence/0',
  ],
])('%s is not kept, and its place is named', (_name, obligation, path) => {
  const problems = unkeptDuties(readPolicy(policyOf([obligation]), { kind: 'Agreement' }), provider);
  expect(problems.map((problem) => [problem.path, problem.code])).toEqual([[path, 'NOT_ENFORCED']]);
});

test('what is kept has no problems, and neither has what was only declared', () => {
  const kept = policyOf([
    { action: 'odrl:delete', ...within('P30D'), consequence: [{ action: 'odrl:inform', ...within('P1D') }] },
    { action: 'odrl:inform', constraint: [condition('recipient', 'eq', provider, 'xsd:string')] },
    { action: 'https://w3id.org/idsa/code/log' },
    { action: 'odrl:archive', 'urn:causeway:v1:declaredOnly': true },
  ]);
  expect(unkeptDuties(readPolicy(kept, { kind: 'Agreement' }), provider)).toEqual([]);
});
