import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DecisionRequest, Fact, JsonValue, PolicyJson } from '../model.js';
import { spanOfInstant } from '../parse/instant.js';
import { readPolicy } from '../parse/policy.js';
import { compile } from './compile.js';
import { decide } from './decide.js';
import { reportRules } from './report.js';

// The evaluation examples A (constraints) and B (refinements) of the W3C ODRL formal-semantics draft: a policy, evaluation requests
// with what is known, and the report on the one rule.

const folder = join(process.env['CAUSEWAY_SHARED'] ?? '', 'vectors/odrl/w3c');

interface Example {
  readonly name: string;
  readonly policy: PolicyJson;
  readonly asked: PolicyJson;
  readonly report: JsonValue;
}

const policies = new Map<string, PolicyJson>();
const examples: Example[] = [];
for (const series of ['A', 'B']) {
  for (const example of readdirSync(join(folder, series))) {
    const inside = readdirSync(join(folder, series, example));
    const policy = only(inside, /^policy.*\.json$/, join(folder, series, example));
    policies.set(example.slice(0, 2), policy);
    for (const name of inside.filter((each) => !each.includes('.'))) {
      const at = join(folder, series, example, name);
      const files = readdirSync(at);
      examples.push({
        name,
        policy,
        asked: only(files, /^evaluationrequest/, at),
        report: only(files, /^compliancereport/, at),
      });
    }
  }
}

function only(files: readonly string[], pattern: RegExp, at: string): PolicyJson {
  const [file, ...more] = files.filter((each) => pattern.test(each));
  if (file === undefined || more.length > 0) throw new Error(`${at} holds not exactly one ${pattern}`);
  return JSON.parse(readFileSync(join(at, file), 'utf8'));
}

test('the examples are there', () => {
  expect(examples.map(({ name }) => name).sort()).toEqual(['A11', 'A12', 'B11', 'B12']);
  expect([...policies.keys()].sort()).toEqual(['A1', 'A2', 'B1']);
});

test.each(examples.map((each) => [each.name, each] as const))('%s', (_, { policy: json, asked, report }) => {
  const policy = readPolicy(json);
  const compiled = compile(policy);
  const { moments, values } = knownOf(asked);
  const states = { activationState: stateIn(report, 'activationState'), controlState: stateIn(report, 'controlState') };
  // A's time has no zone: it is one of 28 hours, and what is reported must be true of the first and of the last of them.
  for (const now of moments) {
    const facts = { now, values };
    const [rule] = reportRules(compiled, requestOf(asked), facts);
    const { permit } = decide(compiled, requestOf(asked), facts, { as: 'set' });
    expect({
      activationState: rule?.active === true ? 'report:Active' : 'report:Inactive',
      controlState: permit ? 'report:Permit' : 'report:Deny',
    }).toEqual(states);
    expect(permit).toBe(rule?.active === true && rule.refined === true);
  }
});

test('A2: the prohibition is active until the first day of 2025, and what it prohibits is not permitted after it either', () => {
  const compiled = compile(readPolicy(policies.get('A2') ?? {}));
  const request = {
    action: 'odrl:archive',
    target: 'http://example.com/photoAlbum:55',
    assignee: 'http://example.com/assignee:55',
  };
  const at = (time: string) => {
    const facts = { now: Date.parse(time) };
    return [reportRules(compiled, request, facts)[0]?.active, decide(compiled, request, facts).reasons[0]?.code];
  };
  expect(at('2024-12-30T00:00:00Z')).toEqual([true, 'PROHIBITED']);
  // Somewhere it is 2025 already, and elsewhere not yet: the draft's date has no zone.
  expect(at('2025-01-01T00:00:00Z')).toEqual([undefined, 'PROHIBITION_UNDECIDED']);
  expect(at('2025-01-02T00:00:00Z')).toEqual([false, 'ACTION_NOT_PERMITTED']);
});

function requestOf(asked: PolicyJson): DecisionRequest {
  return {
    action: text(asked['evaluatedAction']),
    target: text(asked['evaluatedTarget']),
    // B names nobody, and its rule is for anybody.
    assignee: asked['evaluatedParty'] === undefined ? 'urn:anybody' : text(asked['evaluatedParty']),
  };
}

const dpi = 'http://dbpedia.org/resource/Dots_per_inch';

function knownOf(asked: PolicyJson): { moments: readonly number[]; values: Record<string, Fact> } {
  const known = object(asked['requestParameters']);
  const value = object(known['value']);
  const feature = text(known['describesFeature']);
  if (feature === 'sotw:CurrentXSDDateTime') {
    const time = spanOfInstant(text(value['@value']));
    if (time === undefined) throw new Error('the example has no time');
    return { moments: [time.low, time.high], values: {} };
  }
  // Sic: the draft writes the number as an `@id`.
  if (feature === dpi)
    return {
      moments: [0],
      values: { resolution: { value: Number(text(value['@id'])), source: 'declared', unit: dpi } },
    };
  throw new Error(`nobody told this harness what ${feature} is`);
}

function stateIn(report: JsonValue, member: string): string {
  const [rule, ...more] = Object.values(object(report)).filter(
    (each) => isObject(each) && each['@type'] === 'report:ruleReport',
  );
  if (rule === undefined || more.length > 0) throw new Error('the report is not about one rule');
  return text(object(rule)[`report:${member}`]);
}

function isObject(value: JsonValue | undefined): value is PolicyJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: JsonValue | undefined): PolicyJson {
  if (!isObject(value)) throw new Error('the example is not of the shape that this harness reads');
  return value;
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new Error('the example is not of the shape that this harness reads');
  return value;
}
