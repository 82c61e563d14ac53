import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvidenceError } from '../errors.js';
import { leafHash } from '../merkle/hashing.js';
import { proveConsistency, proveInclusion, rootOf } from '../merkle/prove.js';
import { verifyConsistency, verifyInclusion } from '../merkle/verify.js';
import { parseCheckpoint } from '../note/checkpoint.js';
import { noteVerifier } from '../note/vkey.js';
import { fetchFrom, MemoryLog } from '../testing/memory-log.js';
import { decodeEntries, encodeEntries } from './entry-bundle.js';
import { entriesPath, tilePath, widthIn } from './path.js';
import { tileHashReader } from './tile-hash-reader.js';
import { VerifiedTiles } from './verified-tiles.js';

function logOf(size: number): MemoryLog {
  const log = new MemoryLog();
  for (let at = 0; at < size; at++) log.append(Buffer.from(`entry ${at}`));
  return log;
}

describe('a path', () => {
  it.each([
    [tilePath(0, 0n), 'tile/0/000'],
    [tilePath(0, 1234067n), 'tile/0/x001/x234/067'],
    [tilePath(1, 1n, 17), 'tile/1/001.p/17'],
    [tilePath(63, 999n, 255), 'tile/63/999.p/255'],
    [entriesPath(1000n), 'tile/entries/x001/000'],
    [entriesPath(273n, 112), 'tile/entries/273.p/112'],
  ])('is written as the standard writes it: %s', (path, expected) => {
    expect(path).toBe(expected);
  });

  it('is not written for a tile that cannot be', () => {
    for (const wrong of [
      () => tilePath(64, 0n),
      () => tilePath(-1, 0n),
      () => tilePath(0, -1n),
      () => entriesPath(0n, 0),
    ]) {
      expect(wrong).toThrow(TypeError);
    }
    expect(() => tilePath(0, 0n, 257)).toThrow(TypeError);
  });

  it("has the widths of the standard's example of 70,000 leaves", () => {
    const widths = [
      [0, 272n],
      [0, 273n],
      [1, 0n],
      [1, 1n],
      [2, 0n],
      [3, 0n],
    ] as const;
    expect(widths.map(([level, index]) => widthIn(70_000n, level, index))).toEqual([256, 112, 256, 17, 1, 0]);
  });
});

describe('an entry bundle', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 256 }), (entries) => {
        expect(decodeEntries(encodeEntries(entries)).map((entry) => [...entry])).toEqual(
          entries.map((entry) => [...entry]),
        );
      }),
    );
  });

  it('is read to its last byte', () => {
    const bytes = encodeEntries([Buffer.from('one'), Buffer.from('two')]);
    expect(bytes).toEqual(Buffer.from('\0\x03one\0\x03two'));
    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0])])]) {
      expect(() => decodeEntries(wrong)).toThrow(expect.objectContaining({ code: 'TILE_INVALID' }));
    }
    expect(() => decodeEntries(Buffer.alloc(257 * 2))).toThrow(expect.objectContaining({ data: { offset: 512 } }));
  });

  it('has bounds', () => {
    const longest = new Uint8Array(65_535).fill(7);
    expect(decodeEntries(encodeEntries([longest]))[0]).toHaveLength(65_535);
    expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow(TypeError);
    expect(() => encodeEntries(Array.from({ length: 257 }, () => new Uint8Array(1)))).toThrow(TypeError);
  });
});

describe('hashes read from tiles', () => {
  it('prove what hashes in memory prove, at every size up to 300', async () => {
    const log = logOf(300);
    const memory = log.hashes();
    for (let size = 1n; size <= 300n; size++) {
      const tiles = tileHashReader(size, fetchFrom(await log.published(size)));
      const root = await rootOf(size, memory);
      expect(await rootOf(size, tiles)).toEqual(root);
      const index = (size * 7n) % size;
      const leaf = leafHash(log.entries[Number(index)] ?? Buffer.alloc(0));
      const proof = await proveInclusion(index, size, tiles);
      verifyInclusion({ index, size, leafHash: leaf, proof, root });
      const from = (size * 5n) / 7n;
      const consistency = await proveConsistency(from, size, tiles);
      const oldRoot = await rootOf(from, memory);
      verifyConsistency({ from, to: size, proof: consistency, oldRoot, newRoot: root });
    }
  });

  it('are refused from a tile of another length, and for a subtree that is not there', async () => {
    const short = tileHashReader(5n, async () => new Uint8Array(32));
    await expect(short.read(0, 0n)).rejects.toMatchObject({ code: 'TILE_INVALID', data: { path: 'tile/0/000.p/5' } });
    await expect(short.read(0, 5n)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(short.read(3, 0n)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  it('fetch a tile once, and again after a failure', async () => {
    const log = logOf(300);
    const files = await log.published();
    const fetched: string[] = [];
    const reader = tileHashReader(300n, async (path) => {
      fetched.push(path);
      if (fetched.length === 1) throw new Error('no network');
      return fetchFrom(files)(path, 0, 0n, 0);
    });
    await expect(reader.read(0, 0n)).rejects.toThrow('no network');
    await Promise.all([reader.read(0, 0n), reader.read(0, 1n), reader.read(7, 1n)]);
    expect(fetched).toEqual(['tile/0/000', 'tile/0/000']);
  });
});

describe('verified tiles', () => {
  const sizes = [1, 2, 255, 256, 257, 300, 511, 512, 700];

  it.each(sizes)('give the hashes and leaves that the root of %i leaves commits to', async (size) => {
    const log = logOf(size);
    const { root } = parseCheckpoint(await log.checkpoint(), noteVerifier(log.vkey));
    const fetchTile = fetchFrom(await log.published());
    const tiles = await VerifiedTiles.open({ size: BigInt(size), root, fetchTile });
    for (const index of [0, size >> 1, size - 1]) {
      expect(await tiles.leaf(BigInt(index))).toEqual(log.entries[index]);
    }
    expect(await rootOf(BigInt(size), tiles)).toEqual(root);
    await expect(tiles.leaf(BigInt(size))).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(tiles.leaf(-1n)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  it('read of a large log only what is asked for, and check all of it', async () => {
    const log = logOf(70_000);
    const { root, size } = parseCheckpoint(await log.checkpoint(), noteVerifier(log.vkey));
    const files = await log.published();
    const fetched = new Set<string>();
    const read = async (served: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> => {
      const fetchTile = async (path: string) => {
        fetched.add(path);
        return fetchFrom(served)(path, 0, 0n, 0);
      };
      const tiles = await VerifiedTiles.open({ size, root, fetchTile });
      await rootOf(1_000n, tiles);
      return tiles.leaf(700n);
    };
    expect(await read(files)).toEqual(Buffer.from('entry 700'));
    expect([...fetched].toSorted()).toEqual([
      'tile/0/002',
      'tile/0/003',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/002',
    ]);
    for (const path of [...fetched]) {
      const file = files.get(path) ?? Buffer.alloc(0);
      for (const at of [0, 1, file.length >> 1, file.length - 1]) {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ 1;
        await expect(read(new Map(files).set(path, changed)), `${path} at ${at}`).rejects.toThrow(EvidenceError);
      }
    }
  });

  it('open the empty tree by its root only', async () => {
    const log = new MemoryLog();
    const { root } = parseCheckpoint(await log.checkpoint(), noteVerifier(log.vkey));
    const fetchTile = fetchFrom(new Map());
    await expect(VerifiedTiles.open({ size: 0n, root, fetchTile })).resolves.toBeInstanceOf(VerifiedTiles);
    const wrong = VerifiedTiles.open({ size: 0n, root: leafHash(root), fetchTile });
    await expect(wrong).rejects.toMatchObject({ code: 'TILE_INVALID' });
  });
});
