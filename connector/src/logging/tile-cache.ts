import { type HashReader, hashLength, tileHashReader, tilePath, tileWidth } from '@causeway/evidence';
import type { PublishedLog } from './published-log.js';

/** The published tiles do not hold what the checkpoint above them promises. */
export class TileFault extends Error {
  override readonly name = 'TileFault';
}

/**
 * Reads hashes out of published tiles. A tile of one width never changes, so the latest are kept; a log that has grown is asked
 * for the tiles it has grown in. Verifies nothing: what is proven with these hashes is verified against signed roots.
 */
export class TileCache {
  readonly #log: PublishedLog;
  readonly #most: number;
  /** By path, which names the width of a partial tile. */
  readonly #kept = new Map<string, Uint8Array>();

  /** @param most tiles kept, 8 KiB each at most */
  constructor(log: PublishedLog, most = 256) {
    this.#log = log;
    this.#most = most;
  }

  /** Forgets everything: what was read before may have been damaged on its way. */
  clear(): void {
    this.#kept.clear();
  }

  /** @throws TileFault from its `read` when a promised tile is missing or has another size */
  reader(size: bigint): HashReader {
    return tileHashReader(size, (path, level, index, width) => {
      if (level === 'entries') throw new TypeError('expected a tile of hashes');
      return this.#tile(path, width, tilePath(level, index));
    });
  }

  async #tile(path: string, width: number, fullPath: string): Promise<Uint8Array> {
    const tile = this.#kept.get(path) ?? (await this.#read(path, width, fullPath));
    // Taken out and put back, a tile in use moves to the young end.
    this.#kept.delete(path);
    this.#kept.set(path, tile);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
    return tile;
  }

  /** A log may drop a partial tile once the full one is there, which begins with the same hashes. */
  async #read(path: string, width: number, fullPath: string): Promise<Uint8Array> {
    const tile = await this.#log.tile(path);
    if (tile || path === fullPath) return wholeHashes(path, tile, width);
    return (await this.#tile(fullPath, tileWidth, fullPath)).subarray(0, width * hashLength);
  }
}

function wholeHashes(path: string, tile: Uint8Array | undefined, width: number): Uint8Array {
  if (!tile) throw new TileFault(`expected the tile ${path} that the checkpoint promises; the log has none`);
  if (tile.length === width * hashLength) return tile;
  throw new TileFault(`expected ${width} hashes in the tile ${path}; it has ${tile.length} bytes`);
}
