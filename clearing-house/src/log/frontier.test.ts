import {
  leafHash,
  merkleRoot,
  proveConsistency,
  proveInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '@causeway/evidence';
import { describe, expect, it } from 'vitest';
import { Derivation } from './derivation.js';
import { Frontier } from './frontier.js';
import { pathOf } from './tile-path.js';
import type { TileStore } from './tiles.js';

const leaf = (index: number) =>
  Buffer.concat([Uint8Array.of(1), Buffer.alloc(28), Buffer.from(Uint32Array.of(index).buffer)]);
const leaves = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => leaf(from + at));

function memoryTiles(): TileStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: async (path) => files.get(path),
    write: async (written) => {
      for (const { path, bytes } of written) files.set(path, bytes);
    },
    checkpoint: async () => undefined,
    publish: async () => {},
    prune: async () => {},
  };
}

async function grow(tiles: TileStore, frontier: Frontier, to: number): Promise<void> {
  await tiles.write(frontier.append(leaves(Number(frontier.size), to)).files);
}

describe('the frontier', () => {
  it('writes the files of C2SP tlog-tiles: 70,000 leaves as in its example', async () => {
    const tiles = memoryTiles();
    const frontier = await Frontier.load(tiles, 0n);
    await grow(tiles, frontier, 70_000);
    const names = [...tiles.files.keys()];
    expect(names.filter((name) => name.startsWith('tile/0/')).length).toBe(274);
    expect(names.filter((name) => !/^tile\/(0|entries)\//.test(name)).sort()).toEqual([
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
    expect(tiles.files.get('tile/0/273.p/112')?.length).toBe(112 * 32);
    expect(tiles.files.get('tile/entries/273.p/112')?.length).toBe(112 * 35);
    const derivation = new Derivation();
    const expected = leaves(0, 70_000).flatMap((each) => derivation.add(each));
    for (const { request, bytes } of [...expected, ...derivation.edge()]) {
      expect(Buffer.from(bytes).equals(tiles.files.get(pathOf(request)) ?? Buffer.of())).toBe(true);
    }
    expect(await rootOf(70_000n, frontier)).toEqual(derivation.root());
  });

  it('has the root of RFC 6962 at every size, also when loaded anew', async () => {
    const tiles = memoryTiles();
    const frontier = await Frontier.load(tiles, 0n);
    for (const size of [0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 700]) {
      await grow(tiles, frontier, size);
      const root = merkleRoot(leaves(0, size).map(leafHash));
      expect(await rootOf(BigInt(size), frontier)).toEqual(root);
      const again = await Frontier.load(tiles, BigInt(size));
      expect(await rootOf(BigInt(size), again)).toEqual(root);
    }
  });

  it('proves inclusion and consistency of what was loaded and of what came since', async () => {
    const tiles = memoryTiles();
    await grow(tiles, await Frontier.load(tiles, 0n), 600);
    const frontier = await Frontier.load(tiles, 600n);
    const before = await rootOf(600n, frontier);
    await grow(tiles, frontier, 1_000);
    const root = await rootOf(1_000n, frontier);
    for (const index of [0n, 255n, 256n, 599n, 600n, 767n, 768n, 999n]) {
      const proof = await proveInclusion(index, 1_000n, frontier);
      verifyInclusion({ index, size: 1_000n, leafHash: leafHash(leaf(Number(index))), proof, root });
    }
    const proof = await proveConsistency(600n, 1_000n, frontier);
    verifyConsistency({ from: 600n, to: 1_000n, proof, oldRoot: before, newRoot: root });
  });

  it('says which tile is missing or cut short', async () => {
    const tiles = memoryTiles();
    await grow(tiles, await Frontier.load(tiles, 0n), 300);
    tiles.files.set('tile/0/001.p/44', Buffer.alloc(32));
    await expect(Frontier.load(tiles, 300n)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      data: { path: 'tile/0/001.p/44' },
    });
    tiles.files.delete('tile/0/001.p/44');
    await expect(Frontier.load(tiles, 300n)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});
