import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PolicyJson } from '../model.js';
import { readPolicy } from '../parse/policy.js';
import { compile } from './compile.js';
import { decide } from './decide.js';
import { recordDecision, replayDecision } from './record.js';
import { reportRules } from './report.js';

// SolidLab's ODRL Test Suite (MIT), as JSON: whether the one rule of a policy is active for a request in a state of the world.

interface Case {
  readonly id: string;
  readonly policy: PolicyJson;
  readonly request: { readonly assignee: string; readonly action: string; readonly target: string };
  readonly world: { readonly now: string };
  readonly expect: { readonly active: boolean };
}

const file = join(process.env['CAUSEWAY_SHARED'] ?? '', 'vectors/odrl/decide.ndjson');
const cases: Case[] = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

test('the suite is there, and expects both', () => {
  expect(cases).toHaveLength(50);
  expect(new Set(cases.map((each) => each.expect.active))).toEqual(new Set([true, false]));
  // A world of which this harness reads only the time must hold nothing else.
  expect(new Set(cases.flatMap(({ world }) => Object.keys(world)))).toEqual(new Set(['now']));
});

test.each(cases.map((each) => [each.id, each] as const))(
  '%s',
  (_, { policy: json, request, world, expect: expected }) => {
    const policy = readPolicy(json);
    const compiled = compile(policy);
    const facts = { now: Date.parse(world.now) };
    const [only, ...more] = reportRules(compiled, request, facts);
    expect(more).toEqual([]);
    expect(only?.active).toBe(expected.active);
    // A Set is asked what it would grant: its one permission, or nothing where it only prohibits.
    const options = { as: 'set' } as const;
    const decision = decide(compiled, request, facts, options);
    expect(decision.permit).toBe(policy.permissions.length === 1 && expected.active);
    expect(decision.reasons.length > 0).toBe(!decision.permit);
    const record = JSON.parse(JSON.stringify(recordDecision({ policy, request, facts, options, decision })));
    expect(replayDecision(record, json)).toEqual({ decision, same: true, engine: record.engine });
  },
);
