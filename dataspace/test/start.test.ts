import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@causeway/dataspace';
import { afterAll, beforeAll, expect, test } from 'vitest';

// What `npm start` runs, once everything is built.
const demo = fileURLToPath(new URL('../dist/demo/main.js', import.meta.url));
let folder: string;
const space = () => join(folder, 'space');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** In a process group of its own, as a terminal starts it: a Ctrl-C goes to all of them. */
function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [demo, '--folder', space(), ...args], {
    detached: true,
    env: { ...process.env, LANG: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function lines(child: ChildProcess, until: (line: string) => boolean = () => false): Promise<string[]> {
  const seen: string[] = [];
  if (!child.stdout) throw new TypeError('its output is not read');
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(line);
    if (until(line)) break;
  }
  return seen;
}

async function running(): Promise<number> {
  const { services } = await runCommand<{ services: { running: boolean }[] }>('status', '--home', space());
  return services.filter((service) => service.running).length;
}

async function shared(name: string, content: string | number): Promise<{ peakRssMiB: number | null }> {
  const source = join(folder, name);
  if (typeof content === 'string') await writeFile(source, content);
  else {
    await writeFile(source, '');
    await truncate(source, content);
  }
  const child = start('--once', '--json', '--file', source);
  const exit = once(child, 'exit');
  const last = (await lines(child)).at(-1) ?? '';
  expect(await exit).toEqual([0, null]);
  const sha256 = await digest(source);
  const report = JSON.parse(last) as { peakRssMiB: number | null };
  expect(report).toMatchObject({ bytes: (await stat(source)).size, sha256, verified: true });
  // What the report says of the bytes must be true of the file that arrived.
  const received = (await readdir(join(space(), 'received'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  expect(await digest(join(space(), 'received', received.at(-1) ?? '', name))).toBe(sha256);
  return report;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

test.each(['authority', 'clearing-house'])('Ctrl-C after the start of %s leaves nothing running', async (name) => {
  const child = start('--once');
  const exit = once(child, 'exit');
  await lines(child, (line) => line.endsWith(name));
  // Twice, as npm does it.
  for (const signal of ['SIGINT', 'SIGINT'] as const) process.kill(-(child.pid ?? 0), signal);
  expect(await exit).toEqual([130, null]);
  expect(await running()).toBe(0);
  expect(await readdir(space())).not.toContain('starting');
});

test('the next start goes on where those were stopped, and shares a file whose name is Chinese, with a space', async () => {
  await shared('大 文件.bin', '通衢\n');
});

test('a space that is there is used again, by a second start while the first is up even; an empty file is one', async () => {
  const first = start();
  const exit = once(first, 'exit');
  const story = (await lines(first, (line) => line.includes('stays up'))).join('\n');
  for (const told of [
    /^Published .*7 datasets/m,
    /^Refused .*Ruifeng.* There is no dataset urn:causeway:oem:order-lines for you/m,
    /^Audited .*named in the contract, sees 2 transfer/m,
    /^Exported .*one pinned key, without network/m,
    /^Transferred to Ruifeng.*urn:causeway:oem:parts/m,
    /^Approved .*urn:causeway:hydraulics:capacity.* sha-256:/m,
    /^Refused .*There is no dataset urn:causeway:heat-treatment:process-parameters for you/m,
    /^Stopped .*moving to another order system/m,
    /^Refused .*ended the agreement: .*moving to another order system/m,
  ]) {
    expect(story).toMatch(told);
  }
  await shared('empty.csv', '');
  expect(await running()).toBe(6);
  process.kill(-(first.pid ?? 0), 'SIGINT');
  expect(await exit).toEqual([0, null]);
  expect(await running()).toBe(0);
});

test('the connectors stay small however large the file is', async () => {
  const { peakRssMiB } = await shared('large.bin', 512 * 1_048_576);
  // Where the system tells it: /proc is Linux.
  if (process.platform === 'linux') expect(peakRssMiB).toBeLessThan(300);
});
