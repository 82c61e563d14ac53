import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LevelStore, openLevelStore } from '../store/level-store.js';

/** A level store in a folder of its own, which goes when it is disposed of. */
export interface TemporaryStore extends AsyncDisposable {
  readonly path: string;
  /** The store that is open now. */
  readonly store: LevelStore;
  /** Closes the store, if it is not closed yet, and opens its folder again. */
  reopen(): Promise<LevelStore>;
}

/** @example await using temporary = await temporaryStore(); */
export async function temporaryStore(): Promise<TemporaryStore> {
  const path = await mkdtemp(join(tmpdir(), 'causeway-store-'));
  let store = await openLevelStore({ path });
  return {
    path,
    get store() {
      return store;
    },
    reopen: async () => {
      await store.close();
      store = await openLevelStore({ path });
      return store;
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
