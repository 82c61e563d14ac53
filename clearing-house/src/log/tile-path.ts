import { entriesPath, tilePath, tileWidth } from '@causeway/evidence';
import { LogError } from '../errors.js';
import type { TileStore } from './tiles.js';

const hashBytes = 32;
/** A leaf of 33 bytes behind its length in two. */
export const bundledLeafBytes = 35;

/** What a public path asks for. `entries` bundles stand at level 0. */
export interface TileRequest {
  readonly kind: 'hashes' | 'entries';
  readonly level: number;
  readonly index: bigint;
  /** Entries in the tile, 1 to 256. */
  readonly width: number;
}

const shape = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,6}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * Reads a path as C2SP tlog-tiles writes it. The path is attacker-controlled: only one that comes back letter for letter
 * when written again passes, so nothing but a tile can be named.
 *
 * @throws LogError TILE_PATH_INVALID
 */
export function parseTilePath(path: string): TileRequest {
  const match = shape.exec(path);
  if (match) {
    const kind = match[1] === 'entries' ? 'entries' : 'hashes';
    const level = kind === 'entries' ? 0 : Number(match[1]);
    const index = BigInt((match[2] as string).replaceAll(/[x/]/g, ''));
    const width = match[3] === undefined ? tileWidth : Number(match[3]);
    const request = { kind, level, index, width } as const;
    if (level <= 63 && (match[3] === undefined || width < tileWidth) && pathOf(request) === path) return request;
  }
  throw new LogError('TILE_PATH_INVALID', 'expected a tile path as C2SP tlog-tiles writes it');
}

/** The path of a tile, with its width when it is partial. */
export function pathOf({ kind, level, index, width }: TileRequest): string {
  const partial = width === tileWidth ? undefined : width;
  return kind === 'entries' ? entriesPath(index, partial) : tilePath(level, index, partial);
}

/**
 * A tile, also as the prefix of a wider one: partial versions are removed once their tile is complete, yet a reader may
 * still hold an older checkpoint, and the first entries of a tile never change.
 */
export async function readTile(tiles: TileStore, request: TileRequest): Promise<Uint8Array | undefined> {
  const exact = await tiles.read(pathOf(request));
  if (exact !== undefined || request.width === tileWidth) return exact;
  const full = await tiles.read(pathOf({ ...request, width: tileWidth }));
  return full?.subarray(0, request.width * (request.kind === 'entries' ? bundledLeafBytes : hashBytes));
}
