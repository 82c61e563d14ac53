import { EvidenceError } from '../errors.js';
import { hashLength } from '../merkle/hashing.js';
import { merkleRoot } from '../merkle/tree.js';
import { pathOf, type TileId, tileHeight, tileWidth, widthIn } from './path.js';

/**
 * The hashes of a tile of this width.
 *
 * @throws EvidenceError TILE_INVALID for another number of bytes
 */
export function tileHashes(bytes: Uint8Array, tile: TileId): Uint8Array[] {
  const expected = tile.width * hashLength;
  if (bytes.length !== expected) {
    const path = pathOf(tile);
    const message = `expected ${expected} bytes of ${path}, got ${bytes.length}`;
    throw new EvidenceError('TILE_INVALID', message, { data: { path, offset: Math.min(bytes.length, expected) } });
  }
  return Array.from({ length: tile.width }, (_, at) => bytes.subarray(at * hashLength, (at + 1) * hashLength));
}

/**
 * Reads the hash of a complete subtree out of the one tile that spans it.
 *
 * @param tileOf gives the hashes of a tile that a tree of `size` has
 * @throws EvidenceError OUT_OF_RANGE when the tree has no such subtree, and what `tileOf` throws
 */
export async function readFromTile(
  size: bigint,
  level: number,
  index: bigint,
  tileOf: (level: number, index: bigint, width: number) => Promise<readonly Uint8Array[]>,
): Promise<Uint8Array> {
  if (level < 0 || index < 0n || (index + 1n) << BigInt(level) > size) {
    throw new EvidenceError(
      'OUT_OF_RANGE',
      `expected a subtree of the tree of ${size}, got ${index} at level ${level}`,
    );
  }
  const tileLevel = Math.floor(level / tileHeight);
  const height = BigInt(level % tileHeight);
  const first = index << height;
  const tileIndex = first / BigInt(tileWidth);
  const hashes = await tileOf(tileLevel, tileIndex, widthIn(size, tileLevel, tileIndex));
  const begin = Number(first % BigInt(tileWidth));
  return merkleRoot(hashes.slice(begin, begin + (1 << Number(height))));
}
