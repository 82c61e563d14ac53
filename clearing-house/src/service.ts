import { type Identity, servePeerGrpc, servePeerHttps } from '@causeway/certs/peer';
import {
  type Clock,
  createMetrics,
  Lifecycle,
  type Logger,
  openLevelStore,
  type Random,
  type RunningServer,
  type Service,
  startOperations,
} from '@causeway/platform';
import type { ClearingHouseConfig } from './config.js';
import { clearingHouseService } from './edge/grpc.js';
import { openRoutes, tileListener } from './edge/http.js';
import { eventsOf } from './events.js';
import { foldersOf } from './folders.js';
import { TransparencyLog } from './log/log.js';
import { type LogKey, loadLogKey } from './log/log-key.js';
import { Pipeline } from './log/pipeline.js';
import { openTileFolder } from './log/tiles.js';
import { RecordReader } from './records/reader.js';
import { Verifier } from './records/verify.js';

export interface ClearingHouseOptions {
  readonly config: ClearingHouseConfig;
  readonly identity: Identity;
  /** Holds the log key, the store and the published tiles. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The one in `folder` unless given. */
  readonly logKey?: LogKey;
}

/**
 * Starts the clearing house: integrates what a crash left, then serves submission (gRPC), the published log (HTTPS) and
 * health (HTTP).
 *
 * @throws LogError LOG_KEY_INVALID, LOG_AHEAD, LOG_CORRUPT; StoreError STORE_LOCKED when another process runs on the folder
 */
export async function startClearingHouse(options: ClearingHouseOptions): Promise<Service> {
  const { config, identity, clock } = options;
  const log = options.log.child({ service: 'clearing-house' });
  const key = options.logKey ?? (await loadLogKey(options.folder));
  const folders = foldersOf(options.folder);
  const lifecycle = new Lifecycle({ clock });
  try {
    const store = await openLevelStore({ path: folders.store });
    lifecycle.defer('store', () => store.close());
    const tiles = await openTileFolder(folders.tiles);
    const transparencyLog = await TransparencyLog.open({ store, tiles, key });
    lifecycle.defer('log', () => transparencyLog.close());

    const metrics = createMetrics('clearing-house', { process: true });
    const events = eventsOf(metrics, log, () => pipeline.waiting);
    if (identity.trust.bundle.clearingHouse.vkey !== key.vkey) events.unannounced();
    const pipeline = new Pipeline({
      log: transparencyLog,
      verifier: new Verifier(identity.trust.authorities),
      clock,
      events,
      limits: config,
    });
    lifecycle.defer('pipeline', () => pipeline.stop());

    const servers: RunningServer[] = [];
    const serve = (server: RunningServer) => {
      lifecycle.defer(server.name, () => server.close());
      servers.push(server);
    };
    const records = new RecordReader(store, transparencyLog);
    serve(
      await servePeerGrpc({
        ...{ identity, clock, log, host: config.grpcHost, port: config.grpcPort, name: 'clearing-house' },
        services: [clearingHouseService({ pipeline, records, window: config.streamWindow })],
      }),
    );
    serve(
      await servePeerHttps({
        ...{ identity, clock, log, host: config.httpsHost, port: config.httpsPort, name: 'log' },
        app: tileListener(tiles, log),
        open: openRoutes,
      }),
    );
    serve(
      await startOperations({
        ...{ host: config.operationsHost, port: config.operationsPort, metrics },
        ready: async () => ({ ready: pipeline.state === 'working', checks: { log: pipeline.state } }),
      }),
    );
    const close = () => lifecycle.close();
    return { name: 'clearing-house', servers, idle: () => pipeline.idle(), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    return await lifecycle.undo(error);
  }
}
