import { createHash } from 'node:crypto';
import type { Random } from '../random.js';

/** The same bytes and identifiers in the same order for the same seed: SHA-256 of the seed and a counter. */
export function seededRandom(seed: number | string): Random {
  let counter = 0;
  let pool = Buffer.alloc(0);

  function bytes(length: number): Uint8Array {
    const blocks = [pool];
    for (let have = pool.length; have < length; have += 32) {
      blocks.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
    }
    const all = Buffer.concat(blocks);
    pool = all.subarray(length);
    return new Uint8Array(all.subarray(0, length));
  }

  function uuid(): string {
    const raw = Buffer.from(bytes(16));
    raw.writeUInt8(((raw[6] ?? 0) & 0x0f) | 0x40, 6);
    raw.writeUInt8(((raw[8] ?? 0) & 0x3f) | 0x80, 8);
    return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  return { bytes, uuid };
}
