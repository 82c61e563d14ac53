import { join } from 'node:path';
import { bytes, type NegotiationView, type TransferView } from '@causeway/cli';
import { runCommand } from '../processes/command.js';
import type { Space } from '../processes/space.js';
import { approveAll, refusal } from './commands.js';
import type { MainJob } from './main-job.js';
import { planning } from './published-data.js';
import { type Say, step } from './say.js';

/** After the main job: data that is open to members, that needs approval, that is never offered; and a contract that is stopped. */
export async function showPolicies(space: Space, { agreement, received }: MainJob, say: Say): Promise<void> {
  await open(space, received, say);
  await approved(space, say);
  await neverOffered(space, say);
  await stopped(space, agreement, received, say);
}

async function open(space: Space, received: string, say: Say): Promise<void> {
  const { home } = space.connector('heat-treatment');
  const negotiation = await runCommand<NegotiationView>('request', 'urn:causeway:oem:parts', '--home', home);
  const to = join(received, 'parts.csv');
  const transfer = await runCommand<TransferView>('pull', negotiation.agreement ?? '', '--to', to, '--home', home);
  const size = bytes(transfer.bytes ?? 0);
  step(
    say,
    { en: 'Transferred', zh: '已传输' },
    {
      en: `to Ruifeng Heat Treatment, as to any member: urn:causeway:oem:parts (${size})`,
      zh: `锐锋热处理与任何成员一样可取得：urn:causeway:oem:parts（${size}）`,
    },
  );
}

async function approved(space: Space, say: Say): Promise<void> {
  const owner = space.connector('hydraulics');
  const user = space.connector('oem');
  const dataset = `${owner.run.id}:capacity`;
  const asked = runCommand<NegotiationView>('request', dataset, '--home', user.home);
  const [{ agreement = '' }] = await Promise.all([asked, approveAll(owner, dataset, asked)]);
  step(
    say,
    { en: 'Approved', zh: '已批准' },
    {
      en: `Huadong asks for ${dataset}; a person at Hengda approves: ${agreement.slice(0, 24)}…`,
      zh: `华东重机请求 ${dataset}，恒达的人员批准：${agreement.slice(0, 24)}…`,
    },
  );
}

async function neverOffered(space: Space, say: Say): Promise<void> {
  const dataset = `${space.connector('heat-treatment').run.id}:process-parameters`;
  const refused = await refusal('request', dataset, '--home', space.connector('hydraulics').home);
  step(
    say,
    { en: 'Refused', zh: '已拒绝' },
    {
      en: `Hengda asks for what is never offered: ${refused}`,
      zh: `恒达请求从不提供的数据：${refused}`,
    },
  );
}

async function stopped(space: Space, agreement: string, received: string, say: Say): Promise<void> {
  const [owner, user] = [space.connector('oem'), space.connector('hydraulics')];
  const reason = '订单系统切换，合约终止 (moving to another order system)';
  await runCommand('stop', agreement, '--reason', reason, '--yes', '--home', owner.home);
  step(
    say,
    { en: 'Stopped', zh: '已终止' },
    {
      en: `Huadong ends the contract on its order lines, for good: ${reason}`,
      zh: `华东重机永久终止订单行的合约：${reason}`,
    },
  );
  const refused = await refusal(
    ...['pull', agreement, '--to', join(received, 'stopped'), '--home', user.home],
    ...['--purpose', planning],
  );
  step(
    say,
    { en: 'Refused', zh: '已拒绝' },
    {
      en: `Hengda pulls once more and is told why not: ${refused}`,
      zh: `恒达再次拉取，被告知原因：${refused}`,
    },
  );
}
