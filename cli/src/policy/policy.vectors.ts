import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { causeway } from '../testing/causeway.js';

// The real command on the published suites: SolidLab's decisions, and Daham-Mustaf's pairs of policies.

const folder = join(process.env.CAUSEWAY_SHARED ?? '', 'vectors/odrl');

interface Case {
  readonly id: string;
  readonly expect: unknown;
}

async function suite(name: string): Promise<{ input: string; cases: Case[] }> {
  const input = await readFile(join(folder, name), 'utf8');
  return { input, cases: input.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Case])) };
}

test('decide.ndjson: every rule is active as expected', async () => {
  const { input, cases } = await suite('decide.ndjson');
  const { code, objects } = await causeway(['policy', 'decide'], { input });
  expect(objects().map(({ id, active }) => ({ id, expect: { active } }))).toEqual(
    cases.map(({ id, expect: expected }) => ({ id, expect: expected })),
  );
  expect([code, cases.length]).toEqual([0, 50]);
});

test('decide.ndjson: every record replays to the same verdict', async () => {
  const { input, cases } = await suite('decide.ndjson');
  const first = await causeway(['policy', 'decide', '--record'], { input });
  const policies = new Map(cases.map((each) => [each.id, (each as Case & { policy: object }).policy]));
  const again = first
    .objects()
    .map(({ id, record }) => JSON.stringify({ id, policy: policies.get(String(id)), record }));
  const second = await causeway(['policy', 'decide'], { input: again.join('\n') });
  expect(second.objects().map(({ id, decision, same }) => [id, decision, same])).toEqual(
    first.objects().map(({ id, decision }) => [id, decision, true]),
  );
});

test('compare.ndjson: at least 95 % as expected, no Compatible and no Conflict that is not', async () => {
  const { input, cases } = await suite('compare.ndjson');
  const { code, objects } = await causeway(['policy', 'compare'], { input });
  const found = new Map(objects().map(({ id, verdict }) => [id, verdict]));
  const differing = cases.filter((each) => found.get(each.id) !== each.expect);
  expect(differing.filter(({ id }) => found.get(id) !== 'Unknown')).toEqual([]);
  expect(differing.length).toBeLessThanOrEqual(cases.length * 0.05);
  expect([code, cases.length, found.size]).toEqual([0, 143, 143]);
});

test('what is decided can be read out, in both languages', async () => {
  const { input } = await suite('decide.ndjson');
  for (const lang of ['en', 'zh']) {
    const { code, objects } = await causeway(['policy', 'render', '--lang', lang], { input });
    expect(objects().filter(({ text }) => typeof text === 'string' && text !== '')).toHaveLength(50);
    expect(code).toBe(0);
  }
});
