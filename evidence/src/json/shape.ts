import { type Digest, isDigest } from '../digest.js';
import { EvidenceError } from '../errors.js';
import { canonicalJson, type Json } from './canonical.js';

/**
 * Reads a JSON value into a typed one, or throws SHAPE_INVALID with the pointer. Readers are strict: a member that nobody
 * asked for is an error, because it would be signed but not understood.
 */
export type Reader<T> = (value: Json, pointer: string) => T;

type Readers = { readonly [name: string]: Reader<unknown> };
type Read<S extends Readers> = { [K in keyof S]: ReturnType<S[K]> };

/** @throws EvidenceError SHAPE_INVALID */
export function refuse(pointer: string, expected: string, got: Json | undefined): never {
  const shown = got === undefined ? 'nothing' : canonicalJson(got);
  const brief = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  const message = `expected ${expected} at '${pointer}', got ${brief}`;
  throw new EvidenceError('SHAPE_INVALID', message, { data: { pointer } });
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with exactly these members; those of `optional` may be absent. */
export function object<R extends Readers, O extends Readers>(
  required: R,
  optional: O,
): Reader<Read<R> & Partial<Read<O>>>;
export function object<R extends Readers>(required: R): Reader<Read<R>>;
export function object(required: Readers, optional: Readers = {}): Reader<{ [name: string]: unknown }> {
  const readers = new Map(Object.entries({ ...required, ...optional }));
  return (value, pointer) => {
    if (!isObject(value)) return refuse(pointer, 'an object', value);
    for (const name of Object.keys(required)) {
      if (!Object.hasOwn(value, name)) refuse(`${pointer}/${name}`, 'a value', undefined);
    }
    const read: { [name: string]: unknown } = {};
    for (const [name, member] of Object.entries(value)) {
      const reader = readers.get(name);
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!reader) return refuse(at, 'no such member', member);
      read[name] = reader(member, at);
    }
    return read;
  };
}

/** A list of at most `most` values. */
export function list<T>(item: Reader<T>, most: number): Reader<T[]> {
  return (value, pointer) => {
    if (!Array.isArray(value)) return refuse(pointer, 'a list', value);
    if (value.length > most) return refuse(pointer, `at most ${most} values`, value.length);
    return value.map((each, index) => item(each, `${pointer}/${index}`));
  };
}

/** A text that is one of these. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, pointer) => words.find((word) => word === value) ?? refuse(pointer, words.join(' or '), value);
}

/** A text of at most `most` UTF-16 units that the pattern, if any, matches. */
export function text(most: number, pattern?: RegExp, name = `a text of at most ${most} characters`): Reader<string> {
  return (value, pointer) => {
    if (typeof value !== 'string' || value.length > most || pattern?.test(value) === false) {
      return refuse(pointer, name, value);
    }
    return value;
  };
}

/** A participant's, service's or dataset's identifier: opaque, and safe in paths and headers. */
export const identifier = text(400, /^[A-Za-z0-9:._-]+$/, 'an identifier of the characters A-Z a-z 0-9 : . _ -');

/** An RFC 7638 thumbprint: 32 bytes in base64url. */
export const thumbprintText = text(43, /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'an RFC 7638 thumbprint (SHA-256)');

/** A number from 0 to 2^64-1, in decimal. */
export const decimal: Reader<string> = (value, pointer) => {
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,19})$/.test(value) || BigInt(value) >= 1n << 64n) {
    return refuse(pointer, 'a decimal string from 0 to 2^64-1', value);
  }
  return value;
};

/** A moment in its one spelling: `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export const instant: Reader<string> = (value, pointer) => {
  if (typeof value !== 'string' || !/^\d{4}-/.test(value) || Number.isNaN(Date.parse(value))) {
    return refuse(pointer, 'a time as YYYY-MM-DDTHH:mm:ss.sssZ', value);
  }
  if (new Date(value).toISOString() !== value) return refuse(pointer, 'a time as YYYY-MM-DDTHH:mm:ss.sssZ', value);
  return value;
};

export const digest: Reader<Digest> = (value, pointer) =>
  typeof value === 'string' && isDigest(value) ? value : refuse(pointer, 'sha-256: and 64 hexadecimal digits', value);

export const anyObject: Reader<{ [key: string]: Json }> = (value, pointer) =>
  isObject(value) ? value : refuse(pointer, 'an object', value);
