import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, syncFolder, writeFileAtomic } from '@causeway/platform';

/** A file of the published log: its path as C2SP tlog-tiles names it, relative to the log's prefix. */
export interface TileFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Where the published log lies. Files are immutable but for the checkpoint; whoever serves the log reads nothing else. */
export interface TileStore {
  /** The file at `path`, undefined when there is none. Files are bounded by their format: at most 16,896 bytes. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Durable when it returns. A file that already stands there is replaced whole, never in part. */
  write(files: readonly TileFile[]): Promise<void>;
  /** The signed checkpoint that is published now. */
  checkpoint(): Promise<string | undefined>;
  /** Replaces the checkpoint atomically; durable when it returns. */
  publish(note: string): Promise<void>;
  /** Removes the partial versions of tiles that are complete. Losing this work is harmless. */
  prune(fullTiles: readonly string[]): Promise<void>;
}

// What is published is for everyone to read.
const everyone = { mode: 0o644 };

/** The log as plain files in a folder, which any static web server could serve as it stands. */
export async function openTileFolder(folder: string): Promise<TileStore> {
  await makeDurably(folder);
  const at = (path: string) => join(folder, path);
  const read: TileStore['read'] = async (path) => {
    try {
      return await readFile(at(path));
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw cause;
    }
  };
  return {
    read,
    async write(files) {
      await Promise.all([...new Set(files.map((file) => dirname(at(file.path))))].map(makeDurably));
      await Promise.all(files.map((file) => writeFileAtomic(at(file.path), file.bytes, everyone)));
    },
    async checkpoint() {
      const bytes = await read('checkpoint');
      return bytes && Buffer.from(bytes).toString('utf8');
    },
    publish: (note) => writeFileAtomic(at('checkpoint'), note, everyone),
    async prune(fullTiles) {
      await Promise.all(fullTiles.map((path) => rm(at(`${path}.p`), { recursive: true, force: true })));
    },
  };
}

/** Makes a folder and the ones above it, and fsyncs each parent that got a new entry: a power cut must not lose the path. */
async function makeDurably(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

function isAbsent(error: unknown): boolean {
  // ENOTDIR: a file stands where the path has a folder.
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}
