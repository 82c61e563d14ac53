import { PlatformError, StoreError } from '../errors.js';
import { type KeyPart, key as keyFrom } from './keys.js';
import { type Condition, type Store, type StoredEntry, storeLimits, type Write } from './store.js';

/** A value as it was read, with the version that a later commit can insist on. */
export interface Stored<T> {
  readonly key: Uint8Array;
  readonly value: T;
  readonly version: bigint;
}

/** One page of a list; `next`, when there is more, is the cursor of the page that follows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface PageOptions {
  /** Only keys that begin with these parts. */
  readonly prefix?: readonly KeyPart[];
  readonly cursor?: string;
  /** From 1 to 1,000; 50 unless told. */
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** Makes today's value of one that an older release stored. */
export type Migrate<T> = (version: number, value: unknown) => T;

/**
 * Typed JSON values under one name. Each is stored as `{"v":version,"value":…}`, so every stored value names its
 * version. Reading throws `StoreError` STORE_NEWER for a later version, STORE_OLDER for an earlier one when no `migrate`
 * was given, STORE_DAMAGED for what is no such JSON.
 */
export class Collection<T extends object> {
  readonly #store: Store;
  readonly #name: string;
  readonly #version: number;
  readonly #migrate: Migrate<T> | undefined;

  constructor(store: Store, name: string, version: number, migrate?: Migrate<T>) {
    this.#store = store;
    this.#name = name;
    this.#version = version;
    this.#migrate = migrate;
  }

  async get(...parts: readonly KeyPart[]): Promise<Stored<T> | undefined> {
    const entry = await this.#store.get(this.key(...parts));
    return entry && this.read(entry);
  }

  /** Throws `PlatformError` CURSOR_INVALID for a cursor that no page gave out, `RangeError` for a senseless limit. */
  async page(options: PageOptions = {}): Promise<Page<Stored<T>>> {
    const { reverse = false, limit = 50 } = options;
    if (!Number.isInteger(limit) || limit < 1 || limit > storeLimits.scan)
      throw new RangeError(`The limit of a page is a whole number from 1 to ${storeLimits.scan}; it was ${limit}.`);
    const prefix = this.key(...(options.prefix ?? []));
    const edge = options.cursor === undefined ? undefined : readCursor(prefix, options.cursor);
    const scanned = await this.#store.scan({
      prefix,
      reverse,
      limit: Math.min(limit + 1, storeLimits.scan),
      ...(edge && (reverse ? { before: edge } : { after: edge })),
    });
    const entries = scanned.slice(0, limit);
    const last = entries.at(-1);
    // A page of the largest size cannot look one further; the page after it may be empty.
    const more = scanned.length > limit || scanned.length === storeLimits.scan;
    const items = entries.map((entry) => this.read(entry));
    return more && last ? { items, next: writeCursor(prefix, last.key) } : { items };
  }

  /** Every value under a prefix in key order, read page by page (each page a snapshot of its own). */
  async *all(prefix: readonly KeyPart[] = []): AsyncGenerator<Stored<T>, void, undefined> {
    let cursor: string | undefined;
    do {
      const page: Page<Stored<T>> = await this.page({ prefix, limit: 100, ...(cursor && { cursor }) });
      yield* page.items;
      cursor = page.next;
    } while (cursor);
  }

  put(parts: readonly KeyPart[], value: T): Write {
    return { put: this.key(...parts), value: Buffer.from(JSON.stringify({ v: this.#version, value })) };
  }

  delete(parts: readonly KeyPart[]): Write {
    return { delete: this.key(...parts) };
  }

  absent(...parts: readonly KeyPart[]): Condition {
    return { key: this.key(...parts), version: null };
  }

  unchanged(stored: Stored<T>): Condition {
    return { key: stored.key, version: stored.version };
  }

  /** The store key of an entry; without parts, the prefix of them all (for `watch`). */
  key(...parts: readonly KeyPart[]): Uint8Array {
    return keyFrom(this.#name, ...parts);
  }

  /** The value of an entry that was read by other means, such as a scan of several collections. */
  read(entry: StoredEntry): Stored<T> {
    return { key: entry.key, value: this.#decode(entry.value), version: entry.version };
  }

  #decode(bytes: Uint8Array): T {
    const { v, value } = parseStored(this.#name, bytes);
    // INVARIANT: what stands under this name was written by put(), whose type it has; the version is the proof.
    if (v === this.#version) return value as T;
    if (v > this.#version) throw wrongVersion('STORE_NEWER', this.#name, v, this.#version);
    if (!this.#migrate) throw wrongVersion('STORE_OLDER', this.#name, v, this.#version);
    return this.#migrate(v, value);
  }
}

function parseStored(name: string, bytes: Uint8Array): { v: number; value: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new StoreError('STORE_DAMAGED', `A value of '${name}' is no JSON; restore the store from a backup.`, {
      cause,
    });
  }
  if (typeof parsed === 'object' && parsed !== null && 'v' in parsed && 'value' in parsed) {
    if (typeof parsed.v === 'number') return { v: parsed.v, value: parsed.value };
  }
  throw new StoreError('STORE_DAMAGED', `A value of '${name}' names no version; restore the store from a backup.`);
}

function wrongVersion(code: 'STORE_NEWER' | 'STORE_OLDER', name: string, stored: number, known: number): StoreError {
  const remedy =
    code === 'STORE_NEWER' ? 'run the release that wrote it, or a later one' : 'migrate it with the release between';
  return new StoreError(code, `A value of '${name}' has version ${stored}, this release knows ${known}; ${remedy}.`, {
    data: { name, stored, known },
  });
}

// A cursor comes back from outside: it holds only what follows the prefix, so none can lead out of the list it is for.
function writeCursor(prefix: Uint8Array, key: Uint8Array): string {
  return Buffer.from(key.subarray(prefix.length)).toString('base64url');
}

function readCursor(prefix: Uint8Array, cursor: string): Uint8Array {
  const rest = cursor.length <= storeLimits.key * 2 ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
  if (rest.length === 0 || rest.toString('base64url') !== cursor)
    throw new PlatformError('CURSOR_INVALID', 'The cursor was given out by no page; begin again without one.');
  return new Uint8Array(Buffer.concat([prefix, rest]));
}
