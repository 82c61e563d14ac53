import { EvidenceError } from '../errors.js';
import { hashLength, leafHash } from '../merkle/hashing.js';
import type { HashReader } from '../merkle/prove.js';
import { merkleRoot } from '../merkle/tree.js';
import type { Checkpoint } from '../note/checkpoint.js';
import { sameBytes } from '../sha256.js';
import { decodeEntries, entryOffset } from '../tiles/entry-bundle.js';
import { entriesPath, type FetchTile, pathOf, type TileId, tilePath, tileWidth } from '../tiles/path.js';
import { readFromTile, tileHashes } from '../tiles/tile.js';
import type { Findings } from './report.js';

/** Requests under way at once. */
const fetchesAtOnce = 8;

/** The tree that the published checkpoint commits to; everything it gives is verified. */
export interface PublishedLog {
  readonly hashes: HashReader;
  leafHash(index: bigint): Promise<Uint8Array>;
}

/**
 * Reads every tile and every entry of a small log, computes each hash again from the leaves up to the root, and says which
 * file is wrong at which byte. `undefined` when what is published is no log under this checkpoint.
 */
export async function readWholeLog(
  checkpoint: Checkpoint,
  fetchTile: FetchTile,
  findings: Findings,
): Promise<PublishedLog | undefined> {
  const size = Number(checkpoint.size);
  const entries = await readAll('entries', size, fetchTile, findings);
  const computed = tileLevels(entries?.map(leafHash) ?? []);
  const published: Uint8Array[][] = [];
  for (let level = 0; tilesBelow(size, level) > 0; level++) {
    const hashes = await readAll(level, tilesBelow(size, level), fetchTile, findings);
    if (hashes) published.push(hashes);
  }
  if (!entries || published.length !== computed.length) return undefined;

  const wrong = computed.flatMap((hashes, level) => differences(hashes, published[level] ?? [], level));
  const [leaves = [], inTiles = []] = [computed[0], published[0]];
  if (sameBytes(merkleRoot(leaves), checkpoint.root)) {
    for (const { where } of wrong) findings.add('TILE_INVALID', where, 'expected the hash of what is below it');
    return logOf(size, computed);
  }
  if (sameBytes(merkleRoot(inTiles), checkpoint.root)) {
    for (const { index, level } of wrong.filter((each) => each.level === 0)) {
      const where = entryPlace(entries, index);
      findings.add('TILE_INVALID', where, `expected the entry of hash ${index} in the tiles of level ${level}`);
    }
    return logOf(size, tileLevels(inTiles));
  }
  const message = `expected tiles that give the root of the published checkpoint of ${size} leaves, got another tree`;
  findings.add('TILE_INVALID', wrong[0]?.where ?? 'checkpoint', message);
  return undefined;
}

/** How many hashes the tiles of a level hold in a tree of `size` leaves. */
function tilesBelow(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** All entries, or all hashes of a level; `undefined`, with a finding, when one file cannot be read. */
async function readAll(
  level: TileId['level'],
  count: number,
  fetchTile: FetchTile,
  findings: Findings,
): Promise<Uint8Array[] | undefined> {
  const tiles = Array.from({ length: Math.ceil(count / tileWidth) }, (_, index) => ({
    level,
    index: BigInt(index),
    width: Math.min(count - index * tileWidth, tileWidth),
  }));
  const read: (Uint8Array[] | undefined)[] = [];
  while (read.length < tiles.length) {
    const next = tiles.slice(read.length, read.length + fetchesAtOnce);
    read.push(
      ...(await Promise.all(
        next.map((tile) => findings.attempt('TILE_INVALID', pathOf(tile), () => readTile(tile, fetchTile))),
      )),
    );
  }
  return read.every((each) => each !== undefined) ? read.flat() : undefined;
}

async function readTile(tile: TileId, fetchTile: FetchTile): Promise<Uint8Array[]> {
  const path = pathOf(tile);
  const bytes = await fetchTile(path, tile.level, tile.index, tile.width);
  if (tile.level !== 'entries') return tileHashes(bytes, tile);
  const entries = decodeEntries(bytes);
  if (entries.length === tile.width) return entries;
  throw new EvidenceError('TILE_INVALID', `expected ${tile.width} entries in ${path}, got ${entries.length}`, {
    data: { path, offset: entryOffset(entries, tile.width) },
  });
}

/** The hashes of each level of tiles over these leaf hashes: one for each full tile below. */
function tileLevels(leafHashes: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const levels: (readonly Uint8Array[])[] = [];
  for (let level = leafHashes; level.length > 0; ) {
    levels.push(level);
    const below = level;
    level = Array.from({ length: Math.floor(below.length / tileWidth) }, (_, index) =>
      merkleRoot(below.slice(index * tileWidth, (index + 1) * tileWidth)),
    );
  }
  return levels;
}

function differences(
  computed: readonly Uint8Array[],
  published: readonly Uint8Array[],
  level: number,
): { level: number; index: number; where: string }[] {
  return computed.flatMap((hash, index) => {
    if (sameBytes(hash, published[index] ?? new Uint8Array(0))) return [];
    const tile = Math.floor(index / tileWidth);
    const path = tilePath(level, BigInt(tile), Math.min(computed.length - tile * tileWidth, tileWidth));
    return { level, index, where: `${path}@${(index % tileWidth) * hashLength}` };
  });
}

function entryPlace(entries: readonly Uint8Array[], index: number): string {
  const first = index - (index % tileWidth);
  const bundle = entries.slice(first, first + tileWidth);
  return `${entriesPath(BigInt(first / tileWidth), bundle.length)}@${entryOffset(bundle, index - first)}`;
}

function logOf(size: number, levels: readonly (readonly Uint8Array[])[]): PublishedLog {
  const hashes: HashReader = {
    read: (level, index) =>
      readFromTile(BigInt(size), level, index, async (tileLevel, tileIndex) => {
        const first = Number(tileIndex) * tileWidth;
        return levels[tileLevel]?.slice(first, first + tileWidth) ?? [];
      }),
  };
  return { hashes, leafHash: (index) => hashes.read(0, index) };
}
