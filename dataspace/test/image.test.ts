import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePorts } from '@causeway/dataspace';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The tree of the image, made by the script that the image uses, outside of the repository: nothing is found by accident.
const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const deadline = { timeout: 60_000 };
let folder: string;
const running: ChildProcess[] = [];
const inTree = (...path: string[]) => join(folder, 'tree', ...path);
const home = (name: string) => join(folder, 'homes', name);

async function causeway(...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await run(process.execPath, [inTree('cli/bin/causeway.mjs'), ...args, '--json'], deadline);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

async function start(role: string, name: string): Promise<void> {
  const child = spawn(process.execPath, [inTree('cli/bin/causeway.mjs'), role, '--home', home(name), '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ event: 'running' });
}

interface Plan {
  homes: string;
  services: Record<string, string>;
  members: { name: string; role: string; dns: string; set: Record<string, string> }[];
}

/** The space of the compose file, on the loopback of this machine. */
async function planHere(): Promise<Plan> {
  const plan = JSON.parse(await readFile(inTree('docker/space.json'), 'utf8')) as Plan;
  const [grpcPort = 0, httpsPort = 0, logGrpc = 0, logHttps = 0] = await freePorts(4);
  const ports: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    broker: { grpcPort, httpsPort, managementPort: 0 },
    'clearing-house': { grpcPort: logGrpc, httpsPort: logHttps },
    participant: { dspPort: 0, exchangePort: 0, dataPort: 0, managementPort: 0 },
  };
  return {
    homes: join(folder, 'homes'),
    services: {
      ...plan.services,
      'broker-https': `https://localhost:${httpsPort}`,
      'broker-grpc': `localhost:${grpcPort}`,
      'clearing-house-https': `https://localhost:${logHttps}`,
      'clearing-house-grpc': `localhost:${logGrpc}`,
    },
    members: plan.members.map((member) => {
      const given = { ...member.set, ...ports[member.role], operationsPort: 0 };
      const here = Object.entries(given).map(([option, value]) => [
        option,
        option.endsWith('ost') ? 'localhost' : `${value}`,
      ]);
      return { ...member, dns: 'localhost', set: Object.fromEntries(here) as Record<string, string> };
    }),
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-image-'));
  await run(process.execPath, [join(root, 'docker/build-tree.mjs'), join(folder, 'tree')], deadline);
});

afterAll(async () => {
  await Promise.all(
    running.map((child) => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      return exit;
    }),
  );
  await rm(folder, { recursive: true, force: true });
});

test('the tree says what it can do', async () => {
  const { stdout } = await run(process.execPath, [inTree('cli/bin/causeway.mjs'), '--help'], deadline);
  expect(stdout).toContain('Usage: causeway');
});

test('the space of the compose file enrols, starts, is healthy, and agrees on a contract', async () => {
  const ports = ['port=0', 'adminPort=0', 'operationsPort=0', 'rsaBits=2048'].flatMap((pair) => ['--set', pair]);
  await causeway('init', '--space', 'demo', '--home', home('authority'), ...ports);
  await start('authority', 'authority');
  const plan = await planHere();
  await writeFile(join(folder, 'space.json'), JSON.stringify(plan));
  for (const { name } of plan.members) await mkdir(home(name), { recursive: true });
  const enrol = () => run(process.execPath, [inTree('docker/enrol.mjs'), join(folder, 'space.json')], deadline);
  expect((await enrol()).stdout.match(/enrolled \S+/g)).toHaveLength(5);
  // A container that is started again has nothing left to do.
  expect((await enrol()).stdout).not.toContain('enrolled');
  for (const { name, role } of plan.members) await start(role === 'participant' ? 'connector' : role, name);
  for (const name of ['authority', ...plan.members.map((member) => member.name)]) {
    await run(process.execPath, [inTree('docker/health.mjs'), home(name)], deadline);
  }
  await writeFile(join(folder, 'small.csv'), 'a,b\n');
  const offered = ['--yes', '--to', 'urn:causeway:hydraulics', '--listed', '--home', home('oem')];
  const { id } = await causeway('publish', join(folder, 'small.csv'), ...offered);
  expect(await causeway('request', String(id), '--home', home('hydraulics'))).toMatchObject({ state: 'FINALIZED' });
  await expect(run(process.execPath, [inTree('docker/health.mjs'), home('nobody')], deadline)).rejects.toThrow();
});
