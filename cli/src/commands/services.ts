import type { Identity } from '@causeway/certs/peer';
import type { Logger, Service } from '@causeway/platform';
import { Command } from 'commander';
import { CliError } from '../errors.js';
import { homePaths, readHome, type ServiceRole } from '../home.js';
import { homeOption, settings } from '../options.js';
import type { Output } from '../output.js';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file.js';

interface Start {
  readonly folder: string;
  readonly log: Logger;
  readonly flags: Record<string, string>;
}

interface Runnable {
  readonly description: string;
  start(start: Start): Promise<{ service: Service; id: string }>;
}

// Each service is loaded when it is started: the other commands would pay for all of them at every call.
const runnables: Record<ServiceRole, Runnable> = {
  authority: {
    description: "start a data space's authority, or do what its operator does",
    start: async (start) => {
      const { authorityConfig, startAuthority } = await import('@causeway/certs/authority');
      const { loadConfig, sources, system } = await platform(start);
      const config = await loadConfig(authorityConfig, sources);
      return { service: await startAuthority({ ...system, config }), id: config.id };
    },
  },
  broker: {
    description: 'start the metadata broker',
    start: async (start) => {
      const { brokerConfig, startBroker } = await import('@causeway/broker');
      const { loadConfig, sources, system } = await platform(start);
      const config = await loadConfig(brokerConfig, sources);
      const identity = await openIdentity(start);
      return { service: await startBroker({ ...system, config, identity }), id: identity.id };
    },
  },
  'clearing-house': {
    description: 'start the clearing house',
    start: async (start) => {
      const { clearingHouseConfig, startClearingHouse } = await import('@causeway/clearing-house');
      const { loadConfig, sources, system } = await platform(start);
      const config = await loadConfig(clearingHouseConfig, sources);
      const identity = await openIdentity(start);
      return { service: await startClearingHouse({ ...system, config, identity }), id: identity.id };
    },
  },
  connector: {
    description: "start a participant's connector",
    start: async (start) => {
      const { connectorConfig, startConnector } = await import('@causeway/connector');
      const { loadConfig, sources, system } = await platform(start);
      const config = await loadConfig(connectorConfig, sources);
      const identity = await openIdentity(start);
      return { service: await startConnector({ ...system, config, identity }), id: identity.id };
    },
  },
};

/** The commands that start a service; `authority` has a file of its own for its operator's subcommands. */
export function serviceCommands(output: Output): Command[] {
  return (['broker', 'clearing-house', 'connector'] as const).map((role) => serviceCommand(role, output));
}

/** `causeway <role>`: runs the service of a home in the foreground until a signal ends it. */
export function serviceCommand(role: ServiceRole, output: Output): Command {
  return new Command(role)
    .description(runnables[role].description)
    .addOption(homeOption())
    .option('--set <name=value...>', 'options that differ this time (docs/configuration.md)')
    .option('--log-level <level>', 'trace | debug | info | warn | error', 'info')
    .addHelpText('after', `\nExample:\n  causeway ${role} --home ./${role}`)
    .action(async ({ home, set = [], logLevel }: { home: string; set?: string[]; logLevel: string }) => {
      await runService(role, home, settings(set), logLevel, output);
    });
}

async function runService(
  role: ServiceRole,
  folder: string,
  flags: Record<string, string>,
  level: string,
  output: Output,
): Promise<void> {
  const home = await readHome(folder);
  if (home.role !== role) {
    throw new CliError('USAGE', `${folder} is the home of a ${home.role}: start it with 'causeway ${home.role}'.`);
  }
  const running = readRunFile(folder);
  if (running) {
    throw new CliError('HOME_TAKEN', `The service of ${folder} runs already, as process ${running.pid}.`);
  }
  const { createLogger, untilSignal } = await import('@causeway/platform');
  const stopped = untilSignal();
  const { service, id } = await runnables[role].start({
    folder: home.folder,
    log: createLogger({ service: role, level }),
    flags,
  });
  const ports = service.servers.map(({ close: _close, ...port }) => port);
  await writeRunFile(folder, { pid: process.pid, role, id, started: new Date().toISOString(), ports });
  output.line(`${id} is running (process ${process.pid}).`);
  for (const { name, protocol, host, port } of ports) output.line(`  ${name.padEnd(14)} ${protocol} ${host}:${port}`);
  output.result({ event: 'running', pid: process.pid, role, id, ports });
  await stopped;
  await service.close();
  await removeRunFile(folder);
}

/** What every service is started with, and where its options come from: flags, environment, then the home's file. */
async function platform({ folder, log, flags }: Start) {
  const { loadConfig, systemClock, systemRandom } = await import('@causeway/platform');
  return {
    loadConfig,
    system: { folder, log, clock: systemClock, random: systemRandom },
    sources: { flags, env: process.env, file: homePaths(folder).config },
  };
}

/** The identity of a home with the newest trust bundle the authority has; the stored one when it does not answer. */
async function openIdentity({ folder, log }: Start): Promise<Identity> {
  const { loadIdentity, refreshTrust } = await import('@causeway/certs/peer');
  const path = homePaths(folder).identity;
  const identity = await loadIdentity(path);
  try {
    return await refreshTrust({ identity, folder: path });
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'no newer trust bundle: going on with the stored one');
    return identity;
  }
}
