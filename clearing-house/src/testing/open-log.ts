import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  createMetrics,
  type LevelStore,
  openLevelStore,
  silentLogger,
  systemClock,
} from '@causeway/platform';
import { eventsOf } from '../events.js';
import { foldersOf } from '../folders.js';
import { type LogPorts, TransparencyLog } from '../log/log.js';
import { createLogKey, type LogKey, loadLogKey } from '../log/log-key.js';
import { Pipeline, type PipelineOptions } from '../log/pipeline.js';
import { openTileFolder, type TileStore } from '../log/tiles.js';
import { Verifier } from '../records/verify.js';
import type { TestAuthority } from './parties.js';

/** A folder with a log key, an open store and tiles; gone when disposed. */
export interface LogFolder extends AsyncDisposable {
  readonly folder: string;
  readonly store: LevelStore;
  readonly tiles: TileStore;
  readonly key: LogKey;
}

export async function logFolder(): Promise<LogFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-log-'));
  await createLogKey(folder, 'log.test/causeway');
  const { store: path, tiles } = foldersOf(folder);
  const store = await openLevelStore({ path });
  return {
    folder,
    store,
    tiles: await openTileFolder(tiles),
    key: await loadLogKey(folder),
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A running pipeline over ports; closing it ends the pipeline and gives the lease back. */
export interface OpenLog {
  readonly log: TransparencyLog;
  readonly pipeline: Pipeline;
  close(): Promise<void>;
}

export async function openLog(
  ports: LogPorts,
  authority: TestAuthority,
  options: { clock?: Clock; limits?: Partial<PipelineOptions['limits']> } = {},
): Promise<OpenLog> {
  const { clock = systemClock } = options;
  const log = await TransparencyLog.open(ports);
  const pipeline = new Pipeline({
    log,
    clock,
    verifier: new Verifier(authority.keys),
    events: eventsOf(createMetrics('test'), silentLogger, () => 0),
    limits: { waiting: 10_000, waitingBytes: 64 * 1_048_576, waitingPerPeer: 10_000, ...options.limits },
  });
  return {
    log,
    pipeline,
    async close() {
      await pipeline.stop();
      await log.close();
    },
  };
}
