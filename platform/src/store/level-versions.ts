import { decodeNumber, type LevelDb } from './level-format.js';
import { keyText } from './store.js';

// Keys whose version is remembered, and values read at once to learn the versions of others.
const mostRemembered = 10_000;
const forgottenAtOnce = 1_000;
const readAtOnce = 32;
// So many are found in less time than a trip to the thread pool and back takes.
const few = 4;

/**
 * The current version of keys (`null`: absent). The folder has one writer, so what was written is known without reading;
 * the fences and records that commits condition on again and again cost nothing.
 */
export class VersionCache {
  readonly #db: LevelDb;
  readonly #known = new Map<string, bigint | null>();

  constructor(db: LevelDb) {
    this.#db = db;
  }

  /** By `keyText`. The caller may add to the map what it writes, and hand it to `remember` once that is durable. */
  async of(keys: readonly Uint8Array[]): Promise<Map<string, bigint | null>> {
    const versions = new Map<string, bigint | null>();
    const unknown = new Map<string, Uint8Array>();
    for (const key of keys) {
      const text = keyText(key);
      const version = this.#known.get(text);
      if (version === undefined) unknown.set(text, key);
      else versions.set(text, version);
    }
    const missing = [...unknown];
    if (missing.length <= few) {
      for (const [text, key] of missing) versions.set(text, decodeNumber(this.#db.getSync(key)) ?? null);
      return versions;
    }
    for (let from = 0; from < missing.length; from += readAtOnce) {
      const part = missing.slice(from, from + readAtOnce);
      const values: (Uint8Array | undefined)[] = await this.#db.getMany(part.map(([, key]) => key));
      for (const [index, [text]] of part.entries()) versions.set(text, decodeNumber(values[index]) ?? null);
    }
    return versions;
  }

  /** Takes what is now durable; the longest untouched are forgotten. */
  remember(versions: ReadonlyMap<string, bigint | null>): void {
    for (const [text, version] of versions) {
      this.#known.delete(text);
      this.#known.set(text, version);
    }
    // Many at a time: from its oldest entry a map is read over all the places that were given up before.
    if (this.#known.size < mostRemembered + forgottenAtOnce) return;
    for (const text of this.#known.keys()) {
      if (this.#known.size <= mostRemembered) break;
      this.#known.delete(text);
    }
  }
}
