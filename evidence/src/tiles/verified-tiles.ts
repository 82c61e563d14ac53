import { EvidenceError } from '../errors.js';
import { joinSubtrees, leafHash } from '../merkle/hashing.js';
import type { HashReader } from '../merkle/prove.js';
import { merkleRoot } from '../merkle/tree.js';
import { sameBytes } from '../sha256.js';
import { decodeEntries, entryOffset } from './entry-bundle.js';
import { entriesPath, type FetchTile, tileHeight, tilePath, tileWidth, widthIn } from './path.js';
import { RecentCache } from './recent-cache.js';
import { readFromTile, tileHashes } from './tile.js';

const tilesKept = 256;

/**
 * The tiles of one tree, each verified up to the tree's root before anything in it is believed, so what it reads needs no
 * further proof and no byte that it fetches goes unchecked.
 *
 * INVARIANT: a hash or an entry that it gives is the one that the root commits to.
 */
export class VerifiedTiles implements HashReader {
  readonly #size: bigint;
  readonly #fetch: FetchTile;
  /** The partial tiles along the right edge, by level: they hold the root together. */
  readonly #edge: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly #full = new RecentCache<readonly Uint8Array[]>(tilesKept);
  readonly #bundles = new RecentCache<readonly Uint8Array[]>(1);

  private constructor(size: bigint, fetch: FetchTile, edge: ReadonlyMap<number, readonly Uint8Array[]>) {
    this.#size = size;
    this.#fetch = fetch;
    this.#edge = edge;
  }

  /**
   * Reads the right edge of a tree, at most one tile a level, and verifies that it gives the root.
   *
   * @throws EvidenceError TILE_INVALID, and what the fetcher throws
   */
  static async open(tree: { size: bigint; root: Uint8Array; fetchTile: FetchTile }): Promise<VerifiedTiles> {
    const { size, root, fetchTile } = tree;
    const edge = new Map<number, readonly Uint8Array[]>();
    const subtrees: Uint8Array[] = [];
    for (let level = 0; size >> BigInt(tileHeight * level) > 0n; level++) {
      const index = (size >> BigInt(tileHeight * level)) / BigInt(tileWidth);
      const width = widthIn(size, level, index);
      if (width === 0) continue;
      const bytes = await fetchTile(tilePath(level, index, width), level, index, width);
      const hashes = tileHashes(bytes, { level, index, width });
      edge.set(level, hashes);
      subtrees.unshift(...subtreesOf(hashes));
    }
    if (!sameBytes(joinSubtrees(subtrees), root)) {
      const paths = [...edge].map(([level, hashes]) => {
        return tilePath(level, (size >> BigInt(tileHeight * level)) / BigInt(tileWidth), hashes.length);
      });
      const message = `expected ${paths.join(', ')} to give the root of the tree of ${size} leaves`;
      throw new EvidenceError('TILE_INVALID', message);
    }
    return new VerifiedTiles(size, fetchTile, edge);
  }

  read(level: number, index: bigint): Promise<Uint8Array> {
    return readFromTile(this.#size, level, index, (tileLevel, tileIndex) => this.#tile(tileLevel, tileIndex));
  }

  /**
   * The data of one leaf, from its entry bundle, all of which is verified.
   *
   * @throws EvidenceError OUT_OF_RANGE, TILE_INVALID, and what the fetcher throws
   */
  async leaf(index: bigint): Promise<Uint8Array> {
    const entries = index < 0n || index >= this.#size ? [] : await this.#bundle(index / BigInt(tileWidth));
    const leaf = entries[Number(index % BigInt(tileWidth))];
    if (leaf) return leaf;
    throw new EvidenceError('OUT_OF_RANGE', `expected an index below the tree size ${this.#size}, got ${index}`);
  }

  #bundle(index: bigint): Promise<readonly Uint8Array[]> {
    const width = widthIn(this.#size, 0, index);
    const path = entriesPath(index, width);
    return this.#bundles.get(path, async () => {
      const hashes = await this.#tile(0, index);
      const entries = decodeEntries(await this.#fetch(path, 'entries', index, width));
      const wrong = hashes.findIndex((hash, at) => !sameBytes(hash, leafHash(entries[at] ?? new Uint8Array(0))));
      if (wrong >= 0 || entries.length !== width) {
        const at = wrong >= 0 ? wrong : width;
        const message = `expected ${width} entries in ${path} with the hashes of the tile, got another one at ${at}`;
        throw new EvidenceError('TILE_INVALID', message, { data: { path, offset: entryOffset(entries, at) } });
      }
      return entries;
    });
  }

  async #tile(level: number, index: bigint): Promise<readonly Uint8Array[]> {
    const edge = this.#edge.get(level);
    if (edge && index === (this.#size >> BigInt(tileHeight * level)) / BigInt(tileWidth)) return edge;
    const path = tilePath(level, index);
    return this.#full.get(path, async () => {
      const expected = await this.read(tileHeight * (level + 1), index);
      const bytes = await this.#fetch(path, level, index, tileWidth);
      const hashes = tileHashes(bytes, { level, index, width: tileWidth });
      if (!sameBytes(merkleRoot(hashes), expected)) {
        const message = `expected ${path} to give the hash that the level above commits to`;
        throw new EvidenceError('TILE_INVALID', message, { data: { path } });
      }
      return hashes;
    });
  }
}

/** The roots of the complete subtrees that a partial tile splits into, the largest first. */
function subtreesOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; ) {
    const count = 1 << Math.floor(Math.log2(hashes.length - at));
    roots.push(merkleRoot(hashes.slice(at, at + count)));
    at += count;
  }
  return roots;
}
