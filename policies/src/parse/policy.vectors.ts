import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonValue, PolicyJson, Problem } from '../model.js';
import { operand } from '../odrl/scale.js';
import { toJson } from '../wire.js';
import { type ParseOptions, parsePolicy } from './policy.js';

// Every published policy is read, and what is written of it is read as the same again.

const shared = process.env.CAUSEWAY_SHARED ?? '';
const odrl = join(shared, 'vectors/odrl');

/** Profiles that the examples of the Information Model name for illustration, with the two terms they use. */
const illustration = {
  name: 'Examples of the Information Model',
  iris: ['06', '07', '10', '11', '12'].map((number) => `http://example.com/odrl:profile:${number}`),
  prefixes: { foaf: 'http://xmlns.com/foaf/0.1/' },
  operands: [operand('foaf:age', 'integer'), operand('runningTime', 'number')],
};
const media = (rightOperand: string) => ({ leftOperand: 'media', operator: 'eq', rightOperand });
/** Example 15 refers to two constraints by their ids only. */
const options: ParseOptions = {
  profiles: [illustration],
  constraints: { 'http://example.com/p:88/C1': media('online'), 'http://example.com/p:88/C2': media('print') },
};

function lines(name: string): Record<string, PolicyJson>[] {
  return readFileSync(join(odrl, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function problemsOf(json: JsonValue | undefined): readonly Problem[] {
  const result = parsePolicy(json, options);
  if (!result.ok) return result.problems;
  expect(parsePolicy(toJson(result.policy), options).ok).toBe(true);
  return [];
}

test.each([
  ['decide.ndjson', ['policy']],
  ['compare.ndjson', ['left', 'right']],
])('all policies of %s', (name, members) => {
  for (const line of lines(name)) {
    for (const member of members) expect([line.id, problemsOf(line[member])]).toEqual([line.id, []]);
  }
});

const files = readdirSync(odrl, { recursive: true, encoding: 'utf8' });
test.each(files.filter((name) => /(policy\w+|im1_example\d+)\.json$/.test(name)).sort())('%s', (name) => {
  expect(problemsOf(JSON.parse(readFileSync(join(odrl, name), 'utf8')))).toEqual([]);
});

test('example 15 without its constraints is refused, with the place of each', () => {
  const json: JsonValue = JSON.parse(readFileSync(join(odrl, 'iptc/im1_example15.json'), 'utf8'));
  const result = parsePolicy(json, { profiles: [illustration] });
  expect(result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'REFERENCE_UNKNOWN /permission/0/action/0/refinement/xone/0',
    'REFERENCE_UNKNOWN /permission/0/action/0/refinement/xone/1',
  ]);
});

test('the examples of the Dataspace Protocol, but for those with a profile of their own', () => {
  const folder = join(shared, 'dsp-2025-1/negotiation/example');
  const answers = readdirSync(folder).flatMap((name) => {
    const message: Record<string, PolicyJson> = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const json = message.offer ?? message.agreement;
    if (json?.['@type'] === undefined) return [];
    const result = parsePolicy(json);
    return [result.ok ? result.policy.kind : result.problems.find(({ code }) => code === 'PROFILE_UNKNOWN')?.message];
  });
  expect(new Set(answers.map((answer) => answer?.replace(/ is not known.*/, '')))).toEqual(
    new Set(['Offer', 'Agreement', 'the profile “https://test.com/profile”']),
  );
});
