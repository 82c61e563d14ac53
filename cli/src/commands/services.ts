import { brokerConfig, startBroker } from '@causeway/broker';
import { authorityConfig, startAuthority } from '@causeway/certs/authority';
import { type Identity, loadIdentity, refreshTrust } from '@causeway/certs/peer';
import { clearingHouseConfig, startClearingHouse } from '@causeway/clearing-house';
import { connectorConfig, startConnector } from '@causeway/connector';
import {
  createLogger,
  type Logger,
  loadConfig,
  messageOf,
  type Service,
  type Shape,
  systemClock,
  systemRandom,
  untilSignal,
} from '@causeway/platform';
import { Command } from 'commander';
import { CliError } from '../errors.js';
import { homePaths, readHome, type ServiceRole } from '../home.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file.js';

interface Start {
  readonly folder: string;
  readonly log: Logger;
  readonly flags: Record<string, string>;
}

interface Runnable {
  readonly description: string;
  readonly shape: Shape;
  start(start: Start): Promise<{ service: Service; id: string }>;
}

const system = { clock: systemClock, random: systemRandom };
const sources = ({ folder, flags }: Start) => ({ flags, env: process.env, file: homePaths(folder).config });

const runnables: Record<ServiceRole, Runnable> = {
  authority: {
    description: "start a data space's authority, or do what its operator does",
    shape: authorityConfig.shape,
    start: async (start) => {
      const config = await loadConfig(authorityConfig, sources(start));
      return { service: await startAuthority({ ...system, ...start, config }), id: config.id };
    },
  },
  broker: {
    description: 'start the metadata broker',
    shape: brokerConfig.shape,
    start: async (start) => {
      const config = await loadConfig(brokerConfig, sources(start));
      const identity = await openIdentity(start);
      return { service: await startBroker({ ...system, ...start, config, identity }), id: identity.id };
    },
  },
  'clearing-house': {
    description: 'start the clearing house',
    shape: clearingHouseConfig.shape,
    start: async (start) => {
      const config = await loadConfig(clearingHouseConfig, sources(start));
      const identity = await openIdentity(start);
      return { service: await startClearingHouse({ ...system, ...start, config, identity }), id: identity.id };
    },
  },
  connector: {
    description: "start a participant's connector",
    shape: connectorConfig.shape,
    start: async (start) => {
      const config = await loadConfig(connectorConfig, sources(start));
      const identity = await openIdentity(start);
      return { service: await startConnector({ ...system, ...start, config, identity }), id: identity.id };
    },
  },
};

/** The commands that start a service; `authority` has a file of its own for its operator's subcommands. */
export function serviceCommands(output: Output): Command[] {
  return (['broker', 'clearing-house', 'connector'] as const).map((role) => serviceCommand(role, output));
}

/** `causeway <role>`: runs the service of a home in the foreground until a signal ends it. */
export function serviceCommand(role: ServiceRole, output: Output): Command {
  const { description, shape } = runnables[role];
  const command = new Command(role)
    .description(description)
    .addOption(homeOption())
    .option('--log-level <level>', 'trace | debug | info | warn | error', 'info')
    .addHelpText('after', `\nExample:\n  causeway ${role} --home ./${role}`);
  for (const [name, option] of Object.entries(shape)) {
    command.option(`--${kebab(name)} <value>`, option.doc);
  }
  return command.action(async ({ home, logLevel, ...given }: { home: string; logLevel: string }) => {
    const flags = Object.fromEntries(Object.entries(given).filter(([name]) => name in shape)) as Record<string, string>;
    await runService(role, home, flags, logLevel, output);
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
  const log = createLogger({ service: role, level });
  const { service, id } = await runnables[role].start({ folder: home.folder, log, flags });
  const ports = service.servers.map(({ name, protocol, host, port }) => ({ name, protocol, host, port }));
  await writeRunFile(folder, { pid: process.pid, role, id, started: new Date().toISOString(), ports });
  output.line(`${id} is running (process ${process.pid}).`);
  for (const { name, protocol, host, port } of ports) output.line(`  ${name.padEnd(12)} ${protocol} ${host}:${port}`);
  output.result({ event: 'running', pid: process.pid, role, id, ports });
  await untilSignal();
  await service.close();
  await removeRunFile(folder);
}

/** The identity of a home with the newest trust bundle the authority has; the stored one when it does not answer. */
async function openIdentity({ folder, log }: Start): Promise<Identity> {
  const path = homePaths(folder).identity;
  const identity = await loadIdentity(path);
  try {
    return await refreshTrust({ identity, folder: path });
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'the authority did not answer: going on with the stored trust bundle');
    return identity;
  }
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
