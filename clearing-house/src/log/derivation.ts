import { emptyRoot, encodeEntries, leafHash, nodeHash, tileWidth } from '@causeway/evidence';
import type { TileRequest } from './tile-path.js';

/** A file of the published log as the leaves determine it. */
export interface DerivedFile {
  readonly request: TileRequest;
  readonly bytes: Uint8Array;
}

interface Row {
  index: bigint;
  hashes: Uint8Array[];
}

interface Peak {
  readonly size: number;
  readonly hash: Uint8Array;
}

/**
 * Derives the published log from its leaves in the plainest way, to check what the integrator wrote: it shares nothing
 * with it but the hash functions. Keeps one tile a level.
 */
export class Derivation {
  readonly #rows: Row[] = [];
  #bundle: Uint8Array[] = [];
  /** Roots of the complete subtrees from left to right, each smaller than the one before. */
  readonly #peaks: Peak[] = [];

  /** Adds a leaf and gives the files it completes. */
  add(leaf: Uint8Array): DerivedFile[] {
    const files: DerivedFile[] = [];
    this.#bundle.push(leaf);
    if (this.#bundle.length === tileWidth) {
      files.push(this.#bundleAt(this.#rows[0]?.index ?? 0n));
      this.#bundle = [];
    }
    let hash: Uint8Array | undefined = leafHash(leaf);
    this.#grow({ size: 1, hash });
    for (let level = 0; hash !== undefined; level++) {
      this.#rows[level] ??= { index: 0n, hashes: [] };
      const row: Row = this.#rows[level] as Row;
      row.hashes.push(hash);
      hash = undefined;
      if (row.hashes.length < tileWidth) continue;
      files.push(tileOf(level, row));
      hash = completeRoot(row.hashes);
      this.#rows[level] = { index: row.index + 1n, hashes: [] };
    }
    return files;
  }

  /** The partial files on the right edge. */
  edge(): DerivedFile[] {
    const tiles = this.#rows.flatMap((row, level) => (row.hashes.length > 0 ? [tileOf(level, row)] : []));
    return this.#bundle.length > 0 ? [...tiles, this.#bundleAt(this.#rows[0]?.index ?? 0n)] : tiles;
  }

  root(): Uint8Array {
    const [last, ...rest] = this.#peaks.map(({ hash }) => hash).reverse();
    return last === undefined ? emptyRoot : rest.reduce((right, left) => nodeHash(left, right), last);
  }

  #grow(peak: Peak): void {
    const left = this.#peaks.at(-1);
    if (left?.size !== peak.size) this.#peaks.push(peak);
    else {
      this.#peaks.pop();
      this.#grow({ size: 2 * peak.size, hash: nodeHash(left.hash, peak.hash) });
    }
  }

  #bundleAt(index: bigint): DerivedFile {
    const request = { kind: 'entries', level: 0, index, width: this.#bundle.length } as const;
    return { request, bytes: encodeEntries(this.#bundle) };
  }
}

function tileOf(level: number, { index, hashes }: Row): DerivedFile {
  return { request: { kind: 'hashes', level, index, width: hashes.length }, bytes: Buffer.concat(hashes) };
}

/** The root over a power of two of hashes. */
function completeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  const above = Array.from({ length: hashes.length / 2 }, (_, at) =>
    nodeHash(hashes[2 * at] as Uint8Array, hashes[2 * at + 1] as Uint8Array),
  );
  return completeRoot(above);
}
