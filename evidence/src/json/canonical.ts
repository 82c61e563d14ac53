import canonicalize from 'canonicalize';
import { EvidenceError } from '../errors.js';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The canonical form of a value (RFC 8785, JSON Canonicalization Scheme). Members that are `undefined` are left out.
 *
 * @throws TypeError for what JSON cannot say: NaN, an infinity, a lone surrogate, a circle, a bigint.
 */
export function canonicalJson(value: Json | object): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new TypeError('expected a value that JSON can say', { cause });
  }
  if (text === undefined) throw new TypeError('expected a value that JSON can say, got undefined or a function');
  return text;
}

/**
 * Parses JSON that is in canonical form, at most `max` bytes (or, of a string, UTF-16 units) long.
 *
 * INVARIANT: for every accepted text, `canonicalJson(parseCanonical(text)) === text`. That alone refuses duplicate keys,
 * numbers that a double cannot hold, other spellings and white space, so two readers can never understand it differently.
 *
 * @throws EvidenceError TOO_LARGE, NOT_CANONICAL (`data.offset`: where the canonical form starts to differ)
 */
export function parseCanonical(text: string | Uint8Array, max: number): Json {
  if (text.length > max) {
    throw new EvidenceError('TOO_LARGE', `expected at most ${max} bytes of canonical JSON, got ${text.length}`);
  }
  const source = typeof text === 'string' ? text : decodeUtf8(text);
  let value: Json;
  let canonical: string;
  try {
    value = JSON.parse(source);
    // Hostile nesting ends in a RangeError here, a lone surrogate in an Error.
    canonical = canonicalJson(value);
  } catch (cause) {
    throw new EvidenceError('NOT_CANONICAL', 'expected JSON in canonical form (RFC 8785), got what is no JSON', {
      cause,
    });
  }
  if (canonical !== source) {
    const offset = firstDifference(source, canonical);
    const message = `expected JSON in canonical form (RFC 8785), got another spelling from offset ${offset} on`;
    throw new EvidenceError('NOT_CANONICAL', message, { data: { offset } });
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A byte order mark stays in the text, where the JSON parser refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EvidenceError('NOT_CANONICAL', 'expected JSON in UTF-8, got other bytes', { cause });
  }
}

function firstDifference(source: string, canonical: string): number {
  let at = 0;
  while (at < source.length && source[at] === canonical[at]) at++;
  return Buffer.byteLength(source.slice(0, at));
}
