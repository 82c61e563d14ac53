import { decodeExactly } from './base64.js';
import { type DatasetEntry, entryBytes, line } from './dataset-entry.js';
import { EvidenceError } from './errors.js';
import { identifier, instant, object, oneOf, type Reader, refuse, text } from './json/shape.js';
import { readJson, type SignedJson, signJson } from './jws/signed-json.js';
import type { SigningKey } from './jws/signing-key.js';
import { leafHash } from './merkle/hashing.js';
import { proofTree } from './merkle/tree.js';

const headType = 'causeway-head+jws';

/**
 * A publisher's word, good for a short while, on the datasets it lets the broker list: the RFC 6962 root over their
 * entries in id order. Renewed with every heartbeat under a higher sequence.
 */
export interface Head {
  readonly version: '1';
  readonly publisher: string;
  /** What the publisher calls itself, for people; its id is what is proven. */
  readonly name?: string;
  /** The publisher's Dataspace Protocol base URL. */
  readonly dsp: string;
  /** `host:port` of its gRPC server, where auditors are released what they may see. */
  readonly exchange?: string;
  /** Rises with every head of this publisher; decimal, at most 15 digits, so a safe integer. */
  readonly sequence: string;
  /** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly issued: string;
  readonly expires: string;
  /** Number of entries; decimal. */
  readonly count: string;
  /** base64url, 32 bytes. */
  readonly root: string;
}

/** A head as it travels: compact JWS, and the authority's statement for the key that signed it. */
export interface SignedHead {
  readonly head: string;
  readonly keyStatement: string;
}

/**
 * Bounds of a head: `bytes` of its JWS, `entries` under it, `lifeMs` from issue to expiry (one that lived for years would
 * let a broker show a publisher long gone as fresh).
 */
export const headLimits = {
  bytes: 4_096,
  keyStatement: 8_192,
  entries: 10_000,
  lifeMs: 86_400_000,
  name: 100,
} as const;

/** Entries in id order with the root over them and the inclusion proof of each. */
export interface EntryTree {
  /** Canonical bytes. */
  readonly entries: readonly Uint8Array[];
  readonly root: Uint8Array;
  readonly proofs: readonly (readonly Uint8Array[])[];
}

const httpsUrl: Reader<string> = (value, pointer) => {
  const address = text(500, /^https:\/\/[\x21-\x7e]+$/, 'an https URL')(value, pointer);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const plain = url && `${url.username}${url.password}${url.search}${url.hash}` === '';
  return plain ? address : refuse(pointer, 'an https URL without user, query and fragment', value);
};

const hostAndPort = text(300, /^[\x21-\x7e]+:[0-9]{1,5}$/, 'a host and a port');

const readMembers: Reader<Head> = object(
  {
    version: oneOf('1'),
    publisher: identifier,
    dsp: httpsUrl,
    sequence: text(15, /^(0|[1-9][0-9]*)$/, 'a decimal string of at most 15 digits'),
    issued: instant,
    expires: instant,
    count: text(5, /^(0|[1-9][0-9]*)$/, `a decimal string up to ${headLimits.entries}`),
    root: (value, pointer) =>
      typeof value === 'string' && decodeExactly(value, 'base64url')?.length === 32
        ? value
        : refuse(pointer, '32 bytes in base64url', value),
  },
  { name: line(headLimits.name), exchange: hostAndPort },
);

const readHeadMembers: Reader<Head> = (value, pointer) => {
  const head = readMembers(value, pointer);
  const life = Date.parse(head.expires) - Date.parse(head.issued);
  if (life <= 0 || life > headLimits.lifeMs) {
    refuse(`${pointer}/expires`, `1 to ${headLimits.lifeMs} ms after the issue`, head.expires);
  }
  if (Number(head.count) > headLimits.entries) refuse(`${pointer}/count`, `at most ${headLimits.entries}`, head.count);
  return head;
};

/**
 * Orders entries by id and builds the tree over them.
 *
 * @throws EvidenceError SHAPE_INVALID: an entry out of bounds, of another publisher, an id that comes twice, too many
 */
export function entryTree(publisher: string, entries: readonly DatasetEntry[]): EntryTree {
  if (entries.length > headLimits.entries) {
    throw unfit(`at most ${headLimits.entries} entries under a head`, `${entries.length}`);
  }
  const ordered = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, { id }] of ordered.entries()) {
    if (!isDatasetOf(publisher, id)) throw unfit(`datasets of ${publisher}`, id);
    if (id === ordered[index - 1]?.id) throw unfit('each dataset once', id);
  }
  const bytes = ordered.map(entryBytes);
  return { entries: bytes, ...proofTree(bytes.map(leafHash)) };
}

/** Whether a dataset id is a publisher's own: its id, `:` and a local name. */
export function isDatasetOf(publisher: string, id: string): boolean {
  return id.startsWith(`${publisher}:`) && !id.includes(':', publisher.length + 1);
}

/** The head over a tree; instants in milliseconds, `sequence` a safe integer. */
export function buildHead(o: {
  readonly publisher: string;
  readonly name?: string;
  readonly dsp: string;
  readonly exchange?: string;
  readonly sequence: number;
  readonly issued: number;
  readonly expires: number;
  readonly count: number;
  readonly root: Uint8Array;
}): Head {
  return {
    version: '1',
    publisher: o.publisher,
    ...(o.name !== undefined && { name: o.name }),
    dsp: o.dsp,
    ...(o.exchange === undefined ? {} : { exchange: o.exchange }),
    sequence: String(o.sequence),
    issued: new Date(o.issued).toISOString(),
    expires: new Date(o.expires).toISOString(),
    count: String(o.count),
    root: Buffer.from(o.root).toString('base64url'),
  };
}

/** @throws EvidenceError SHAPE_INVALID when the head is not one a reader would accept */
export async function signHead(head: Head, key: SigningKey): Promise<string> {
  readHeadMembers({ ...head }, '');
  return signJson(headType, head, key);
}

/**
 * Reads a head. Its signature is NOT verified: see `verifyHead`.
 *
 * @throws EvidenceError SHAPE_INVALID, and those of reading signed JSON
 */
export function readHead(jws: string): Head {
  return readSignedHead(jws).head;
}

/** As {@link readHead}, with what is needed to verify it. */
export function readSignedHead(jws: string): { readonly head: Head; readonly signed: SignedJson } {
  const signed = readJson(jws, headType, headLimits.bytes);
  return { head: readHeadMembers(signed.payload, ''), signed };
}

function unfit(expected: string, got: string): EvidenceError {
  return new EvidenceError('SHAPE_INVALID', `expected ${expected}, got ${got}`);
}
