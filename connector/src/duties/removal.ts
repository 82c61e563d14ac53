import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '@causeway/evidence';
import { codeOf, syncFolder } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import { asidePath } from '../exchange/file-sink.js';
import { digestInto } from '../exchange/file-source.js';
import type { Transfer } from '../model.js';

/** A file that was delivered, and what it is known by. */
export interface Delivered {
  /** Where it may lie: the first of these that is there. */
  readonly paths: readonly string[];
  readonly bytes: number;
  readonly digest: Digest;
  /** Of the file that was placed; one that never got its name is known by its content alone. */
  readonly inode?: string;
  /** The name it has while it is being removed. */
  readonly tombstone: string;
}

/** What was found: the delivered file itself, nothing, or something else that is left alone. */
export type Found = { readonly found: 'ours'; readonly path: string } | { readonly found: 'gone' | 'replaced' };

/** The file of a transfer whose bytes are whole, wherever it got to; undefined when the transfer kept none. */
export function deliveredOf({ sink, end }: Transfer, id: string): Delivered | undefined {
  if (sink?.bytes === undefined || sink.digest === undefined || sink.stage === 'discarded') return undefined;
  const { path, partial, stage, bytes, digest, inode } = sink;
  const whole = stage === 'placed' ? [path] : [partial, path];
  return {
    paths: end?.disputed === undefined ? whole : [asidePath(sink), partial],
    ...{ bytes, digest, tombstone: join(dirname(path), `.${id}.deleting`) },
    ...(inode === undefined ? {} : { inode }),
  };
}

/**
 * Looks whether the file is still the one that was delivered: the same inode, size and content. It is read whole, for a
 * person may have written into it.
 *
 * @throws file system errors but those that say that nothing is there
 */
export async function lookFor(file: Delivered): Promise<Found> {
  for (const path of [file.tombstone, ...file.paths]) {
    const seen = await inspect(path, file);
    if (seen === 'ours') return { found: 'ours', path };
    // What stands under a name that only we know was ours before.
    if (seen === 'other') return { found: 'replaced' };
  }
  return { found: 'gone' };
}

/**
 * Removes the file that was found, durably, unless another took its place since. May be repeated after a crash at any point.
 *
 * @throws ConnectorError SINK_UNWRITABLE when it has names that are not ours, and file system errors
 */
export async function remove(file: Delivered, path: string): Promise<'deleted' | 'replaced'> {
  const { tombstone, paths } = file;
  const inode = file.inode ?? (await inodeOf(path));
  // A crash while it was placed leaves it under both of its names.
  for (const other of paths) if (other !== path && (await inodeOf(other)) === inode) await rm(other);
  const { nlink } = await lstat(path);
  if (nlink > 1) {
    throw new ConnectorError('SINK_UNWRITABLE', `${path} has ${nlink - 1} more hard links: remove them, it has to go`);
  }
  if (path !== tombstone) {
    // Under a name that nobody else knows nothing can take its place; so that is where it is looked at once more.
    await rename(path, tombstone);
    if ((await inodeOf(tombstone)) !== inode) {
      await giveBack(tombstone, path);
      return 'replaced';
    }
  }
  await rm(tombstone);
  await syncFolder(dirname(tombstone));
  return 'deleted';
}

/** Never over a third file: `link` refuses where `rename` would replace. */
async function giveBack(tombstone: string, path: string): Promise<void> {
  await link(tombstone, path);
  await rm(tombstone);
  await syncFolder(dirname(path));
}

async function inspect(path: string, { bytes, digest, inode }: Delivered): Promise<'ours' | 'other' | 'nothing'> {
  let file: FileHandle;
  try {
    // Neither a link leads elsewhere, nor does a pipe make us wait.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    if (code === 'ELOOP' || code === 'ENXIO') return 'other';
    throw error;
  }
  try {
    const stat = await file.stat({ bigint: true });
    if (!stat.isFile() || stat.size !== BigInt(bytes)) return 'other';
    if (inode !== undefined && stat.ino.toString() !== inode) return 'other';
    const hash = createHash('sha256');
    await digestInto(hash, file, bytes);
    return `sha-256:${hash.digest('hex')}` === digest ? 'ours' : 'other';
  } finally {
    await file.close();
  }
}

async function inodeOf(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path, { bigint: true })).ino.toString();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
