import { nodeHash } from '@causeway/evidence';

const height = 8;
const width = 1 << height;
const hashBytes = 32;
/** Where the hashes of each height begin in `nodes`: 256 of height 0, 128 of height 1, … one of height 8. */
const starts = Array.from({ length: height + 1 }, (_, h) => 2 * width - (2 * width) / 2 ** h);

/**
 * One tile with the inner nodes that its hashes determine, so a proof reads each of its hashes instead of hashing up to
 * 255 of them again. Append-only: a node that is set never changes, so readers may hold a tree that still grows.
 */
export class TileTree {
  readonly #nodes = Buffer.alloc((2 * width - 1) * hashBytes);
  #width = 0;

  /** The tree of a tile as it stands on disk: 1 to 256 hashes of 32 bytes. */
  static of(tile: Uint8Array): TileTree {
    const tree = new TileTree();
    for (let at = 0; at < tile.length; at += hashBytes) tree.append(tile.subarray(at, at + hashBytes));
    return tree;
  }

  get width(): number {
    return this.#width;
  }

  get full(): boolean {
    return this.#width === width;
  }

  append(hash: Uint8Array): void {
    if (hash.length !== hashBytes) throw new TypeError(`expected a hash of ${hashBytes} bytes, got ${hash.length}`);
    if (this.full) throw new TypeError('expected a tile with room, got a full one');
    let position = this.#width;
    let node = hash;
    this.#set(0, position, node);
    for (let level = 0; position % 2 === 1; level++) {
      node = nodeHash(this.#at(level, position - 1), node);
      position >>= 1;
      this.#set(level + 1, position, node);
    }
    this.#width += 1;
  }

  /** The hash of the complete subtree of 2^level tile hashes, the `position`-th of its height; undefined beyond the width. */
  node(level: number, position: number): Uint8Array | undefined {
    return (position + 1) * 2 ** level <= this.#width ? this.#at(level, position) : undefined;
  }

  /** The tile of its first `count` hashes, as C2SP tlog-tiles stores it. A copy. */
  bytes(count: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#nodes, 0, count * hashBytes);
  }

  #at(level: number, position: number): Uint8Array {
    const at = ((starts[level] as number) + position) * hashBytes;
    return this.#nodes.subarray(at, at + hashBytes);
  }

  #set(level: number, position: number, hash: Uint8Array): void {
    this.#nodes.set(hash, ((starts[level] as number) + position) * hashBytes);
  }
}
