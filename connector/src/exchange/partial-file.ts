import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '@causeway/evidence';
import { behind, digestInto } from './file-source.js';

/** Chunks that may wait for the disk before the network has to. */
const mostUnwritten = 8;

/**
 * The bytes received so far, on disk, and the running digest of the bytes that were written. One write is under way at a
 * time, so whatever a crash leaves is a prefix of what was received; its length is where a new stream goes on.
 */
export class PartialFile {
  readonly #file: FileHandle;
  #hash: Hash;
  #bytes: number;
  readonly #unwritten: Uint8Array[] = [];
  /** Of the bytes, those on disk. */
  #written: number;
  #writing: Promise<void> | undefined;
  #recovered: boolean;
  #broken = false;

  private constructor(file: FileHandle, hash: Hash, bytes: number) {
    this.#file = file;
    this.#hash = hash;
    this.#bytes = bytes;
    this.#written = bytes;
    this.#recovered = bytes > 0;
  }

  /**
   * Opens or makes the file, and hashes again what a process before this one wrote.
   * @param most bytes that may be in it; a longer file is begun anew
   */
  static async open(path: string, most: number): Promise<PartialFile> {
    // Whoever else may write to the folder must neither read what is received nor lead it elsewhere by a link.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
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

  /** Whether a write failed: then only what is on disk counts, and the file is opened anew. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Takes the next bytes; waits only while more than a bound of them are not written yet. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#unwritten.push(chunk);
    this.#bytes += chunk.length;
    this.#writing ??= this.#write();
    // Whoever waits for it next is told.
    this.#writing.catch(() => {
      this.#broken = true;
    });
    this.#hash.update(chunk);
    if (this.#unwritten.length >= mostUnwritten) await this.#writing;
  }

  /** Forgets everything received. */
  async restart(): Promise<void> {
    await this.#writing;
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.#bytes = 0;
    this.#written = 0;
    this.#recovered = false;
  }

  /** The digest of all bytes written so far; durable when it resolves. */
  async sealed(): Promise<Digest> {
    await this.#writing;
    await this.#file.sync();
    return `sha-256:${this.#hash.copy().digest('hex')}`;
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.#file.close();
  }

  /** Writes what has gathered, in order, until nothing is left. */
  async #write(): Promise<void> {
    while (this.#unwritten.length > 0) {
      for (let left = this.#unwritten.splice(0); left.length > 0; ) {
        const { bytesWritten } = await this.#file.writev(left, this.#written);
        this.#written += bytesWritten;
        left = behind(left, bytesWritten);
      }
    }
    this.#writing = undefined;
  }
}
