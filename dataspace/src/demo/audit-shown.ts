import { readFile } from 'node:fs/promises';
import { homePaths } from '@causeway/cli';
import { SpaceError } from '../errors.js';
import { runCommand } from '../processes/command.js';
import type { Space } from '../processes/space.js';
import { demoAuditor } from './firms.js';
import type { MainJob } from './main-job.js';
import { type Say, same, step } from './say.js';

interface Explained {
  readonly verified: boolean;
  readonly steps: readonly { readonly outcome: string; readonly en: string; readonly zh: string }[];
}

/** After the main job: an auditor that its contract names looks from outside, and takes the record away. */
export async function showAudit(space: Space, { agreement, received }: MainJob, say: Say): Promise<void> {
  const home = space.auditor(demoAuditor.name);
  const { transfers } = await runCommand<{ transfers: readonly object[] }>('audit', 'list', '--home', home);
  const { verified, steps } = await runCommand<Explained>('audit', 'explain', agreement, '--home', home);
  const holds = steps.filter(({ outcome }) => outcome === 'holds');
  step(
    say,
    { en: 'Audited', zh: '已审计' },
    {
      en: `${demoAuditor.title}, named in the contract, sees ${transfers.length} transfer(s); ${holds.length} checks of this one hold:`,
      zh: `合约指定的${demoAuditor.title}可见 ${transfers.length} 次传输；本次的 ${holds.length} 项核查均成立：`,
    },
    ...holds.slice(0, 3).map(({ en, zh }) => ({ en: cut(en), zh: cut(zh) })),
  );

  const record = `${received}.audit.json`;
  await runCommand('audit', 'export', agreement, '--out', record, '--home', home);
  const key = (await readFile(homePaths(home).pins, 'utf8')).trim();
  const alone = await runCommand<{ verified: boolean }>('audit', 'verify', record, '--key', key);
  if (!verified || !alone.verified) throw new SpaceError('COMMAND_FAILED', 'expected the audit to find nothing wrong');
  step(
    say,
    { en: 'Exported', zh: '已导出' },
    {
      en: 'one file, which verifies with one pinned key, without network and without this space:',
      zh: '一个文件，只凭一个固定的密钥即可验证，无需网络，也无需本数据空间：',
    },
    same(record),
  );
}

function cut(text: string): string {
  return text.length <= 110 ? text : `${text.slice(0, 109)}…`;
}
