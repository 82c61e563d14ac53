import type { Commit, CommitResult, Lease, Range, Store, StoredEntry } from '@causeway/platform';
import type { TileFile, TileStore } from '../log/tiles.js';

/** A crash: what stands on disk then is what the next start finds. */
class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * A crash at the n-th write of store and tiles together: before it, after it (done, but nobody heard of it), or in the
 * middle of it where the port promises no more than file by file. From then on nothing works until ports are opened anew.
 */
export class CrashPoint {
  #left: number;
  readonly #when: 'before' | 'within' | 'after';
  #crashed = false;

  constructor(write: number, when: 'before' | 'within' | 'after') {
    this.#left = write;
    this.#when = when;
  }

  get crashed(): boolean {
    return this.#crashed;
  }

  alive(): void {
    if (this.#crashed) throw new Crash('the process has ended');
  }

  async write<T>(whole: () => Promise<T>, half: () => Promise<unknown>): Promise<T> {
    this.alive();
    this.#left -= 1;
    if (this.#left !== 0) {
      const result = await whole();
      this.alive();
      return result;
    }
    this.#crashed = true;
    if (this.#when === 'after') await whole();
    if (this.#when === 'within') await half();
    throw new Crash(`crashed ${this.#when} the write`);
  }

  store(store: Store): Store {
    return new CrashingStore(store, this);
  }

  tiles(tiles: TileStore): TileStore {
    const nothing = async () => {};
    return {
      read: (path) => this.#read(() => tiles.read(path)),
      checkpoint: () => this.#read(() => tiles.checkpoint()),
      write: (files) =>
        this.write(
          () => tiles.write(files),
          () => tiles.write(halfOf(files)),
        ),
      publish: (note) => this.write(() => tiles.publish(note), nothing),
      prune: (full) =>
        this.write(
          () => tiles.prune(full),
          () => tiles.prune(full.slice(0, 1)),
        ),
    };
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    this.alive();
    return await read();
  }
}

const halfOf = (files: readonly TileFile[]) => files.slice(0, Math.ceil(files.length / 2));

class CrashingStore implements Store {
  readonly #store: Store;
  readonly #point: CrashPoint;

  constructor(store: Store, point: CrashPoint) {
    this.#store = store;
    this.#point = point;
  }

  async get(key: Uint8Array): Promise<StoredEntry | undefined> {
    this.#point.alive();
    return await this.#store.get(key);
  }

  async scan(range: Range): Promise<StoredEntry[]> {
    this.#point.alive();
    return await this.#store.scan(range);
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#point.write(
      () => this.#store.commit(commit),
      async () => {},
    );
  }

  lease(name: string): Promise<Lease | undefined> {
    return this.#store.lease(name);
  }

  watch(prefix: Uint8Array, wake: () => void): () => void {
    return this.#store.watch(prefix, wake);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
