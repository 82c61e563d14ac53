import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './errors.js';

export interface WriteOptions {
  /** Permissions of the file; 0o600 unless told, since most of what a service writes concerns nobody else. */
  readonly mode?: number;
}

/**
 * Writes a file so that, whatever fails, its name holds either all of the old bytes or all of the new: temporary name,
 * fsync, rename, fsync of the folder.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/**
 * Makes a folder and what is missing above it, for its owner only unless told.
 * @returns the topmost folder it had to make, if any
 */
export async function ensureDir(path: string, mode = 0o700): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (await isFolder(path)) return undefined;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  // Not by Node's own recursive mkdir: it never ends in /proc, which answers ENOENT although the parent is there.
  const above = await ensureDir(dirname(path), mode);
  try {
    await mkdir(path, { mode });
    return above ?? path;
  } catch (error) {
    // Somebody else was faster.
    if (await isFolder(path)) return above;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Makes the names in a folder durable (a rename, a new file). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
