import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Command, CommanderError } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './main.js';
import { createOutput } from './output.js';
import { causeway } from './testing/causeway.js';

const silent = createOutput(true, new Writable({ write: (_chunk, _encoding, done) => done() }));

function paths(command: Command, path: readonly string[] = []): string[][] {
  return command.commands.flatMap((child) => [[...path, child.name()], ...paths(child, [...path, child.name()])]);
}

// Those of `policy` read lines from standard input, and have a fuzz of their own; `join` reads it without an argument.
const commands = paths(commandLine(silent))
  .filter(([first]) => first !== 'policy')
  .map((path) => (path[0] === 'join' ? [...path, 'welcome'] : path));

const options = [
  ...[
    '--wait',
    '--times',
    '--limit',
    '--until',
    '--to',
    '--set',
    '--id',
    '--role',
    '--attribute',
    '--reason',
    '--file',
  ],
  ...['--out', '--policy', '--cursor', '--name', '--purpose', '--lang', '--log-level', '--nothing', '-x', '--', '-'],
];
const junk = fc.oneof(
  fc.constantFrom(...options),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e99',
    'NaN',
    '../../etc/passwd',
    '/proc/self/mem',
    'sha-256:0',
    'urn:causeway:x',
    '{}',
    '\u202e',
  ),
  fc.string({ unit: 'grapheme', minLength: 1_000, maxLength: 2_000 }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-any-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('no command line makes a command fail in another way than by its own word', async () => {
  let serial = 0;
  const given = fc.record({ path: fc.constantFrom(...commands), more: fc.array(junk, { maxLength: 5 }) });
  await fc.assert(
    fc.asyncProperty(given, async ({ path, more }) => {
      serial += 1;
      const program = commandLine(silent);
      // Nobody's home, and each time another: what starts a service finds none.
      const args = [...path, ...more, '--home', join(folder, `${serial}`)];
      const failure: unknown = await program.parseAsync(args, { from: 'user' }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined || failure instanceof CommanderError) return;
      // A defect of ours has no code: it is a TypeError or the like.
      expect(failure).toMatchObject({ code: expect.stringMatching(/^[A-Z][A-Z_]+$/), message: expect.any(String) });
      expect((failure as Error).message).not.toMatch(/\n\s+at |undefined|\[object/);
    }),
    { numRuns: 400, seed: 20_261_121 },
  );
}, 60_000);

test.each([
  ['publish', '\u0001\u001b[2J', '--to', '\u{1f600}'],
  ['pull', 'x'.repeat(100_000), '--to', ''],
  ['join', '--file', '/proc/self/mem'],
  ['authority', 'approve', '--', '--home'],
])('the process itself shows no stack trace: %s', async (...args) => {
  const ran = await causeway(args, { cwd: folder });
  expect([1, 2]).toContain(ran.code);
  expect(ran.stderr).not.toMatch(/\n\s+at |node:internal|\.js:\d+/);
  expect(ran.stderr).toMatch(/^(error: |[A-Z_]+: )/);
});
