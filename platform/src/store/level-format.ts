// How entries lie in LevelDB. A value is the 8 bytes, big endian, of its version, then the value itself. Keys that begin
// with a zero byte are the engine's: the format, the last version given out, the leases held.

import type { Level } from 'level';

export type LevelDb = Level<Uint8Array, Uint8Array>;

export const formatVersion = 1;

export const formatKey = engineKey('format');
export const versionKey = engineKey('version');
export const leasePrefix = engineKey('lease/');

/** The first key that is not the engine's. */
export const firstKey = Uint8Array.of(1);

export function leaseKey(name: string): Uint8Array {
  return engineKey(`lease/${name}`);
}

export function encodeNumber(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, 8);
}

/** The number in the first 8 bytes; `undefined` for fewer. */
export function decodeNumber(bytes: Uint8Array | undefined): bigint | undefined {
  if (!bytes || bytes.length < 8) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}

/** Room for the version, which is only known when the commit's turn comes, before a copy of the value. */
export function prepareValue(value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + value.length);
  bytes.set(value, 8);
  return bytes;
}

export function setVersion(prepared: Uint8Array, version: bigint): void {
  new DataView(prepared.buffer, prepared.byteOffset, 8).setBigUint64(0, version);
}

/** The first key after all those with the prefix; `undefined` when there is none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  const byte = prefix[last];
  if (byte === undefined) return undefined;
  const bound = prefix.slice(0, last + 1);
  bound[last] = byte + 1;
  return bound;
}

export function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && Buffer.compare(key.subarray(0, prefix.length), prefix) === 0;
}

function engineKey(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(`\0${name}`));
}
