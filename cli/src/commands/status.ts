import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError, fileTrouble } from '../errors.js';
import { type Home, type HomeRole, readHome } from '../home.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { type RunFile, readRunFile } from '../run-file.js';

interface ServiceStatus {
  readonly home: string;
  readonly role: HomeRole;
  readonly running: boolean;
  readonly pid?: number;
  readonly id?: string;
  readonly started?: string;
  readonly ports: RunFile['ports'];
  /** A connector's own report: queues, whether it believes the log. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Why a running service gave no report. */
  readonly trouble?: string;
}

/** `causeway status`: every service whose home is this folder or lies directly in it. */
export function statusCommand(output: Output): Command {
  return new Command('status')
    .description('show the services of a folder: processes, ports, state')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway status --home .causeway')
    .action(async ({ home }: { home: string }) => {
      const services = await Promise.all((await homesIn(home)).map(serviceStatus));
      for (const { role, id, pid, running, ports, detail, trouble, home: folder } of services) {
        const idle = role === 'auditor' ? 'runs no service' : 'is not running';
        output.line(running ? `${id} (${role}), process ${pid}` : `${folder} (${role}) ${idle}`);
        for (const { name, protocol, host, port } of ports) {
          output.line(`  ${name.padEnd(14)} ${protocol.padEnd(5)} ${host}:${port}`);
        }
        const distrusted = detail?.distrusted as { en?: string } | undefined;
        if (distrusted) output.line(`  THE LOG IS NOT BELIEVED: ${distrusted.en}`);
        for (const line of storeLines(detail?.store as StoreView | undefined)) output.line(`  ${line}`);
        const broker = detail?.broker as { state?: string; trouble?: string } | undefined;
        if (broker?.trouble) output.line(`  NOT LISTED AT THE BROKER: ${broker.trouble}`);
        if (trouble) output.line(`  NO REPORT: ${trouble}`);
      }
      output.result({ services });
    });
}

interface StoreView {
  readonly state: 'checked' | 'waiting';
  readonly trouble?: string;
  readonly restored?: { readonly last: number; readonly starts: number; readonly transfers: number };
  readonly unknown: readonly { readonly agreement: string; readonly role: string; readonly peer: string }[];
}

/** What the owner of a connector has to know of its store; nothing while all is well. */
function storeLines(store: StoreView | undefined): string[] {
  if (store === undefined) return [];
  const { state, trouble = 'the clearing house is asked', restored, unknown } = store;
  const waits =
    state === 'waiting' ? [`WAITING: nothing is served under agreements until its store is compared: ${trouble}`] : [];
  if (restored === undefined) return waits;
  const when = new Date(restored.last).toISOString();
  return [
    ...waits,
    `RESTORED: it goes on from an older back-up (${when}); ${restored.starts} lost start(s) count as uses, ${restored.transfers} open transfer(s) were ended`,
    ...unknown.map(
      ({ agreement, role, peer }) => `LOST: the agreement ${agreement} as ${role} with ${peer}: make it anew`,
    ),
  ];
}

async function homesIn(folder: string): Promise<Home[]> {
  const here = await homeAt(folder);
  if (here) return [here];
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new CliError('HOME_MISSING', `${folder} cannot be read: ${fileTrouble(cause)}. Name a folder with --home.`, {
      cause,
    });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const homes = (await Promise.all(names.sort().map((name) => homeAt(join(folder, name))))).filter((home) => !!home);
  if (homes.length > 0) return homes;
  throw new CliError(
    'HOME_MISSING',
    `No service lives in ${folder} or in a folder of it. Make one with 'causeway init' or 'causeway join', or name another with --home.`,
  );
}

async function homeAt(folder: string): Promise<Home | undefined> {
  try {
    return await readHome(folder);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

async function serviceStatus({ folder: home, role }: Home): Promise<ServiceStatus> {
  const run = readRunFile(home);
  if (!run) return { home, role, running: false, ports: [] };
  const { pid, id, started, ports } = run;
  return { home, role, running: true, pid, id, started, ports, ...(role === 'connector' && (await report(home))) };
}

/** One service in trouble does not hide the others. */
async function report(home: string): Promise<Pick<ServiceStatus, 'detail' | 'trouble'>> {
  try {
    const api = await openApi(home);
    return { detail: await api.get<Readonly<Record<string, unknown>>>('/management/v1/status') };
  } catch (error) {
    if (error instanceof CliError) return { trouble: error.message };
    throw error;
  }
}
