import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Words, words } from '@causeway/cli';
import { SpaceError } from '../errors.js';
import { Space } from '../processes/space.js';
import { showAudit } from './audit-shown.js';
import { demoAuditor, demoFirms } from './firms.js';
import { Interruption } from './interruption.js';
import { type MainJobResult, mainJob, type VerifiableRecord } from './main-job.js';
import { oneStart } from './one-start.js';
import { showPolicies } from './policies-shown.js';
import { type Say, same, step } from './say.js';

const usage = `usage: npm start -- [--once] [--file PATH] [--json] [--folder DIR]
  --once         end after the main job instead of staying up
  --file PATH    publish and transfer this file instead of the generated data
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
  const say: Say = (line) => void process.stdout.write(`${words(line)}\n`);
  say({
    en: `通衢 Causeway: a data space on this machine, under ${folder}`,
    zh: `通衢 Causeway：本机上的数据空间，位于 ${folder}`,
  });
  const space = new Space({
    folder,
    firms: demoFirms,
    auditors: [demoAuditor],
    progress: (name) => {
      interruption.demandNone();
      step(say, { en: 'Running', zh: '已启动' }, same(name));
    },
  });
  const starting = oneStart(folder, () => space.start());
  try {
    const job = starting.then(async () => {
      const main = await mainJob(space, folder, say, file);
      await showAudit(space, main, say);
      if (file === undefined) await showPolicies(space, main, say);
      return main;
    });
    const done = await Promise.race([job, interruption.asked]);
    if (!done) return interrupted;
    const { result, record } = done;
    // Services that another start runs are neither stopped nor waited for.
    const stays = !once && space.services.some(({ ours }) => ours);
    if (!once) next(space, stays, record, say);
    if (json) say(same(JSON.stringify(result)));
    else if (once) say(summary(result));
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

function summary({ seconds, bytes, sha256 }: MainJobResult): Words {
  return {
    en: `Done in ${seconds} s: ${bytes} bytes, SHA-256 ${sha256}, log verified.`,
    zh: `完成，用时 ${seconds} 秒：${bytes} 字节，SHA-256 ${sha256}，日志已验证。`,
  };
}

function next(space: Space, stays: boolean, record: VerifiableRecord, say: Say): void {
  const home = (name: string) => space.connector(name).home;
  const owner = space.connector('oem').run.id;
  say(same(''));
  say(
    stays
      ? { en: 'The space stays up until you press Ctrl-C.', zh: '数据空间保持运行，按 Ctrl-C 结束。' }
      : { en: 'The space was up already, and stays as it was.', zh: '数据空间原已运行，保持不变。' },
  );
  say(stays ? { en: 'In another terminal, try:', zh: '在另一个终端中试试：' } : { en: 'Try:', zh: '试试：' });
  for (const command of [
    `status --home ${resolve(space.authority.home, '..')}`,
    `search 动臂 --home ${home('hydraulics')}`,
    `publish README.md --to ${space.connector('hydraulics').run.id} --listed --home ${home('oem')}`,
    `request ${owner}:README.md --home ${home('hydraulics')}`,
    `audit list --home ${space.auditor(demoAuditor.name)}`,
    `audit verify ${record.file} --key ${record.key} --log ${record.log}`,
  ]) {
    say(same(`  npx causeway ${command}`));
  }
}
