import { link, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, ensureDir, syncFolder } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { FileSink } from '../model.js';

const longestName = 255;

/**
 * Where a new transfer puts its bytes: first under a temporary name of its own beside the target.
 * @param path absolute, of a file that does not exist yet
 * @param pid of the transfer, `urn:uuid:…`
 */
export function fileSink(path: string, pid: string): FileSink {
  const id = pid.slice(pid.lastIndexOf(':') + 1);
  const name = `${basename(path)}.part-${id}`;
  const partial = Buffer.byteLength(name) <= longestName ? name : `.${id}.part`;
  return { path, partial: join(dirname(path), partial), stage: 'receiving' };
}

/**
 * Makes the folder of a sink, and refuses a target that is there already.
 * @throws ConnectorError SINK_EXISTS, and file system errors
 */
export async function prepareSink(sink: FileSink): Promise<void> {
  await ensureDir(dirname(sink.path), 0o777);
  if (await fileId(sink.path)) throw exists(sink.path);
}

/**
 * Gives a whole and synced partial file its name, durably, and never over another file. May be repeated after a crash at
 * any point. Answers the file's inode, in decimal.
 * @throws ConnectorError SINK_EXISTS, SINK_UNWRITABLE when neither file is there any more, and file system errors
 */
export async function placeSink(sink: FileSink): Promise<string> {
  const partial = await fileId(sink.partial);
  const target = await fileId(sink.path);
  if (!partial) {
    // INVARIANT: sealed and the partial name gone: it was placed before a crash, and only we know the partial name.
    if (!target) throw new ConnectorError('SINK_UNWRITABLE', `expected ${sink.partial} to be placed; it is gone`);
  } else if (target === undefined) await nameOnce(sink);
  else if (target === partial) await rm(sink.partial);
  else throw exists(sink.path);
  await syncFolder(dirname(sink.path));
  return (await stat(sink.path, { bigint: true })).ino.toString();
}

/** Where the bytes of a disputed transfer are kept. */
export function asidePath(sink: FileSink): string {
  return `${sink.partial}.disputed`;
}

/** Keeps the bytes of a disputed transfer aside, for those who have to settle it. */
export async function setAside(sink: FileSink): Promise<void> {
  if (await fileId(sink.partial)) await rename(sink.partial, asidePath(sink));
}

/** Forgets what was received of a transfer that ended before it was whole. */
export async function discardSink(sink: FileSink): Promise<void> {
  await rm(sink.partial, { force: true });
}

/** `rename` would replace a file that appeared since we looked; `link` refuses, where the file system has it. */
async function nameOnce(sink: FileSink): Promise<void> {
  try {
    await link(sink.partial, sink.path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw exists(sink.path);
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
    await rename(sink.partial, sink.path);
    return;
  }
  await rm(sink.partial);
}

async function fileId(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function exists(path: string): ConnectorError {
  return new ConnectorError('SINK_EXISTS', `${path} exists already and is not overwritten; name another file`);
}
