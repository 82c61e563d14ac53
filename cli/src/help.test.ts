import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './main.js';
import { createOutput } from './output.js';
import { causeway, launch } from './testing/causeway.js';

const program = commandLine(createOutput(false));

function all(command: Command, path: readonly string[] = []): { path: readonly string[]; command: Command }[] {
  return command.commands.flatMap((child) => {
    const here = [...path, child.name()];
    return [{ path: here, command: child }, ...all(child, here)];
  });
}
const commands = all(program);
/** Commands that only hold others. */
const groups = ['audit', 'operator', 'policy'];
// Those of `policy` read lines: their examples are run in policy/policy.test.ts.
const runnable = commands.filter(({ path }) => !groups.includes(path.join(' ')) && path[0] !== 'policy');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-help-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The words of an example as a shell would give them. */
function words(example: string): string[] {
  const line = example.replaceAll('\\\n', ' ');
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

test.concurrent.each(runnable.map(({ path }) => path.join(' ')))('the example of %s is no mistake', async (name) => {
  const { code, stdout, stderr } = await causeway([...name.split(' '), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [bin, ...args] = words(stdout.split('\nExample:\n')[1] ?? '');
  expect([bin, ...args].join(' ')).toMatch(new RegExp(`^causeway ${name} `));
  // In an empty folder most can only say what is missing; a mistake in the command line would be 2.
  const ran = await causeway(args, { cwd: await mkdtemp(join(folder, 'empty-')) });
  expect(ran.stderr).not.toContain('error:');
  expect(ran.code).toBe(name === 'init' ? 0 : 1);
});

test('docs/cli.md has every command and every option', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
  const missing = commands.flatMap(({ path, command }) => {
    const title = `### causeway ${path.join(' ')}`;
    const section = page.split(`${title}\n`)[1]?.split('\n##')[0];
    if (section === undefined) return groups.includes(path.join(' ')) ? [] : [title];
    const options = command.options
      .map(({ long }) => long ?? '')
      .filter((long) => !['--json', '--home', '--lang', '--quiet'].includes(long));
    return options.filter((long) => !section.includes(`\`${long}`)).map((long) => `${path.join(' ')} ${long}`);
  });
  expect(missing).toEqual([]);
});

test('a reader that has heard enough is no error', async () => {
  const child = launch(['--help']);
  child.stdout?.destroy();
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});
