import { Level } from 'level';
import { messageOf, StoreError } from '../errors.js';
import { CommitQueue } from './level-commits.js';
import {
  afterPrefix,
  decodeNumber,
  encodeNumber,
  firstKey,
  formatKey,
  formatVersion,
  type LevelDb,
  leaseKey,
  leasePrefix,
  startsWith,
  versionKey,
} from './level-format.js';
import {
  type Commit,
  type CommitResult,
  checkKey,
  type Lease,
  type Range,
  type StoredEntry,
  storeLimits,
  tooLarge,
} from './store.js';

interface Watcher {
  readonly prefix: Uint8Array;
  readonly wake: (put?: readonly Uint8Array[]) => void;
}

/** An open LevelDB folder. The folder's lock makes this object its only writer, which all of it relies on. */
export class LevelEngine {
  readonly #db: LevelDb;
  readonly #commits: CommitQueue;
  readonly #holders = new Set<string>();
  readonly #watchers = new Set<Watcher>();
  #closed = false;

  private constructor(db: LevelDb, version: bigint) {
    this.#db = db;
    this.#commits = new CommitQueue(db, version, (written) => this.#wake(written));
  }

  /**
   * Takes over a folder just opened. Before anything else can happen the version, which is the fencing number too, is
   * raised and stored, and the leases of earlier holders end.
   */
  static async start(db: LevelDb): Promise<LevelEngine> {
    const format = decodeNumber(await db.get(formatKey)) ?? 0n;
    if (format > formatVersion)
      throw new StoreError(
        'STORE_NEWER',
        `The store has format ${format}, this release knows up to ${formatVersion}: a later release wrote it. Run that one, or restore a back-up from before.`,
      );
    const version = (decodeNumber(await db.get(versionKey)) ?? 0n) + 1n;
    const batch = db
      .batch()
      .put(formatKey, encodeNumber(BigInt(formatVersion)))
      .put(versionKey, encodeNumber(version));
    for await (const stale of db.keys({ gte: leasePrefix, lt: afterPrefix(leasePrefix) ?? firstKey })) batch.del(stale);
    await batch.write({ sync: true });
    return new LevelEngine(db, version);
  }

  async get(key: Uint8Array): Promise<StoredEntry | undefined> {
    // Read at once: a trip to the thread pool and back costs several times what LevelDB needs to find one value.
    const stored: Uint8Array | undefined = await this.#read(() => this.#db.getSync(key));
    return stored && entryOf(key, stored);
  }

  async scan(range: Range): Promise<StoredEntry[]> {
    const iterator = this.#db.iterator({ ...bounds(range), highWaterMarkBytes: 1_048_576 });
    const entries: StoredEntry[] = [];
    let bytes = 0;
    try {
      for (;;) {
        const batch = await this.#read(() => iterator.nextv(range.limit - entries.length));
        for (const [key, stored] of batch) {
          bytes += key.length + stored.length;
          entries.push(entryOf(key, stored));
        }
        if (bytes > storeLimits.scanBytes) throw tooLarge('scan', bytes, storeLimits.scanBytes);
        if (batch.length === 0 || entries.length === range.limit) return entries;
      }
    } finally {
      await iterator.close();
    }
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#commits.add(commit);
  }

  /** The locked folder keeps other processes out; within this one, a name is held by one at a time. */
  async lease(name: string): Promise<Lease | undefined> {
    if (this.#holders.has(name)) return undefined;
    this.#holders.add(name);
    const key = leaseKey(name);
    try {
      const result = await this.#commits.add({ writes: [{ put: key, value: new Uint8Array() }] });
      if (!result.ok) throw new StoreError('STORE_FAILED', 'A commit without conditions met a conflict.');
      const { version } = result;
      return { fence: { key, version }, number: version, release: () => this.#release(name, key) };
    } catch (error) {
      this.#holders.delete(name);
      throw error;
    }
  }

  /**
   * Writes everything as it stands in one instant into a new folder, durably, while commits go on. Throws `StoreError` STORE_FAILED when
   * the folder cannot be made or holds a store already.
   */
  async copyTo(path: string): Promise<StoreCopy> {
    const copy: LevelDb = new Level(path, { keyEncoding: 'view', valueEncoding: 'view', errorIfExists: true });
    const snapshot = this.#db.snapshot();
    try {
      await copy.open();
      return await copyAll(this.#db.iterator({ snapshot }), copy);
    } catch (cause) {
      const why = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
      throw new StoreError('STORE_FAILED', `The store cannot be copied to ${path}: ${messageOf(why)}.`, { cause });
    } finally {
      await snapshot.close();
      await copy.close();
    }
  }

  watch(prefix: Uint8Array, wake: (put?: readonly Uint8Array[]) => void): () => void {
    const watcher = { prefix, wake };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Lets what was accepted become durable, then lets the folder go. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watchers.clear();
    await this.#commits.close();
    await this.#db.close();
  }

  async #release(name: string, key: Uint8Array): Promise<void> {
    if (!this.#holders.has(name) || this.#closed) return;
    await this.#commits.add({ writes: [{ delete: key }] });
    this.#holders.delete(name);
  }

  #wake(written: { puts: readonly Uint8Array[]; deletes: readonly Uint8Array[] }): void {
    for (const { prefix, wake } of this.#watchers) {
      const put = written.puts.filter((key) => startsWith(key, prefix));
      if (put.length === 0 && !written.deletes.some((key) => startsWith(key, prefix))) continue;
      try {
        wake(put);
      } catch (error) {
        // A watcher's mistake is not the committer's: it surfaces as an uncaught exception of its own.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async #read<T>(read: () => T | Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      if (this.#closed) throw new StoreError('STORE_CLOSED', 'The store was closed while it was read.', { cause });
      throw new StoreError('STORE_FAILED', `The store cannot be read: ${messageOf(cause)}.`, { cause });
    }
  }
}

/** What was copied, in entries and in bytes of keys and values. */
export interface StoreCopy {
  readonly entries: number;
  readonly bytes: number;
}

const copiedAtOnce = 4 * 1_048_576;

async function copyAll(entries: AsyncIterable<[Uint8Array, Uint8Array]>, copy: LevelDb): Promise<StoreCopy> {
  const copied = { entries: 0, bytes: 0 };
  let batch: { type: 'put'; key: Uint8Array; value: Uint8Array }[] = [];
  let waiting = 0;
  const write = async (): Promise<void> => {
    await copy.batch(batch, { sync: true });
    [batch, waiting] = [[], 0];
  };
  for await (const [key, value] of entries) {
    batch.push({ type: 'put', key, value });
    waiting += key.length + value.length;
    copied.entries += 1;
    copied.bytes += key.length + value.length;
    if (waiting >= copiedAtOnce) await write();
  }
  await write();
  return copied;
}

function entryOf(key: Uint8Array, stored: Uint8Array): StoredEntry {
  const version = decodeNumber(stored);
  if (version === undefined)
    throw new StoreError('STORE_DAMAGED', 'An entry of the store holds no version; restore the store from a backup.');
  return { key: plain(key), value: plain(stored.subarray(8)), version };
}

// Level answers Buffers, whose slice() shares memory where that of a Uint8Array copies.
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bounds({ prefix = new Uint8Array(), after, before, reverse = false, limit }: Range) {
  if (prefix.length > 0) checkKey(prefix);
  const floor = prefix.length > 0 ? prefix : firstKey;
  const ceiling = prefix.length > 0 ? afterPrefix(prefix) : undefined;
  const lt = before && (!ceiling || Buffer.compare(before, ceiling) < 0) ? before : ceiling;
  return {
    ...(after && Buffer.compare(after, floor) >= 0 ? { gt: after } : { gte: floor }),
    ...(lt && { lt }),
    reverse,
    limit,
  };
}
