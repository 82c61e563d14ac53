// Keys made of parts, such that the order of the bytes is the order of the parts, and a key of some parts is a byte
// prefix of exactly the keys that begin with those parts. Strings are UTF-8 in code point order, ended by 00 01, a zero
// byte inside written 00 FF; numbers and bigints are 8 bytes, big endian. Tags: string 02 < number 03 < bigint 04.

/** A well-formed string, a non-negative safe integer, or a bigint of 64 unsigned bits. */
export type KeyPart = string | number | bigint;

const tag = { string: 2, number: 3, bigint: 4 } as const;
const loneSurrogate = /\p{Surrogate}/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The store key of these parts. Throws `TypeError` for a part that has no faithful encoding (a lone surrogate, a
 * negative or fractional number).
 *
 * @example key('transfer', 'urn:causeway:acme', 7) // a strict extension of key('transfer')
 */
export function key(...parts: readonly KeyPart[]): Uint8Array {
  const encoded = parts.map(encodePart);
  const bytes = new Uint8Array(encoded.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of encoded) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The parts of a key made by `key`. Throws `TypeError` for other bytes. */
export function keyParts(key: Uint8Array): KeyPart[] {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const parts: KeyPart[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const kind = bytes[offset++];
    if (kind === tag.string) {
      const end = endOfString(bytes, offset);
      parts.push(utf8.decode(unescapeZeros(bytes.subarray(offset, end))));
      offset = end + 2;
    } else if ((kind === tag.number || kind === tag.bigint) && offset + 8 <= bytes.length) {
      const value = bytes.readBigUInt64BE(offset);
      if (kind === tag.number && value > Number.MAX_SAFE_INTEGER) throw notAKey();
      parts.push(kind === tag.number ? Number(value) : value);
      offset += 8;
    } else {
      throw notAKey();
    }
  }
  return parts;
}

function encodePart(part: KeyPart): Uint8Array {
  if (typeof part === 'string') return encodeString(part);
  const value = BigInt(part);
  if (value < 0n || value >= 1n << 64n || (typeof part === 'number' && !Number.isSafeInteger(part)))
    throw new TypeError(`A number in a key is a non-negative safe integer or 64-bit bigint; it was ${part}.`);
  const bytes = Buffer.alloc(9);
  bytes[0] = typeof part === 'number' ? tag.number : tag.bigint;
  bytes.writeBigUInt64BE(value, 1);
  return bytes;
}

function encodeString(part: string): Uint8Array {
  // A lone surrogate would become U+FFFD, and two different strings one key.
  if (loneSurrogate.test(part)) throw new TypeError('A string in a key is well-formed; this one has a lone surrogate.');
  const text = part.includes('\0') ? escapeZeros(Buffer.from(part)) : Buffer.from(part);
  const bytes = new Uint8Array(text.length + 3);
  bytes[0] = tag.string;
  bytes.set(text, 1);
  bytes[text.length + 2] = 1;
  return bytes;
}

function escapeZeros(text: Uint8Array): Uint8Array {
  return Uint8Array.from([...text].flatMap((byte) => (byte === 0 ? [0, 0xff] : [byte])));
}

function unescapeZeros(text: Uint8Array): Uint8Array {
  return text.includes(0) ? text.filter((byte, index) => byte !== 0xff || text[index - 1] !== 0) : text;
}

// UTF-8 holds no byte FF, so an FF after a zero byte is always an escape.
function endOfString(bytes: Buffer, from: number): number {
  for (let end = bytes.indexOf(0, from); end >= 0; end = bytes.indexOf(0, end + 2)) {
    if (bytes[end + 1] === 1) return end;
    if (bytes[end + 1] !== 0xff) break;
  }
  throw notAKey();
}

function notAKey(): TypeError {
  return new TypeError('These bytes were not made by key().');
}
