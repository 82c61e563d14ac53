import { Level } from 'level';
import { codeOf, messageOf, StoreError } from '../errors.js';
import { ensureDir } from '../files.js';
import { LevelClient } from './level-client.js';
import { LevelEngine, type StoreCopy } from './level-engine.js';
import type { Store } from './store.js';

/** The engine on LevelDB: one folder, one process. */
export interface LevelStore extends Store {
  /** A second port object over the same handle, with leases and watches of its own. Closing it leaves the store open. */
  client(): Store;
  /** A back-up: everything as it stands in one instant, in a new folder, while commits go on. Throws STORE_FAILED. */
  copyTo(path: string): Promise<StoreCopy>;
}

export interface LevelStoreOptions {
  /** A folder, made when it is missing. */
  readonly path: string;
}

/**
 * Opens a store. Throws `StoreError` STORE_LOCKED when a process (this one included) has it open, STORE_DAMAGED when
 * LevelDB finds it corrupt, STORE_NEWER when a later release wrote it, STORE_FAILED when the folder cannot be used.
 */
export async function openLevelStore(options: LevelStoreOptions): Promise<LevelStore> {
  const { path } = options;
  const db = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await ensureDir(path);
    await db.open();
  } catch (error) {
    throw openingError(path, error);
  }
  try {
    const engine = await LevelEngine.start(db);
    return new LevelOwner(engine);
  } catch (error) {
    await db.close();
    throw error;
  }
}

class LevelOwner extends LevelClient implements LevelStore {
  readonly #clients = new Set<Store>();

  client(): Store {
    const client = new LevelClient(this.engine);
    this.#clients.add(client);
    return client;
  }

  copyTo(path: string): Promise<StoreCopy> {
    return this.engine.copyTo(path);
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()));
    await super.close();
    await this.engine.close();
  }
}

function openingError(path: string, error: unknown): StoreError {
  // Level says only that it is not open; the reason is the cause.
  const cause = error instanceof Error && codeOf(error) === 'LEVEL_DATABASE_NOT_OPEN' ? error.cause : error;
  switch (codeOf(cause)) {
    case 'LEVEL_LOCKED':
      return new StoreError('STORE_LOCKED', `The store in ${path} is open in another process; stop that one first.`, {
        cause,
        data: { path },
      });
    case 'LEVEL_CORRUPTION':
      return new StoreError('STORE_DAMAGED', `The store in ${path} is damaged; restore it from a backup.`, { cause });
    default:
      return new StoreError('STORE_FAILED', `The store in ${path} cannot be opened: ${messageOf(cause)}.`, { cause });
  }
}
