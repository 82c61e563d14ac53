import { decodeEntries, encodeEntries, type HashReader, leafHash, tileHeight, tileWidth } from '@causeway/evidence';
import { advice, LogError } from '../errors.js';
import { pathOf, readTile, type TileRequest } from './tile-path.js';
import { TileTree } from './tile-tree.js';
import type { TileFile, TileStore } from './tiles.js';

/** Inner nodes of complete tiles kept for proofs: 256 of 16 KiB. */
const cachedTiles = 256;

/** What appending leaves makes of the published log. */
export interface Growth {
  readonly files: readonly TileFile[];
  /** Paths of the tiles that became complete: their partial versions may go once the checkpoint is published. */
  readonly completed: readonly string[];
}

/**
 * The right edge of the tree in memory, one tile a level, and a bounded cache of what lies left of it. Its memory does
 * not grow with the log.
 */
export class Frontier implements HashReader {
  readonly #tiles: TileStore;
  readonly #edge: { index: bigint; tree: TileTree }[] = [];
  readonly #cache = new Map<string, Promise<TileTree>>();
  #bundle: Uint8Array[] = [];
  #size: bigint;

  private constructor(tiles: TileStore, size: bigint) {
    this.#tiles = tiles;
    this.#size = size;
  }

  /**
   * The edge of a log of `size` leaves, read from its tiles.
   * @throws LogError LOG_CORRUPT when one is missing or has another size than its width says
   */
  static async load(tiles: TileStore, size: bigint): Promise<Frontier> {
    const frontier = new Frontier(tiles, size);
    for (let level = 0, count = size; count > 0n; level++, count >>= BigInt(tileHeight)) {
      const width = Number(count % BigInt(tileWidth));
      const at = { kind: 'hashes', level, index: count >> BigInt(tileHeight), width } as const;
      const tree = width === 0 ? new TileTree() : TileTree.of(await mustRead(tiles, at));
      if (tree.width !== width) throw corrupt(at);
      frontier.#edge.push({ index: at.index, tree });
      if (level > 0 || width === 0) continue;
      const bundle = { ...at, kind: 'entries' } as const;
      frontier.#bundle = decodeEntries(await mustRead(tiles, bundle));
      if (frontier.#bundle.length !== width) throw corrupt(bundle);
    }
    return frontier;
  }

  get size(): bigint {
    return this.#size;
  }

  /** Appends leaves and says which files the log then consists of anew. Writes nothing. */
  append(leaves: readonly Uint8Array[]): Growth {
    const files: TileFile[] = [];
    const completed: string[] = [];
    const touched = new Set<number>();
    const complete = (request: TileRequest, bytes: Uint8Array) => {
      const path = pathOf(request);
      files.push({ path, bytes });
      completed.push(path);
    };
    const push = (level: number, hash: Uint8Array): void => {
      this.#edge[level] ??= { index: 0n, tree: new TileTree() };
      const edge = this.#edge[level];
      edge.tree.append(hash);
      touched.add(level);
      if (!edge.tree.full) return;
      complete({ kind: 'hashes', level, index: edge.index, width: tileWidth }, edge.tree.bytes(tileWidth));
      this.#remember(level, edge.index, Promise.resolve(edge.tree));
      this.#edge[level] = { index: edge.index + 1n, tree: new TileTree() };
      push(level + 1, edge.tree.node(tileHeight, 0) as Uint8Array);
    };
    for (const leaf of leaves) {
      this.#bundle.push(leaf);
      if (this.#bundle.length === tileWidth) {
        const index = this.#edge[0]?.index ?? 0n;
        complete({ kind: 'entries', level: 0, index, width: tileWidth }, encodeEntries(this.#bundle));
        this.#bundle = [];
      }
      push(0, leafHash(leaf));
      this.#size += 1n;
    }
    for (const level of touched) {
      const { index, tree } = this.#edge[level] as { index: bigint; tree: TileTree };
      const { width } = tree;
      if (width === 0) continue;
      files.push({ path: pathOf({ kind: 'hashes', level, index, width }), bytes: tree.bytes(width) });
      if (level === 0) {
        files.push({ path: pathOf({ kind: 'entries', level, index, width }), bytes: encodeEntries(this.#bundle) });
      }
    }
    return { files, completed };
  }

  /** The hash of the complete subtree of 2^level leaves, the `index`-th of its height. @throws LogError LOG_CORRUPT */
  async read(level: number, index: bigint): Promise<Uint8Array> {
    const tileLevel = Math.floor(level / tileHeight);
    const height = level % tileHeight;
    const tileIndex = index >> BigInt(tileHeight - height);
    const position = Number(index & BigInt((1 << (tileHeight - height)) - 1));
    const node = (await this.#tree(tileLevel, tileIndex)).node(height, position);
    if (node === undefined) throw corrupt({ kind: 'hashes', level: tileLevel, index: tileIndex, width: tileWidth });
    return node;
  }

  #tree(level: number, index: bigint): TileTree | Promise<TileTree> {
    const edge = this.#edge[level];
    if (edge?.index === index) return edge.tree;
    const id = `${level}/${index}`;
    const cached = this.#cache.get(id);
    if (cached !== undefined) {
      this.#cache.delete(id);
      this.#cache.set(id, cached);
      return cached;
    }
    const request = { kind: 'hashes', level, index, width: tileWidth } as const;
    const loading = mustRead(this.#tiles, request).then(TileTree.of);
    this.#remember(level, index, loading);
    loading.catch(() => this.#cache.delete(id));
    return loading;
  }

  #remember(level: number, index: bigint, tree: Promise<TileTree>): void {
    this.#cache.set(`${level}/${index}`, tree);
    if (this.#cache.size > cachedTiles) this.#cache.delete(this.#cache.keys().next().value as string);
  }
}

async function mustRead(tiles: TileStore, request: TileRequest): Promise<Uint8Array> {
  const bytes = await readTile(tiles, request);
  if (bytes === undefined || bytes.length === 0) throw corrupt(request);
  return bytes;
}

function corrupt(request: TileRequest): LogError {
  const path = pathOf(request);
  return new LogError('LOG_CORRUPT', `expected the tile ${path} whole; it is missing or cut short: ${advice}`, {
    data: { path },
  });
}
