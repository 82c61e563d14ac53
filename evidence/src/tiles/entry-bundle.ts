import { EvidenceError } from '../errors.js';
import { tileWidth } from './path.js';

const longestEntry = 65_535;

/**
 * Writes an entry bundle (C2SP tlog-tiles): each entry after its length in two bytes, big endian.
 *
 * @throws TypeError for more than 256 entries or one above 65,535 bytes
 */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > tileWidth) throw new TypeError(`expected at most ${tileWidth} entries, got ${entries.length}`);
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > longestEntry)
        throw new TypeError(`expected at most ${longestEntry} bytes, got ${entry.length}`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/**
 * Reads an entry bundle to its last byte.
 *
 * @throws EvidenceError TILE_INVALID; `data.offset`: the entry that does not fit
 */
export function decodeEntries(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [high, low] = bytes.subarray(at, at + 2);
    const end = high === undefined || low === undefined ? Number.POSITIVE_INFINITY : at + 2 + high * 256 + low;
    if (end > bytes.length || entries.length === tileWidth) {
      const message = `expected an entry bundle of at most ${tileWidth} whole entries, got another at offset ${at}`;
      throw new EvidenceError('TILE_INVALID', message, { data: { offset: at } });
    }
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** Where entry `index` begins in the bundle of these entries. */
export function entryOffset(entries: readonly Uint8Array[], index: number): number {
  return entries.slice(0, index).reduce((offset, entry) => offset + 2 + entry.length, 0);
}
