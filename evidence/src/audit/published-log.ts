import { EvidenceError } from '../errors.js';
import { leafHash } from '../merkle/hashing.js';
import type { Checkpoint } from '../note/checkpoint.js';
import type { FetchTile } from '../tiles/path.js';
import { VerifiedTiles } from '../tiles/verified-tiles.js';
import { type Findings, messageOf } from './report.js';
import { type PublishedLog, readWholeLog } from './whole-log.js';

/** Logs up to this many leaves (one full tile of level 1) are read whole: every tile and every entry. */
const wholeLogLimit = 65_536n;

/**
 * Opens the published log. A small one is read whole; of a larger one, what is asked for, each tile verified up to the root
 * (and all of each tile, so that no byte goes unchecked). `undefined` when the tiles are not those of the checkpoint.
 */
export async function openPublishedLog(
  checkpoint: Checkpoint,
  fetch: FetchTile,
  findings: Findings,
): Promise<PublishedLog | undefined> {
  const fetchTile = missingAsError(fetch);
  if (checkpoint.size <= wholeLogLimit) return readWholeLog(checkpoint, fetchTile, findings);
  const { size, root } = checkpoint;
  const tiles = await findings.attempt('TILE_INVALID', 'tile', () => VerifiedTiles.open({ size, root, fetchTile }));
  return tiles && { hashes: tiles, leafHash: async (index) => leafHash(await tiles.leaf(index)) };
}

/** Whatever keeps a fetcher from fetching (no such file, no network) keeps us from verifying. */
function missingAsError(fetch: FetchTile): FetchTile {
  return async (path, level, index, width) => {
    try {
      return await fetch(path, level, index, width);
    } catch (cause) {
      const message = `expected the log to serve ${path}: ${messageOf(cause)}`;
      throw new EvidenceError('TILE_MISSING', message, { data: { path }, cause });
    }
  };
}
