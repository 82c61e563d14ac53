import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { readHome, type ServiceRole } from '../home.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { type RunFile, readRunFile } from '../run-file.js';

interface ServiceStatus {
  readonly home: string;
  readonly role: ServiceRole;
  readonly running: boolean;
  readonly pid?: number;
  readonly id?: string;
  readonly started?: string;
  readonly ports: RunFile['ports'];
  /** A connector's own report: queues, whether it believes the log. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** `causeway status`: every service whose home is this folder or lies directly in it. */
export function statusCommand(output: Output): Command {
  return new Command('status')
    .description('show the services of a folder: processes, ports, state')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway status --home .causeway')
    .action(async ({ home }: { home: string }) => {
      const services = await Promise.all((await homesIn(home)).map(serviceStatus));
      if (services.length === 0) output.line(`No service lives in ${home}.`);
      for (const { role, id, pid, running, ports, detail, home: folder } of services) {
        output.line(running ? `${id} (${role}), process ${pid}` : `${folder} (${role}) is not running`);
        for (const { name, protocol, host, port } of ports) {
          output.line(`  ${name.padEnd(12)} ${protocol.padEnd(6)} ${host}:${port}`);
        }
        const distrusted = detail?.distrusted as { en?: string } | undefined;
        if (distrusted) output.line(`  THE LOG IS NOT BELIEVED: ${distrusted.en}`);
      }
      output.result({ services });
    });
}

async function homesIn(folder: string): Promise<string[]> {
  const isHome = (path: string) =>
    readHome(path).then(
      () => true,
      () => false,
    );
  if (await isHome(folder)) return [resolve(folder)];
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(resolve(folder), name));
  const homes = await Promise.all(folders.map(async (path) => ((await isHome(path)) ? path : undefined)));
  return homes.filter((path) => path !== undefined).sort();
}

async function serviceStatus(home: string): Promise<ServiceStatus> {
  const { role } = await readHome(home);
  const run = readRunFile(home);
  if (!run) return { home, role, running: false, ports: [] };
  const { pid, id, started, ports } = run;
  const detail =
    role === 'connector'
      ? await (await openApi(home)).get<Readonly<Record<string, unknown>>>('/management/v1/status')
      : undefined;
  return { home, role, running: true, pid, id, started, ports, ...(detail && { detail }) };
}
