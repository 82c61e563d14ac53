import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bytes, type DatasetView, type NegotiationView, type SearchView, type TransferView } from '@causeway/cli';
import { SpaceError } from '../errors.js';
import { runCommand } from '../processes/command.js';
import type { Space } from '../processes/space.js';
import { orderLines } from './order-lines.js';

const day = 86_400_000;
const listedWithinMs = 30_000;
const demoRows = 20_000;
const demoSeed = 20_261_120;

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

/** The main job, by the commands a person would give: publish, search, ask, be refused, get, verify. */
export async function mainJob(
  space: Space,
  folder: string,
  say: (line: string) => void,
  file?: string,
): Promise<{ result: MainJobResult; record: VerifiableRecord }> {
  const owner = space.connector('oem');
  const user = space.connector('hydraulics');
  const outsider = space.connector('heat-treatment');
  const source = file ?? (await demoFile(folder));
  const began = performance.now();

  const dataset = await runCommand<DatasetView>(
    ...['publish', source, '--home', owner.home, '--yes', '--listed', '--category', 'orders'],
    ...(file ? [] : ['--name', 'order-lines', '--title', 'Purchase order lines', '--title-zh', '采购订单行 动臂 油缸']),
    ...['--to', user.run.id, '--until', new Date(Date.now() + 30 * day).toISOString(), '--times', '10'],
    ...['--purpose', 'urn:causeway:v1:purpose:production-planning'],
  );
  say(`Published   ${dataset.id} (${bytes(dataset.source.bytes)})`);
  say('            for Hengda Hydraulics only, 30 days, 10 times, for production planning');

  const hits = await searched(dataset.id, [
    ...(file ? [] : ['油缸']),
    '--publisher',
    owner.run.id,
    '--home',
    user.home,
  ]);
  say(`Searched    ${hits} hit(s) at the broker, signature and proof checked`);

  const negotiation = await runCommand<NegotiationView>('request', dataset.id, '--home', user.home);
  const agreement = negotiation.agreement ?? '';
  say(`Agreed      ${agreement.slice(0, 24)}…, signed by both`);

  const refused = await refusal('request', dataset.id, '--home', outsider.home);
  say(`Refused     Ruifeng Heat Treatment asks for the same: ${refused}`);
  const received = await nextFolder(join(folder, 'received'));
  const purposeless = await refusal(
    ...['pull', agreement, '--to', join(received, 'refused'), '--home', user.home],
    ...['--purpose', 'urn:causeway:v1:purpose:resale'],
  );
  say(`Refused     for resale: ${purposeless}`);

  const target = join(received, basename(source));
  const transfer = await runCommand<TransferView>(
    ...['pull', agreement, '--to', target, '--home', user.home],
    ...['--purpose', 'urn:causeway:v1:purpose:production-planning'],
  );
  const sha256 = (transfer.digest ?? '').replace('sha-256:', '');
  say(`Transferred ${bytes(transfer.bytes ?? 0)} over mutually authenticated gRPC`);
  say(`            to ${target}`);
  say(`            SHA-256 ${sha256}`);

  const record = {
    file: `${received}.record.json`,
    key: (await readFile(join(user.home, 'identity', 'pins'), 'utf8')).trim(),
    log: `https://localhost:${space.clearingHouse.port('log')}`,
  };
  await runCommand('audit', 'export', agreement, '--out', record.file, '--home', user.home);
  const verify = ['audit', 'verify', record.file, '--key', record.key, '--log', record.log];
  const report = await runCommand<{ verified: boolean; treeSize: string }>(...verify);
  say(`Verified    the record against the log: ${report.treeSize} leaves, closing record ${transfer.endLogIndex}`);

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
  return { result, record };
}

/** Searches until the broker lists the dataset: its publisher registers it in the background. Answers how many it saw. */
async function searched(dataset: string, wanted: readonly string[]): Promise<number> {
  const until = performance.now() + listedWithinMs;
  do {
    let seen = 0;
    let cursor: readonly string[] = [];
    do {
      const page = await runCommand<SearchView>('search', ...wanted, ...cursor);
      seen += page.hits.length;
      if (page.hits.some(({ entry }) => entry.id === dataset)) return seen;
      cursor = page.next ? ['--cursor', page.next] : [];
    } while (cursor.length > 0);
  } while (performance.now() < until);
  throw new SpaceError('TIMED_OUT', `${dataset} was published to be listed, and the broker does not list it`);
}

/** What the command said when it was refused, as it must be here. */
async function refusal(...args: readonly string[]): Promise<string> {
  try {
    await runCommand(...args);
  } catch (error) {
    const failed = error instanceof SpaceError ? (error.data.error as { code?: string; message?: string }) : undefined;
    if (failed?.code === 'REFUSED') return failed.message ?? failed.code;
    throw error;
  }
  throw new SpaceError('COMMAND_FAILED', `causeway ${args[0]} should have been refused and was not`);
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

async function demoFile(folder: string): Promise<string> {
  const path = join(folder, '采购订单行 order-lines.csv');
  await writeFile(path, orderLines(demoSeed, demoRows));
  return path;
}
