import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { causewayBin, freePorts } from '@causeway/dataspace';
import { afterEach, expect, test } from 'vitest';
import { Names, settledLine } from './support/tutorial/names.js';
import { stepsOf } from './support/tutorial/page.js';
import { run, Terminal } from './support/tutorial/terminals.js';

const docs = join(import.meta.dirname, '../../docs');
/** `CAUSEWAY_TUTORIAL=record` writes what came into the pages, for somebody to look at. */
const recording = process.env.CAUSEWAY_TUTORIAL === 'record';
const settleMs = 2_000;

const terminals: Terminal[] = [];
let folder = '';

afterEach(async () => {
  for (const terminal of terminals.splice(0).reverse()) await terminal.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** The services of one machine have one environment: what the pages leave to the defaults is moved out of the way of other tests. */
const defaults = {
  CAUSEWAY_AUTHORITY_PORT: '7400',
  CAUSEWAY_AUTHORITY_ADMIN_PORT: '7401',
  CAUSEWAY_AUTHORITY_OPERATIONS_PORT: '7402',
  CAUSEWAY_CLEARING_HOUSE_GRPC_PORT: '7461',
  CAUSEWAY_CLEARING_HOUSE_HTTPS_PORT: '7462',
  CAUSEWAY_CLEARING_HOUSE_OPERATIONS_PORT: '7463',
};

test.each([
  ['en_US.UTF-8', 'tutorial.md'],
  ['zh_CN.UTF-8', 'tutorial.zh-CN.md'],
])(
  'every command of the tutorial, from an empty folder, gives what the page shows (%s)',
  async (LANG, name) => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'causeway-tutorial-')));
    const cwd = join(folder, 'tutorial');
    const bin = join(folder, 'bin');
    await Promise.all([mkdir(cwd), mkdir(bin)]);
    await writeFile(join(bin, 'causeway'), `#!/bin/sh\nexec "${process.execPath}" "${causewayBin}" "$@"\n`);
    await chmod(join(bin, 'causeway'), 0o755);
    const ports = await freePorts(40);
    const names = new Names({ folder: cwd, shown: '/home/li/tutorial', free: () => ports.pop() ?? 0 });
    const env = {
      ...{ ...process.env, LANG, TZ: 'UTC', PATH: `${bin}${delimiter}${process.env.PATH}` },
      ...Object.fromEntries(Object.entries(defaults).map(([option, port]) => [option, String(names.port(port))])),
    };
    const typed = { cwd, env };

    const path = join(docs, name);
    const page = await readFile(path, 'utf8');
    const commands: { readonly from: string; readonly to: string }[] = [];
    const recorded: { from: number; to: number; lines: readonly string[] }[] = [];
    for (const step of stepsOf(page)) {
      if (step.kind === 'file') {
        await writeFile(join(cwd, step.name), step.text);
        continue;
      }
      const wanted = step.output?.lines ?? [];
      if ('command' in step) commands.push({ from: step.command, to: names.shown(names.typed(step.command)) });
      let came: string[];
      let failed = false;
      if (step.kind === 'command') {
        const { lines, code } = await run(names.typed(step.command), typed);
        [came, failed] = [lines, code !== 0];
      } else {
        if (step.kind === 'service') terminals.push(new Terminal(names.typed(step.command), typed));
        const terminal = terminals.at(-1);
        came = (await terminal?.lines(wanted.length)) ?? [];
        // Whatever it says beyond what the page shows.
        if (recording) came.push(...((await terminal?.lines(100, settleMs)) ?? []));
      }
      const here = names.shown(came.join('\n')).split('\n');
      const what = step.kind === 'more' ? 'what a terminal says next' : step.command;
      if (step.output !== undefined && recording) {
        recorded.push({ ...step.output, lines: came.length === 0 ? [] : here });
        names.learn(here, came);
        names.learn(wanted, came);
      } else if (step.output !== undefined) {
        expect(here.map(settledLine), what).toEqual(wanted.map(settledLine));
        names.learn(wanted, came);
      } else if (step.kind === 'command') expect({ failed, here }, what).toMatchObject({ failed: false });
    }
    if (recording) await writeFile(path, withOutputs(withCommands(page, commands), recorded));
  },
  recording ? 500_000 : 120_000,
);

function withOutputs(page: string, outputs: readonly { from: number; to: number; lines: readonly string[] }[]): string {
  const lines = page.split('\n');
  for (const { from, to, lines: own } of outputs.toReversed()) lines.splice(from, to - from, ...own);
  return lines.join('\n');
}

function withCommands(page: string, commands: readonly { readonly from: string; readonly to: string }[]): string {
  let [text, at] = [page, 0];
  for (const { from, to } of commands) {
    at = text.indexOf(`\n${from}\n`, at);
    text = `${text.slice(0, at)}\n${to}\n${text.slice(at + from.length + 2)}`;
  }
  return text;
}
