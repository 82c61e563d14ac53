import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { causeway, ended, launch } from '../testing/causeway.js';
import { examples } from './examples.js';
import { longestLine } from './lines.js';

// The real command, over its standard input and output.

const all = Object.entries(examples).flatMap(([name, list]) => list.map((example) => [name, example] as const));

test.concurrent.each(all)(
  'the example of policy %s (%j) is answered as --help says',
  async (name, { args, line, answer }) => {
    const { code, objects } = await causeway(['policy', name, ...args], { input: `${JSON.stringify(line)}\n` });
    expect(objects()).toEqual([expect.objectContaining(answer)]);
    expect(code).toBe('problems' in answer ? 1 : 0);
  },
);

test.concurrent('--help shows them', async () => {
  for (const [name, list] of Object.entries(examples)) {
    const { code, stdout } = await causeway(['policy', name, '--help']);
    expect(code).toBe(0);
    for (const { line, answer } of list)
      for (const each of [line, answer]) expect(stdout).toContain(JSON.stringify(each));
  }
});

test.concurrent('a bad line is answered with what is wrong, the others are answered, and the exit code tells', async () => {
  const policy = { '@type': 'Set', permission: [{ action: 'use' }] };
  const good = { id: 'good', policy, request: { assignee: 'urn:a', action: 'use', target: 'urn:d' }, world: {} };
  const input = [
    'no JSON',
    JSON.stringify([1]),
    JSON.stringify({ id: 'half', policy }),
    `"${'x'.repeat(longestLine)}"`,
    '['.repeat(100_000),
    '',
    JSON.stringify(good),
  ].join('\n');
  const { code, objects, stderr } = await causeway(['policy', 'decide'], { input });
  const answers = objects();
  expect(answers.map(({ id, line }) => id ?? line)).toEqual([1, 2, 'half', 4, 5, 'good']);
  const codes = answers.map(({ error }) => (error as { code?: string } | undefined)?.code);
  expect(codes).toEqual([
    'LINE_MALFORMED',
    'LINE_MALFORMED',
    'LINE_MALFORMED',
    'LINE_TOO_LONG',
    expect.any(String),
    undefined,
  ]);
  expect(answers.at(-1)).toEqual({ id: 'good', decision: 'permit', active: true, reasons: [] });
  expect(code).toBe(1);
  expect(stderr).toContain('5 of 6 lines');
});

test.concurrent('a line is answered before the next one is there', async () => {
  const child = launch(['policy', 'check'], { open: true });
  if (!child.stdin || !child.stdout) throw new TypeError('it has no pipes');
  const answers = createInterface({ input: child.stdout });
  for (const id of [1, 2]) {
    child.stdin.write(`${JSON.stringify({ id, policy: { '@type': 'Set', permission: [{ action: 'use' }] } })}\n`);
    const [answer] = (await once(answers, 'line')) as [string];
    expect(JSON.parse(answer)).toMatchObject({ id, problems: [] });
  }
  child.stdin.end();
  expect((await ended(child)).code).toBe(0);
});

test.concurrent('a policy that is not understood proves nothing', async () => {
  const known = { '@type': 'Set', permission: [{ action: 'use' }] };
  const unknown = { '@type': 'Set', permission: [{ action: 'teleport' }] };
  const conflict = await causeway(['policy', 'compare'], {
    input: JSON.stringify({ id: 1, left: known, right: unknown }),
  });
  expect(conflict.objects()).toEqual([expect.objectContaining({ id: 1, verdict: 'Unknown' })]);
  const within = await causeway(['policy', 'compare', '--mode', 'within'], {
    input: JSON.stringify({ id: 1, request: known, offer: unknown }),
  });
  expect(within.objects()).toEqual([expect.objectContaining({ id: 1, verdict: 'unknown' })]);
});

test.concurrent('a request beyond the offer comes with a use that only it permits', async () => {
  const offer = (most: number) => ({
    '@type': 'Offer',
    uid: 'urn:o',
    permission: [
      {
        action: 'use',
        constraint: [
          {
            leftOperand: 'percentage',
            operator: 'lteq',
            rightOperand: { '@value': String(most), '@type': 'xsd:decimal' },
          },
        ],
      },
    ],
  });
  const line = {
    id: 1,
    request: offer(60),
    offer: offer(50),
    context: { assignee: 'urn:anna', target: 'urn:d', assigner: 'urn:p' },
  };
  const { code, objects } = await causeway(['policy', 'compare', '--mode', 'within'], { input: JSON.stringify(line) });
  const [answer] = objects();
  expect(answer).toMatchObject({ id: 1, verdict: 'exceeds', witness: { request: { assignee: 'urn:anna' } } });
  expect(code).toBe(0);
});

test.concurrent('no input is no mistake, and a wrong option is one', async () => {
  const none = await causeway(['policy', 'render'], { input: '' });
  expect([none.code, none.stdout]).toEqual([0, '']);
  const wrong = await causeway(['policy', 'render', '--lang', 'fr'], { input: '' });
  expect(wrong.code).toBe(2);
});
