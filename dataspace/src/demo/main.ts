import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SpaceError } from '../errors.js';
import { Space } from '../processes/space.js';
import { demoFirms } from './firms.js';
import { Interruption } from './interruption.js';
import { mainJob, type VerifiableRecord } from './main-job.js';
import { oneStart } from './one-start.js';

const usage = `usage: npm start -- [--once] [--file PATH] [--json] [--folder DIR]
  --once         end after the main job instead of staying up
  --file PATH    publish and transfer this file instead of the generated one
  --json         the last line is one JSON object
  --folder DIR   where the space lives (default: .causeway)`;

const options = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  file: { type: 'string' },
  folder: { type: 'string', default: '.causeway' },
} as const;

const interrupted = 130;

process.exitCode = await demo().catch((error: unknown) => {
  const { code = 'FAILED', message } = error as { code?: string; message: string };
  process.stderr.write(`${code}: ${message}\n`);
  return 1;
});

async function demo(): Promise<number> {
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const file = values.file === undefined ? undefined : await givenFile(resolve(values.file));
  const folder = resolve(values.folder);
  await mkdir(folder, { recursive: true });
  return inSpace(folder, values, file);
}

interface Wanted {
  readonly once: boolean;
  readonly json: boolean;
}

async function inSpace(folder: string, { once, json }: Wanted, file: string | undefined): Promise<number> {
  const interruption = new Interruption();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`通衢 Causeway: a data space on this machine, under ${folder}`);
  const space = new Space({
    folder,
    firms: demoFirms,
    progress: (name) => {
      interruption.demandNone();
      say(`Running     ${name}`);
    },
  });
  const starting = oneStart(folder, () => space.start());
  try {
    const job = starting.then(() => mainJob(space, folder, say, file));
    const done = await Promise.race([job, interruption.asked]);
    if (!done) return interrupted;
    const { result, record } = done;
    // Services that another start runs are neither stopped nor waited for.
    const stays = !once && space.services.some(({ ours }) => ours);
    if (!once) next(space, stays, record, say);
    if (json) say(JSON.stringify(result));
    else if (once) say(`Done in ${result.seconds} s: ${result.bytes} bytes, SHA-256 ${result.sha256}, log verified.`);
    if (stays) await interruption.asked;
    return result.verified ? 0 : 1;
  } finally {
    // A service that is just being started has to be known before it can be stopped.
    await starting.catch(() => undefined);
    await space.stop();
  }
}

async function givenFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  throw new SpaceError('COMMAND_FAILED', `${path} is no file: --file names the one to publish and transfer.`);
}

function next(space: Space, stays: boolean, record: VerifiableRecord, say: (line: string) => void): void {
  const home = (name: string) => space.connector(name).home;
  const owner = space.connector('oem').run.id;
  say('');
  say(stays ? 'The space stays up until you press Ctrl-C.' : 'The space was up already, and stays as it was.');
  say(stays ? 'In another terminal, try:' : 'Try:');
  say(`  npx causeway status --home ${resolve(space.authority.home, '..')}`);
  say(`  npx causeway search 动臂 --home ${home('hydraulics')}`);
  say(`  npx causeway publish README.md --to ${space.connector('hydraulics').run.id} --listed --home ${home('oem')}`);
  say(`  npx causeway request ${owner}:README.md --home ${home('hydraulics')}`);
  say(`  npx causeway audit verify ${record.file} --key ${record.key} --log ${record.log}`);
}
