import type { HashReader } from '../merkle/prove.js';
import { type FetchTile, tilePath } from './path.js';
import { RecentCache } from './recent-cache.js';
import { readFromTile, tileHashes } from './tile.js';

const tilesKept = 64;

/**
 * Reads hashes of the tree of `size` leaves from its tiles. It verifies nothing: a proof built from what it reads proves
 * itself, or fails. For hashes to be believed as they are, see `VerifiedTiles`.
 */
export function tileHashReader(size: bigint, fetchTile: FetchTile): HashReader {
  const tiles = new RecentCache<readonly Uint8Array[]>(tilesKept);
  return {
    read: (level, index) =>
      readFromTile(size, level, index, (tileLevel, tileIndex, width) => {
        const path = tilePath(tileLevel, tileIndex, width);
        return tiles.get(path, async () => {
          const bytes = await fetchTile(path, tileLevel, tileIndex, width);
          return tileHashes(bytes, { level: tileLevel, index: tileIndex, width });
        });
      }),
  };
}
