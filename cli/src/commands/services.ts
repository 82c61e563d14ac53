import type { Identity } from '@causeway/certs/peer';
import type { ConfigSources, Logger, Service } from '@causeway/platform';
import { Command, Option } from 'commander';
import { isAnnounced } from '../announced.js';
import { CliError } from '../errors.js';
import { homePaths, readHome, roleWords, type ServiceRole } from '../home.js';
import { homeOption, setOption } from '../options.js';
import type { Output } from '../output.js';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file.js';
import { serviceConfig } from '../service-config.js';

interface Start {
  readonly folder: string;
  readonly log: Logger;
  readonly sources: ConfigSources;
}

interface Runnable {
  readonly description: string;
  start(start: Start): Promise<{ service: Service; id: string }>;
}

const runnables: Record<ServiceRole, Runnable> = {
  authority: {
    description: "start a data space's authority, or do what its operator does",
    start: async (start) => {
      const config = await serviceConfig.authority(start.sources);
      const { startAuthority } = await import('@causeway/certs/authority');
      return { service: await startAuthority({ ...(await system(start)), config }), id: config.id };
    },
  },
  broker: {
    description: 'start the metadata broker',
    start: async (start) => {
      const config = await serviceConfig.broker(start.sources);
      const identity = await openIdentity(start);
      const { startBroker } = await import('@causeway/broker');
      return { service: await startBroker({ ...(await system(start)), config, identity }), id: identity.id };
    },
  },
  'clearing-house': {
    description: 'start the clearing house',
    start: async (start) => {
      const config = await serviceConfig['clearing-house'](start.sources);
      const identity = await openIdentity(start);
      const { startClearingHouse } = await import('@causeway/clearing-house');
      return { service: await startClearingHouse({ ...(await system(start)), config, identity }), id: identity.id };
    },
  },
  connector: {
    description: "start a participant's connector",
    start: async (start) => {
      const config = await serviceConfig.connector(start.sources);
      const identity = demandAnnounced(await openIdentity(start));
      const { startConnector } = await import('@causeway/connector');
      return { service: await startConnector({ ...(await system(start)), config, identity }), id: identity.id };
    },
  },
};

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** `causeway <role>`: runs the service of a home in the foreground until a signal ends it. */
export function serviceCommand(role: ServiceRole, output: Output): Command {
  return new Command(role)
    .description(runnables[role].description)
    .addOption(homeOption())
    .addOption(setOption('an option that differs this time'))
    .addOption(
      new Option('--log-level <level>', 'what is logged to standard error').choices(levels).default('info', 'info'),
    )
    .addHelpText('after', `\nExample:\n  causeway ${role} --home ./${role}`)
    .action(async ({ home, set, logLevel }: { home: string; set: Record<string, string>; logLevel: string }) => {
      await runService(role, home, set, logLevel, output);
    });
}

/** Runs the service of a home until a signal ends it. @throws CliError HOME_MISSING, HOME_TAKEN, SPACE_INCOMPLETE */
export async function runService(
  role: ServiceRole,
  folder: string,
  flags: Readonly<Record<string, string>>,
  level: string,
  output: Output,
): Promise<void> {
  const home = await readHome(folder);
  if (home.role === 'auditor') {
    throw new CliError(
      'HOME_MISSING',
      `${folder} is the home of an auditor, who runs no service. Look at transfers: causeway audit list --home ${folder}`,
    );
  }
  if (home.role !== role) {
    throw new CliError(
      'HOME_MISSING',
      `${folder} is the home of ${roleWords(home.role)}. Start it: causeway ${home.role} --home ${folder}`,
    );
  }
  const running = readRunFile(folder);
  if (running) {
    throw new CliError('HOME_TAKEN', `The ${role} of ${folder} runs already, as process ${running.pid}.`);
  }
  const { createLogger, untilSignal } = await import('@causeway/platform');
  const stopped = untilSignal();
  const { service, id } = await runnables[role].start({
    folder: home.folder,
    log: createLogger({ service: role, level }),
    sources: { flags, env: process.env, file: homePaths(folder).config },
  });
  try {
    const ports = service.servers.map(({ close: _close, ...port }) => port);
    await writeRunFile(folder, { pid: process.pid, role, id, started: new Date().toISOString(), ports });
    output.line(`${id} is running (process ${process.pid}). Ctrl-C stops it.`);
    for (const { name, protocol, host, port } of ports) output.line(`  ${name.padEnd(14)} ${protocol} ${host}:${port}`);
    output.result({ event: 'running', pid: process.pid, role, id, ports });
    await stopped;
  } catch (error) {
    await service.close().catch(() => undefined);
    await removeRunFile(folder);
    throw error;
  }
  // While it closes, it still holds its store: nobody else may start.
  await service.close().finally(() => removeRunFile(folder));
}

async function system({ folder, log }: Start) {
  const { systemClock, systemRandom } = await import('@causeway/platform');
  return { folder, log, clock: systemClock, random: systemRandom };
}

function demandAnnounced(identity: Identity): Identity {
  const { authority } = identity.trust.bundle;
  if (isAnnounced(identity)) return identity;
  throw new CliError(
    'SPACE_INCOMPLETE',
    `The data space has no broker and clearing house yet, says its authority at ${authority.https}. Its operator announces them with 'causeway authority services'; start the connector again then.`,
  );
}

/** The identity of a home with the newest trust bundle the authority has; the stored one when it does not answer. */
async function openIdentity({ folder, log }: Start): Promise<Identity> {
  const { loadIdentity, refreshTrustIfThere } = await import('@causeway/certs/peer');
  const path = homePaths(folder).identity;
  return refreshTrustIfThere({ identity: await loadIdentity(path), folder: path }, ({ message }) =>
    log.warn({ reason: message }, 'no newer trust bundle: going on with the stored one'),
  );
}
