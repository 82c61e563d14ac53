import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { untilSignal } from '@causeway/platform';
import { SpaceError } from '../errors.js';
import { Space } from '../processes/space.js';
import { demoFirms } from './firms.js';
import { mainJob } from './main-job.js';

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
  const file = values.file === undefined ? undefined : resolve(values.file);
  if (file && !(existsSync(file) && statSync(file).isFile())) {
    throw new SpaceError('COMMAND_FAILED', `${file} is no file: --file names the one to publish and transfer.`);
  }
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const folder = resolve(values.folder);
  await mkdir(folder, { recursive: true });
  say(`通衢 Causeway: a data space on this machine, under ${folder}`);

  const space = new Space({
    folder,
    firms: demoFirms,
    progress: (name) => say(`Running     ${name}`),
  });
  // A signal while things start must not leave services behind.
  const interrupted = untilSignal().then(() => 'interrupted' as const);
  try {
    const job = space.start().then(() => mainJob(space, folder, say, file));
    const result = await Promise.race([job, interrupted]);
    if (result === 'interrupted') return 130;
    if (!values.once) {
      next(space, say);
      if (values.json) say(JSON.stringify(result));
      await interrupted;
    } else if (values.json) say(JSON.stringify(result));
    else say(`Done in ${result.seconds} s: ${result.bytes} bytes, SHA-256 ${result.sha256}, log verified.`);
    return result.verified ? 0 : 1;
  } finally {
    await space.stop();
  }
}

function next(space: Space, say: (line: string) => void): void {
  const home = (name: string) => space.connector(name).home;
  say('');
  say('The space stays up until you press Ctrl-C. In another terminal, try:');
  say(`  npx causeway status --home ${resolve(space.authority.home, '..')}`);
  say(`  npx causeway search 动臂 --home ${home('hydraulics')}`);
  say(`  npx causeway publish README.md --to ${space.connector('hydraulics').run.id} --listed --home ${home('oem')}`);
  say(`  npx causeway request ${space.connector('oem').run.id}:README.md --home ${home('hydraulics')}`);
}
