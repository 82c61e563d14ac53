import { formatCheckpoint, formatReceipt, parseCheckpoint, proveInclusion, rootOf, signNote } from '@causeway/evidence';
import { advice, LogError } from '../errors.js';
import { Frontier } from './frontier.js';
import type { LogKey } from './log-key.js';
import type { TileStore } from './tiles.js';

/** A checkpoint as it is published. */
export interface Published {
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly note: string;
}

/**
 * Integrates sequenced leaves: tiles durable first, then the checkpoint that commits to them.
 *
 * INVARIANT: a published checkpoint needs no file that is not on disk, whenever the power goes. Leaves come in the order
 * of their indexes and none is integrated that was not sequenced durably, so doing it again writes the same bytes.
 */
export class Integrator {
  readonly #tiles: TileStore;
  readonly #key: LogKey;
  readonly #frontier: Frontier;
  #published: Published;

  private constructor(tiles: TileStore, key: LogKey, frontier: Frontier, published: Published) {
    this.#tiles = tiles;
    this.#key = key;
    this.#frontier = frontier;
    this.#published = published;
  }

  /**
   * Goes on from the published checkpoint; a log that has none yet gets that of the empty tree.
   * @throws LogError LOG_CORRUPT when checkpoint and tiles disagree or the log's key signed neither
   */
  static async open(tiles: TileStore, key: LogKey): Promise<Integrator> {
    const note =
      (await tiles.checkpoint()) ?? (await publish(tiles, key, 0n, await rootOf(0n, await Frontier.load(tiles, 0n))));
    const { size, root } = readOwn(note, key);
    const frontier = await Frontier.load(tiles, size);
    if (!Buffer.from(await rootOf(size, frontier)).equals(root)) {
      throw new LogError('LOG_CORRUPT', `expected the tiles to have the root of the published checkpoint: ${advice}`);
    }
    return new Integrator(tiles, key, frontier, { size, root, note });
  }

  get published(): Published {
    return this.#published;
  }

  async integrate(leaves: readonly Uint8Array[]): Promise<void> {
    const { files, completed } = this.#frontier.append(leaves);
    await this.#tiles.write(files);
    const size = this.#frontier.size;
    const root = await rootOf(size, this.#frontier);
    const note = await publish(this.#tiles, this.#key, size, root);
    this.#published = { size, root, note };
    await this.#tiles.prune(completed);
  }

  /** The hash of an integrated leaf. */
  leafHash(index: bigint): Promise<Uint8Array> {
    return this.#frontier.read(0, index);
  }

  /** A C2SP tlog-proof of the leaf at `index` against the checkpoint that is published now. */
  async receipt(index: number): Promise<string> {
    const { size, note } = this.#published;
    const proof = await proveInclusion(BigInt(index), size, this.#frontier);
    return formatReceipt({ index: BigInt(index), proof, checkpoint: note });
  }
}

async function publish(tiles: TileStore, key: LogKey, size: bigint, root: Uint8Array): Promise<string> {
  const note = signNote(formatCheckpoint({ origin: key.origin, size, root }), key.origin, key.privateKey);
  await tiles.publish(note);
  return note;
}

function readOwn(note: string, key: LogKey) {
  try {
    return parseCheckpoint(note, key.verifier);
  } catch (cause) {
    throw new LogError('LOG_CORRUPT', 'expected a published checkpoint signed by the key of this log', { cause });
  }
}
