import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '@causeway/evidence';
import { digestInto } from './file-source.js';

/**
 * The bytes received so far, on disk, and the running digest of the bytes that were written. One write is under way at a
 * time, so whatever a crash leaves is a prefix of what was received; its length is where a new stream goes on.
 */
export class PartialFile {
  readonly #file: FileHandle;
  #hash: Hash;
  #bytes: number;
  #writing: Promise<void> = Promise.resolve();
  #recovered: boolean;

  private constructor(file: FileHandle, hash: Hash, bytes: number) {
    this.#file = file;
    this.#hash = hash;
    this.#bytes = bytes;
    this.#recovered = bytes > 0;
  }

  /**
   * Opens or makes the file, and hashes again what a process before this one wrote.
   * @param most bytes that may be in it; a longer file is begun anew
   */
  static async open(path: string, most: number): Promise<PartialFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
    try {
      const hash = createHash('sha256');
      const { size } = await file.stat();
      if (size > most) await file.truncate(0);
      const bytes = size > most ? 0 : await digestInto(hash, file, size);
      return new PartialFile(file, hash, bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether some of the bytes were read back from disk instead of being received by this process. */
  get recovered(): boolean {
    return this.#recovered;
  }

  /** Takes the next bytes; resolves when those before are written, so that one write overlaps with receiving. */
  async append(chunk: Uint8Array): Promise<void> {
    await this.#writing;
    const position = this.#bytes;
    this.#writing = this.#write(chunk, position);
    // Whoever appends or flushes next is told; until then nobody listens.
    this.#writing.catch(() => undefined);
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  /** Forgets everything received. */
  async restart(): Promise<void> {
    await this.#writing;
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.#bytes = 0;
    this.#recovered = false;
  }

  /** The digest of all bytes written so far; durable when it resolves. */
  async sealed(): Promise<Digest> {
    await this.#writing;
    await this.#file.sync();
    return `sha-256:${this.#hash.copy().digest('hex')}`;
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file.close();
  }

  async #write(chunk: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      at += (await this.#file.write(chunk, at, chunk.length - at, position + at)).bytesWritten;
    }
  }
}
