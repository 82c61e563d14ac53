/** C2SP tlog-tiles v0.1.0: levels of the tree that one tile spans. */
export const tileHeight = 8;

/** Hashes in a full tile, entries in a full bundle. */
export const tileWidth = 256;

/** Which tile, or which entry bundle. */
export interface TileId {
  /** 0 holds leaf hashes, each level above the roots of full tiles below; `entries` holds the leaves. */
  readonly level: number | 'entries';
  readonly index: bigint;
  /** 1 to 256; below 256 it is partial. */
  readonly width: number;
}

/**
 * Fetches a tile or an entry bundle. A log may delete a partial tile once the full one is there: then the fetcher cuts the
 * full one down to `width`.
 */
export type FetchTile = (path: string, level: TileId['level'], index: bigint, width: number) => Promise<Uint8Array>;

/**
 * The path of a tile, without a leading slash: `tile/<L>/<N>[.p/<W>]`.
 *
 * @throws TypeError for a tile that cannot be
 */
export function tilePath(level: number, index: bigint, width: number = tileWidth): string {
  if (!Number.isInteger(level) || level < 0 || level > 63)
    throw new TypeError(`expected a level of 0 to 63, got ${level}`);
  return `tile/${level}/${numberPath(index, width)}`;
}

/** The path of an entry bundle, without a leading slash: `tile/entries/<N>[.p/<W>]`. */
export function entriesPath(index: bigint, width: number = tileWidth): string {
  return `tile/entries/${numberPath(index, width)}`;
}

/** The path of either. */
export function pathOf({ level, index, width }: TileId): string {
  return level === 'entries' ? entriesPath(index, width) : tilePath(level, index, width);
}

/** The width that a tile of this level and index has in a tree of `size` leaves; 0 when the tree has no such tile. */
export function widthIn(size: bigint, level: number, index: bigint): number {
  const rest = (size >> BigInt(tileHeight * level)) - index * BigInt(tileWidth);
  if (rest <= 0n) return 0;
  return rest >= BigInt(tileWidth) ? tileWidth : Number(rest);
}

function numberPath(index: bigint, width: number): string {
  if (index < 0n) throw new TypeError(`expected an index from 0 on, got ${index}`);
  if (!Number.isInteger(width) || width < 1 || width > tileWidth) {
    throw new TypeError(`expected a width of 1 to ${tileWidth}, got ${width}`);
  }
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return width < tileWidth ? `${path}.p/${width}` : path;
}
