import { Level } from 'level';
import { encodeNumber, formatKey, formatVersion } from '../store/level-format.js';

/** Makes a closed store look as if a later release had written it. */
export async function writtenLater(path: string): Promise<void> {
  const db = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await db.put(formatKey, encodeNumber(BigInt(formatVersion + 1)), { sync: true });
  } finally {
    await db.close();
  }
}
