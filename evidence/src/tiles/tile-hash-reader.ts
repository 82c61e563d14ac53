import type { HashReader } from '../merkle/prove.js';
import { type FetchTile, tilePath } from './path.js';
import { RecentCache } from './recent-cache.js';
import { readFromTile, tileHashes } from './tile.js';

const tilesKept = 64;
/** Subtrees whose hash is kept: the proofs in one tree have most of theirs in common. */
const subtreesKept = 1_024;

/**
 * Reads hashes of the tree of `size` leaves from its tiles. It verifies nothing: a proof built from what it reads proves
 * itself, or fails. For hashes to be believed as they are, see `VerifiedTiles`.
 */
export function tileHashReader(size: bigint, fetchTile: FetchTile): HashReader {
  const tiles = new RecentCache<readonly Uint8Array[]>(tilesKept);
  const subtrees = new RecentCache<Uint8Array>(subtreesKept);
  const tileOf = (level: number, index: bigint, width: number) => {
    const path = tilePath(level, index, width);
    return tiles.get(path, async () => tileHashes(await fetchTile(path, level, index, width), { level, index, width }));
  };
  return {
    read: (level, index) =>
      level === 0
        ? readFromTile(size, level, index, tileOf)
        : subtrees.get(`${level} ${index}`, () => readFromTile(size, level, index, tileOf)),
  };
}
