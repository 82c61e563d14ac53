import { leafHash } from '../merkle/hashing.js';
import { type HashReader, proveInclusion, rootOf } from '../merkle/prove.js';
import { merkleRoot } from '../merkle/tree.js';
import { formatCheckpoint } from '../note/checkpoint.js';
import { signNote } from '../note/signed-note.js';
import { formatReceipt } from '../note/tlog-proof.js';
import { vkeyOf } from '../note/vkey.js';
import { encodeEntries } from '../tiles/entry-bundle.js';
import { entriesPath, type FetchTile, tileHeight, tilePath, tileWidth, widthIn } from '../tiles/path.js';
import { keyOf } from './keys.js';

/** Hashes of leaves held in memory, by the definition and without tiles. */
export function memoryHashes(leafHashes: readonly Uint8Array[]): HashReader {
  const known = new Map<string, Uint8Array>();
  return {
    read: async (level, index) => {
      const key = `${level} ${index}`;
      const hash = known.get(key) ?? merkleRoot(leafHashes.slice(Number(index) << level, (Number(index) + 1) << level));
      known.set(key, hash);
      return hash;
    },
  };
}

/** A log in memory that publishes what a C2SP log publishes. */
export class MemoryLog {
  readonly origin = 'log.example/causeway';
  readonly entries: Uint8Array[] = [];
  readonly #key = keyOf('log');

  get vkey(): string {
    return vkeyOf(this.origin, this.#key.publicKey);
  }

  /** Appends an entry and gives its index. */
  append(entry: Uint8Array): bigint {
    return BigInt(this.entries.push(entry) - 1);
  }

  hashes(): HashReader {
    return memoryHashes(this.entries.map(leafHash));
  }

  /** The signed checkpoint of the first `size` leaves. */
  async checkpoint(size = BigInt(this.entries.length)): Promise<string> {
    const root = await rootOf(size, this.hashes());
    return signNote(formatCheckpoint({ origin: this.origin, size, root }), this.origin, this.#key.privateKey);
  }

  async receipt(index: bigint, size = BigInt(this.entries.length)): Promise<string> {
    const proof = await proveInclusion(index, size, this.hashes());
    return formatReceipt({ index, proof, checkpoint: await this.checkpoint(size) });
  }

  /** Every tile and entry bundle of the tree of `size` leaves, by path. */
  async published(size = BigInt(this.entries.length)): Promise<Map<string, Uint8Array>> {
    const files = new Map<string, Uint8Array>();
    const leafHashes = this.entries.slice(0, Number(size)).map(leafHash);
    for (let level = 0, hashes = leafHashes; hashes.length > 0; level++) {
      for (let first = 0; first < hashes.length; first += tileWidth) {
        const index = BigInt(first / tileWidth);
        const width = widthIn(size, level, index);
        files.set(tilePath(level, index, width), Buffer.concat(hashes.slice(first, first + width)));
        if (level > 0) continue;
        files.set(entriesPath(index, width), encodeEntries(this.entries.slice(first, first + width)));
      }
      const below = hashes;
      hashes = Array.from({ length: below.length >> tileHeight }, (_, index) =>
        merkleRoot(below.slice(index * tileWidth, (index + 1) * tileWidth)),
      );
    }
    return files;
  }
}

/** Serves files from a map, as a directory would. */
export function fetchFrom(files: ReadonlyMap<string, Uint8Array>): FetchTile {
  return async (path) => {
    const bytes = files.get(path);
    if (!bytes) throw new Error(`404 ${path}`);
    return bytes;
  };
}
