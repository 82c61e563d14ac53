import { join } from 'node:path';
import { type Identity, servePeerGrpc, servePeerHttps } from '@causeway/certs/peer';
import {
  apiKey,
  type Clock,
  createMetrics,
  Lifecycle,
  type Logger,
  openLevelStore,
  type Random,
  type RunningServer,
  type Service,
  serveManagement,
  startOperations,
} from '@causeway/platform';
import type { BrokerConfig } from './config.js';
import { eventsOf } from './events.js';
import { brokerApi } from './manage/api.js';
import { Participants } from './registry/participants.js';
import { openRecords } from './registry/records.js';
import { Registrations } from './registry/registration.js';
import { Registry } from './registry/registry.js';
import { Reindexer } from './registry/reindexer.js';
import { Sweeper } from './registry/sweeper.js';
import { Finder } from './search/finder.js';
import { Shown } from './search/shown.js';
import { brokerService } from './serve/grpc.js';
import { brokerApp } from './serve/http.js';
import { Reads } from './serve/reads.js';

export interface BrokerOptions {
  readonly config: BrokerConfig;
  readonly identity: Identity;
  /** Holds `store/` and `api.key`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Starts a broker: gRPC and HTTPS for members, a management API, health and metrics for its operator.
 *
 * @throws StoreError STORE_LOCKED when another process has the folder; PlatformError or TrustError when a port is taken
 */
export async function startBroker(options: BrokerOptions): Promise<Service> {
  const { config, identity, clock, log } = options;
  const lifecycle = new Lifecycle({ clock });
  try {
    const store = await openLevelStore({ path: join(options.folder, 'store') });
    lifecycle.defer('store', () => store.close());
    const records = openRecords(store);
    const sweeper = new Sweeper({ records, clock, log, abandonedAfter: 2 * config.registrationDeadline });
    lifecycle.defer('sweeper', () => sweeper.close());

    const metrics = createMetrics('broker');
    const events = eventsOf(metrics, log, () => clock.monotonic());
    const registry = new Registry({ records, clock, ...config, authorities: identity.trust.authorities });
    const registrations = new Registrations({ records, registry, sweeper, clock, limits: config });
    const reads = new Reads(new Finder(new Shown(records, clock, config)), events);
    const reindexer = new Reindexer({ records, registry, sweeper, clock, log });
    lifecycle.defer('reindexer', () => reindexer.close());

    const servers: RunningServer[] = [];
    const serve = async (starting: Promise<RunningServer>) => {
      const server = await starting;
      servers.push(server);
      lifecycle.defer(server.name, () => server.close());
    };
    const { host } = config;
    await serve(
      servePeerGrpc({
        ...{ identity, clock, host, port: config.grpcPort, name: 'broker', log },
        services: [brokerService({ registry, registrations, reads, events })],
        // The registration's own deadline comes first, with its own words.
        limits: { clientStreamMs: config.registrationDeadline + 5_000, messageBytes: 65_536 },
      }),
    );
    await serve(
      servePeerHttps({
        ...{ identity, clock, host, port: config.httpsPort, name: 'broker-reads', log },
        app: brokerApp(reads, log),
        open: [],
      }),
    );
    const key = await apiKey(join(options.folder, 'api.key'), options.random);
    const participants = new Participants({ records, clock, limits: config });
    await serve(
      serveManagement({
        app: brokerApi({ participants, sweeper, events, key, log }),
        ...{ host: config.managementHost, port: config.managementPort, requestMs: 30_000 },
      }),
    );
    await serve(
      startOperations({
        host: config.operationsHost,
        port: config.operationsPort,
        metrics,
        ready: async () => {
          await records.counters.get('generation');
          return { ready: true, checks: { store: 'readable', index: reindexer.done ? 'current' : 'being rebuilt' } };
        },
      }),
    );
    sweeper.kick();
    reindexer.start();
    return {
      name: 'broker',
      servers,
      async idle() {
        await reindexer.idle();
        await sweeper.idle();
      },
      close: () => lifecycle.close(),
      [Symbol.asyncDispose]: () => lifecycle.close(),
    };
  } catch (error) {
    return await lifecycle.undo(error);
  }
}
