import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bytes, type DatasetView, homePaths, type NegotiationView, type TransferView } from '@causeway/cli';
import { runCommand } from '../processes/command.js';
import type { Space } from '../processes/space.js';
import { publish, refusal, searched } from './commands.js';
import { auditorId } from './firms.js';
import { planning, publishData } from './published-data.js';
import { type Say, same, step } from './say.js';

const day = 86_400_000;

/** What the demonstration reports at its end. */
export interface MainJobResult {
  readonly bytes: number;
  readonly sha256: string;
  /** Place of the closing record in the log. */
  readonly logIndex: number;
  readonly treeSize: number;
  readonly verified: boolean;
  readonly seconds: number;
  /** The larger of the two connectors' peak resident memory; null where the system does not tell. */
  readonly peakRssMiB: number | null;
}

/** What `causeway audit verify` needs: an exported record, whose key to pin, and where the log is. */
export interface VerifiableRecord {
  readonly file: string;
  readonly key: string;
  readonly log: string;
}

export interface MainJob {
  readonly result: MainJobResult;
  readonly record: VerifiableRecord;
  /** Digest of the agreement, which is in force. */
  readonly agreement: string;
  /** A new folder for what is received. */
  readonly received: string;
}

/**
 * The main job, by the commands a person would give: publish, search, ask, be refused, get, verify.
 *
 * @param file published instead of the generated data
 */
export async function mainJob(space: Space, folder: string, say: Say, file?: string): Promise<MainJob> {
  const owner = space.connector('oem');
  const user = space.connector('hydraulics');
  const outsider = space.connector('heat-treatment');
  const began = performance.now();

  const until = new Date(Date.now() + 30 * day).toISOString();
  const { source, dataset } = file
    ? await publishFile(space, file, until, say)
    : await publishData(space, folder, until, say);
  const wanted = [...(file ? [] : ['油缸']), '--publisher', owner.run.id, '--home', user.home];
  const hits = await searched(dataset.id, wanted);
  step(
    say,
    { en: 'Searched', zh: '已检索' },
    {
      en: `${hits} hit(s) at the broker, signature and proof checked`,
      zh: `代理返回 ${hits} 条结果，签名与证明均已核验`,
    },
  );

  const negotiation = await runCommand<NegotiationView>('request', dataset.id, '--home', user.home);
  const agreement = negotiation.agreement ?? '';
  const shown = `${agreement.slice(0, 24)}…`;
  step(say, { en: 'Agreed', zh: '已签约' }, { en: `${shown}, signed by both`, zh: `${shown}，双方均已签名` });

  const refused = await refusal('request', dataset.id, '--home', outsider.home);
  step(
    say,
    { en: 'Refused', zh: '已拒绝' },
    {
      en: `Ruifeng Heat Treatment asks for the same: ${refused}`,
      zh: `锐锋热处理请求同一数据：${refused}`,
    },
  );
  const received = await nextFolder(join(folder, 'received'));
  const purposeless = await refusal(
    ...['pull', agreement, '--to', join(received, 'refused'), '--home', user.home],
    ...['--purpose', 'urn:causeway:v1:purpose:resale'],
  );
  step(say, { en: 'Refused', zh: '已拒绝' }, { en: `for resale: ${purposeless}`, zh: `用于转售：${purposeless}` });

  const target = join(received, basename(source));
  const transfer = await runCommand<TransferView>(
    ...['pull', agreement, '--to', target, '--home', user.home],
    ...['--purpose', planning],
  );
  const sha256 = (transfer.digest ?? '').replace('sha-256:', '');
  const size = bytes(transfer.bytes ?? 0);
  step(
    say,
    { en: 'Transferred', zh: '已传输' },
    { en: `${size} over mutually authenticated gRPC`, zh: `${size}，经双向认证的 gRPC` },
    { en: `to ${target}`, zh: `存入 ${target}` },
    same(`SHA-256 ${sha256}`),
  );

  const record = {
    file: `${received}.record.json`,
    key: (await readFile(homePaths(user.home).pins, 'utf8')).trim(),
    log: `https://localhost:${space.clearingHouse.port('log')}`,
  };
  await runCommand('audit', 'export', agreement, '--out', record.file, '--home', user.home);
  const verify = ['audit', 'verify', record.file, '--key', record.key, '--log', record.log];
  const report = await runCommand<{ verified: boolean; treeSize: string }>(...verify);
  step(
    say,
    { en: 'Verified', zh: '已验证' },
    {
      en: `the record against the log: ${report.treeSize} leaves, closing record ${transfer.endLogIndex}`,
      zh: `记录与日志相符：${report.treeSize} 个叶子，结束记录 ${transfer.endLogIndex}`,
    },
  );

  const peaks = [owner, user].map((service) => service.peakRssMiB()).filter((peak) => peak !== undefined);
  const result = {
    bytes: transfer.bytes ?? 0,
    sha256,
    logIndex: Number(transfer.endLogIndex),
    treeSize: Number(report.treeSize),
    verified: report.verified,
    seconds: Math.round((performance.now() - began) / 10) / 100,
    peakRssMiB: peaks.length > 0 ? Math.max(...peaks) : null,
  };
  return { result, record, agreement, received };
}

/** The given file, for the supplier only. */
async function publishFile(
  space: Space,
  source: string,
  until: string,
  say: Say,
): Promise<{ readonly source: string; readonly dataset: DatasetView }> {
  const to = space.connector('hydraulics').run.id;
  const dataset = await publish(
    ...([space.connector('oem'), source] as const),
    ...['--listed', '--to', to, '--until', until, '--times', '10', '--purpose', planning, '--auditors', auditorId],
  );
  step(say, { en: 'Published', zh: '已发布' }, same(`${dataset.id} (${bytes(dataset.source.bytes)})`), {
    en: 'for Hengda Hydraulics only, 30 days, 10 times, for production planning',
    zh: '仅恒达液压，30 天，10 次，用于生产计划',
  });
  return { source, dataset };
}

/** `received/001`, `received/002`, …: one for each run, and never one that is there already. */
async function nextFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const runs = (await readdir(parent)).filter((name) => /^\d+$/.test(name));
  for (let run = 1 + runs.length; ; run += 1) {
    const folder = join(parent, String(run).padStart(3, '0'));
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
