import { type HashReader, hashLength, tileHashReader, tilePath, tileWidth } from '@causeway/evidence';
import type { PublishedLog } from './published-log.js';

/** The published tiles do not hold what the checkpoint above them promises. */
export class TileFault extends Error {
  override readonly name = 'TileFault';
}

/**
 * Reads hashes out of published tiles. Full tiles never change, so the latest of them are kept; partial ones are read
 * anew for every reader. Verifies nothing: what is proven with these hashes is verified against signed roots.
 */
export class TileCache {
  readonly #log: PublishedLog;
  readonly #most: number;
  readonly #full = new Map<string, Uint8Array>();

  /** @param most full tiles kept, 8 KiB each */
  constructor(log: PublishedLog, most = 256) {
    this.#log = log;
    this.#most = most;
  }

  /** Forgets everything: what was read before may have been damaged on its way. */
  clear(): void {
    this.#full.clear();
  }

  /** @throws TileFault from its `read` when a promised tile is missing or has another size */
  reader(size: bigint): HashReader {
    return tileHashReader(size, (path, level, index, width) => {
      if (level === 'entries') throw new TypeError('expected a tile of hashes');
      return width === tileWidth ? this.#fullTile(path) : this.#partialTile(path, tilePath(level, index), width);
    });
  }

  async #fullTile(path: string): Promise<Uint8Array> {
    const known = this.#full.get(path);
    const tile = known ?? wholeHashes(path, await this.#log.tile(path), tileWidth);
    // Taken out and put back, a tile in use moves to the young end.
    this.#full.delete(path);
    this.#full.set(path, tile);
    for (const oldest of this.#full.keys()) {
      if (this.#full.size <= this.#most) break;
      this.#full.delete(oldest);
    }
    return tile;
  }

  /** A log may drop a partial tile once the full one is there, which begins with the same hashes. */
  async #partialTile(path: string, fullPath: string, width: number): Promise<Uint8Array> {
    const tile = await this.#log.tile(path);
    if (tile) return wholeHashes(path, tile, width);
    return (await this.#fullTile(fullPath)).subarray(0, width * hashLength);
  }
}

function wholeHashes(path: string, tile: Uint8Array | undefined, width: number): Uint8Array {
  if (!tile) throw new TileFault(`expected the tile ${path} that the checkpoint promises; the log has none`);
  if (tile.length === width * hashLength) return tile;
  throw new TileFault(`expected ${width} hashes in the tile ${path}; it has ${tile.length} bytes`);
}
