import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { FileSource } from '../model.js';

const readBytes = 1_048_576;

/** What tells a file that was written to, or replaced, since it was hashed. A reset mtime does not hide: ctime moves. */
function stampOf(stat: BigIntStats): string {
  return `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

/**
 * Hashes a file for publication: its digest is the version of the dataset.
 * @param path absolute
 * @throws ConnectorError SOURCE_UNREADABLE, SOURCE_CHANGED when it is written to meanwhile
 */
export async function describeFile(path: string): Promise<FileSource> {
  const file = await openForReading(path);
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw new ConnectorError('SOURCE_UNREADABLE', `expected a file, but ${path} is none`);
    const hash = createHash('sha256');
    const bytes = await digestInto(hash, file, Number.POSITIVE_INFINITY);
    const stamp = stampOf(await file.stat({ bigint: true }));
    if (stamp !== stampOf(before)) throw changed();
    return { kind: 'file', path, version: `sha-256:${hash.digest('hex')}`, bytes, stamp };
  } finally {
    await file.close();
  }
}

/** A published file while it is being sent. */
export class OpenSource {
  readonly #file: FileHandle;
  readonly #source: FileSource;

  constructor(file: FileHandle, source: FileSource) {
    this.#file = file;
    this.#source = source;
  }

  /**
   * Fills the buffers, one after the other, from `position` on.
   * @throws ConnectorError SOURCE_CHANGED when the file has become shorter, SOURCE_UNREADABLE
   */
  async read(into: readonly Uint8Array[], position: number): Promise<void> {
    for (let at = position, left = into; left.length > 0; ) {
      const { bytesRead } = await this.#file.readv(left, at).catch(unreadable);
      if (bytesRead === 0) throw changed();
      at += bytesRead;
      left = behind(left, bytesRead);
    }
  }

  /** @throws ConnectorError SOURCE_CHANGED */
  async demandUnchanged(): Promise<void> {
    const stat = await this.#file.stat({ bigint: true });
    if (stampOf(stat) !== this.#source.stamp || stat.size !== BigInt(this.#source.bytes)) throw changed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Opens a published file, unchanged since it was hashed.
 * @throws ConnectorError SOURCE_UNREADABLE, SOURCE_CHANGED
 */
export async function openSource(source: FileSource): Promise<OpenSource> {
  const opened = new OpenSource(await openForReading(source.path), source);
  try {
    await opened.demandUnchanged();
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** Feeds a file from its beginning into a hash, up to `most` bytes; answers how many there were. */
export async function digestInto(hash: ReturnType<typeof createHash>, file: FileHandle, most: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(readBytes);
  let total = 0;
  while (total < most) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(readBytes, most - total), total);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return total;
}

/** What is left of the buffers when their first `bytes` are done with. */
export function behind(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let done = bytes;
  return buffers.flatMap((buffer) => {
    const skipped = Math.min(done, buffer.length);
    done -= skipped;
    return skipped === buffer.length ? [] : [buffer.subarray(skipped)];
  });
}

/** Without waiting: a named pipe that nobody writes to would hold one of the few threads that read files, for good. */
function openForReading(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(unreadable);
}

// The path stays here: a peer learns that the file cannot be read, not where it lies.
function unreadable(cause: unknown): never {
  const message = `the published file cannot be read (${codeOf(cause) ?? 'unknown'}); its owner has to look`;
  throw new ConnectorError('SOURCE_UNREADABLE', message, { cause });
}

function changed(): ConnectorError {
  return new ConnectorError(
    'SOURCE_CHANGED',
    'the file has changed since it was published; it has to be published again',
  );
}
