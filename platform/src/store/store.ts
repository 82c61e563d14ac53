import { StoreError } from '../errors.js';

/** A stored value with the version of the commit that wrote it. */
export interface StoredEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: bigint;
}

/** That a key still has a version, or (`null`) is absent. */
export interface Condition {
  readonly key: Uint8Array;
  readonly version: bigint | null;
}

export type Write = { readonly put: Uint8Array; readonly value: Uint8Array } | { readonly delete: Uint8Array };

/** Conditions and writes that hold together or not at all. A key stands at most once among the writes. */
export interface Commit {
  readonly conditions?: readonly Condition[];
  readonly writes: readonly Write[];
}

/** A conflict names the first key whose condition did not hold; nothing was written then. */
export type CommitResult =
  | { readonly ok: true; readonly version: bigint }
  | { readonly ok: false; readonly conflict: Uint8Array };

/** Keys that begin with `prefix` and lie strictly between `after` and `before`, in unsigned byte order. */
export interface Range {
  readonly prefix?: Uint8Array;
  readonly after?: Uint8Array;
  readonly before?: Uint8Array;
  readonly reverse?: boolean;
  /** From 1 to `storeLimits.scan`. */
  readonly limit: number;
}

/**
 * The right to be the only one who does something. Put `fence` among the conditions of every commit made under it: it
 * fails as soon as somebody else has held the lease since.
 */
export interface Lease {
  readonly fence: Condition;
  /** The fencing number; greater than that of every earlier holder, across restarts. */
  readonly number: bigint;
  release(): Promise<void>;
}

/**
 * Ordered keys, atomic conditional commits, leases: all that a service may ask of a database.
 *
 * Keys are 1 to 1,024 bytes; those that begin with a zero byte belong to the engine and are refused with a `TypeError`
 * but in a condition (`key()` never makes one). Versions grow with every commit and never repeat, not even after a delete and a restart.
 * Throws `StoreError`: STORE_TOO_LARGE beyond `storeLimits`, STORE_CLOSED after `close`, STORE_FAILED when the medium
 * fails (what was being committed is then in doubt until the store is opened again).
 */
export interface Store extends AsyncDisposable {
  get(key: Uint8Array): Promise<StoredEntry | undefined>;
  /** One snapshot. Refused with STORE_TOO_LARGE, never cut short, when the values exceed `storeLimits.scanBytes`. */
  scan(range: Range): Promise<StoredEntry[]>;
  /** All or nothing, and durable when it returns. Never throws for a conflict. */
  commit(commit: Commit): Promise<CommitResult>;
  /** `undefined` while somebody else holds it. */
  lease(name: string): Promise<Lease | undefined>;
  /**
   * Wakes after commits that touched the prefix, before the committer is told. Best effort: look, then wait, then look.
   * `put` holds the keys that were put, where the engine knows them; without it anything may have changed.
   */
  watch(prefix: Uint8Array, wake: (put?: readonly Uint8Array[]) => void): () => void;
  close(): Promise<void>;
}

const MiB = 1_048_576;

/** Bounds of every engine, in bytes but for `writes`, `conditions` and `scan`, which count. */
export const storeLimits = {
  key: 1_024,
  value: 4 * MiB,
  /** Most writes in one commit. */
  writes: 10_000,
  conditions: 10_000,
  /** Keys and values of one commit together. */
  commit: 16 * MiB,
  /** Most entries of one scan. */
  scan: 1_000,
  scanBytes: 64 * MiB,
} as const;

/** Refuses a key that no engine may hold. */
export function checkKey(key: Uint8Array): void {
  if (key.length === 0 || key[0] === 0) throw new TypeError('A store key is not empty and begins with no zero byte.');
  if (key.length > storeLimits.key) throw tooLarge('key', key.length, storeLimits.key);
}

/** Refuses a commit beyond the bounds, or one that writes a key twice. */
export function checkCommit(commit: Commit): void {
  const { writes, conditions = [] } = commit;
  if (writes.length > storeLimits.writes) throw tooLarge('commit', writes.length, storeLimits.writes, 'writes');
  if (conditions.length > storeLimits.conditions)
    throw tooLarge('commit', conditions.length, storeLimits.conditions, 'conditions');
  for (const { key } of conditions) {
    // A fence is a key of the engine's own, so conditions may name those.
    if (key[0] !== 0) checkKey(key);
  }
  const seen = new Set<string>();
  let bytes = 0;
  for (const write of writes) {
    const key = keyOf(write);
    checkKey(key);
    if ('put' in write && write.value.length > storeLimits.value)
      throw tooLarge('value', write.value.length, storeLimits.value);
    bytes += key.length + ('put' in write ? write.value.length : 0);
    seen.add(keyText(key));
  }
  if (bytes > storeLimits.commit) throw tooLarge('commit', bytes, storeLimits.commit);
  if (seen.size < writes.length) throw new TypeError('A commit writes each key once; this one writes a key twice.');
}

/** Refuses a scan without a sensible limit. */
export function checkRange(range: Range): void {
  if (!Number.isInteger(range.limit) || range.limit < 1 || range.limit > storeLimits.scan)
    throw new RangeError(`The limit of a scan is a whole number from 1 to ${storeLimits.scan}; it was ${range.limit}.`);
}

export function tooLarge(what: string, size: number, most: number, unit = 'bytes'): StoreError {
  return new StoreError('STORE_TOO_LARGE', `A ${what} takes at most ${most} ${unit}; this one has ${size}.`, {
    data: { what, size, most },
  });
}

/** The key that a write puts or deletes. */
export function keyOf(write: Write): Uint8Array {
  return 'put' in write ? write.put : write.delete;
}

/** A key as a string of one character per byte: equal exactly when the bytes are, and ordered as they are. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
