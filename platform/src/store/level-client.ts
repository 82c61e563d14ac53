import { StoreError } from '../errors.js';
import type { LevelEngine } from './level-engine.js';
import {
  type Commit,
  type CommitResult,
  checkCommit,
  checkKey,
  checkRange,
  type Lease,
  type Range,
  type Store,
  type StoredEntry,
} from './store.js';

/** One port object over an open engine: checks what comes in, and ends its leases and watches with itself. */
export class LevelClient implements Store {
  protected readonly engine: LevelEngine;
  readonly #leases = new Set<Lease>();
  readonly #watches = new Set<() => void>();
  #closed = false;

  constructor(engine: LevelEngine) {
    this.engine = engine;
  }

  async get(key: Uint8Array): Promise<StoredEntry | undefined> {
    this.#checkOpen();
    checkKey(key);
    return this.engine.get(key);
  }

  async scan(range: Range): Promise<StoredEntry[]> {
    this.#checkOpen();
    checkRange(range);
    return this.engine.scan(range);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#checkOpen();
    checkCommit(commit);
    return this.engine.commit(commit);
  }

  async lease(name: string): Promise<Lease | undefined> {
    this.#checkOpen();
    const held = await this.engine.lease(name);
    if (!held) return undefined;
    const lease: Lease = {
      ...held,
      release: async () => {
        if (this.#leases.delete(lease)) await held.release();
      },
    };
    this.#leases.add(lease);
    return lease;
  }

  watch(prefix: Uint8Array, wake: (put?: readonly Uint8Array[]) => void): () => void {
    this.#checkOpen();
    const unwatch = this.engine.watch(prefix, wake);
    const end = () => {
      unwatch();
      this.#watches.delete(end);
    };
    this.#watches.add(end);
    return end;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#watches) end();
    await Promise.all([...this.#leases].map((lease) => lease.release()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('STORE_CLOSED', 'The store was closed; nothing can be read or written now.');
  }
}
