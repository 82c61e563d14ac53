import { type DatasetEntry, parseEntry } from './dataset-entry.js';
import { EvidenceError } from './errors.js';
import { type Head, headLimits, isDatasetOf, readSignedHead, type SignedHead } from './head.js';
import { verifySigned } from './jws/signed-json.js';
import { leafHash } from './merkle/hashing.js';
import { verifyInclusion } from './merkle/verify.js';
import { type AuthorityKeys, type VerifiedKey, verifyKeyStatement } from './trust/key-statement.js';

/** What a broker answers for one dataset. None of it is believed before `verifyHead` and `verifyEntry`. */
export interface Hit extends SignedHead {
  /** Canonical JSON of the entry. */
  readonly entry: Uint8Array;
  /** Its index among the head's entries, and the inclusion proof to the head's root. */
  readonly index: number;
  readonly proof: readonly Uint8Array[];
}

/** Why a head or a hit is not believed. */
export const dropReasons = [
  /** The head is not a signed head as we write it. */
  'HEAD_MALFORMED',
  /** The authority of our trust bundle did not vouch for the key that signed the head. */
  'KEY_UNTRUSTED',
  /** The authority vouched for the key, but not for today. */
  'KEY_EXPIRED',
  /** Somebody else than the publisher signed the head. */
  'SIGNER_NOT_PUBLISHER',
  /** The signature is not of that key over this head. */
  'SIGNATURE_WRONG',
  'HEAD_EXPIRED',
  /** Issued in the future. */
  'HEAD_NOT_YET',
  /** The publisher has since signed a head that we have seen: said by the reader that remembers it. */
  'HEAD_REPLAYED',
  /** The entry is not canonical, or out of bounds. */
  'ENTRY_MALFORMED',
  /** The dataset is not the publisher's. */
  'ENTRY_NOT_OF_PUBLISHER',
  /** The publisher did not sign this entry: the proof does not lead to the head's root. */
  'ENTRY_NOT_PROVEN',
] as const;
export type DropReason = (typeof dropReasons)[number];

export type Verdict<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: DropReason; readonly detail: string };

/** By what a head is judged. */
export interface HeadContext {
  /** The authority's keys from our own trust bundle, never ones that the broker hands us. */
  readonly authorities: AuthorityKeys;
  /** Milliseconds since epoch. */
  readonly now: number;
}

/** How far the clocks of publisher and reader may be apart, in milliseconds. */
const skewMs = 30_000;

/**
 * Verifies that a head was signed by its publisher, lately. Whether it is older than one seen before is for whoever
 * remembers those.
 */
export async function verifyHead(signed: SignedHead, context: HeadContext): Promise<Verdict<Head>> {
  const { authorities, now } = context;
  return judged(async () => {
    const { head, signed: read } = expecting('HEAD_MALFORMED', () => readSignedHead(signed.head));
    const key = await expecting('KEY_UNTRUSTED', () => keyOf(signed, authorities));
    if (key.participant !== head.publisher || key.role !== 'participant' || key.use !== 'signing') {
      const signer = `the ${key.use} key of ${key.participant} as ${key.role}`;
      drop('SIGNER_NOT_PUBLISHER', `the head of ${head.publisher} comes with ${signer}`);
    }
    if (now + skewMs < Date.parse(key.notBefore) || now - skewMs > Date.parse(key.notAfter)) {
      drop('KEY_EXPIRED', `the key is valid from ${key.notBefore} to ${key.notAfter}`);
    }
    await expecting('SIGNATURE_WRONG', () => verifySigned(read, key.publicKey));
    const here = `by the clock here it is ${new Date(now).toISOString()}`;
    if (now >= Date.parse(head.expires)) drop('HEAD_EXPIRED', `the head expired at ${head.expires}, and ${here}`);
    if (now + skewMs < Date.parse(head.issued))
      drop('HEAD_NOT_YET', `the head was issued at ${head.issued}, and ${here}`);
    return head;
  });
}

/** Verifies an entry under a head that `verifyHead` has accepted. */
export async function verifyEntry(hit: Hit, head: Head): Promise<Verdict<DatasetEntry>> {
  return judged(async () => {
    const entry = expecting('ENTRY_MALFORMED', () => parseEntry(hit.entry));
    if (!isDatasetOf(head.publisher, entry.id)) {
      drop('ENTRY_NOT_OF_PUBLISHER', `${entry.id} is not a dataset of ${head.publisher}`);
    }
    // A broker's index may be any number, and BigInt throws for one that is not whole.
    if (!Number.isSafeInteger(hit.index)) drop('ENTRY_NOT_PROVEN', 'the index is not a whole number');
    expecting('ENTRY_NOT_PROVEN', () =>
      verifyInclusion({
        index: BigInt(hit.index),
        size: BigInt(head.count),
        leafHash: leafHash(hit.entry),
        proof: hit.proof,
        root: Buffer.from(head.root, 'base64url'),
      }),
    );
    return entry;
  });
}

function keyOf(signed: SignedHead, authorities: AuthorityKeys): Promise<VerifiedKey> {
  if (signed.keyStatement.length > headLimits.keyStatement) {
    throw new EvidenceError('TOO_LARGE', `expected a key statement of at most ${headLimits.keyStatement} bytes`);
  }
  return verifyKeyStatement(signed.keyStatement, authorities);
}

class Dropped extends Error {
  readonly reason: DropReason;

  constructor(reason: DropReason, detail: string) {
    // The detail may quote a stranger, and is shown on terminals.
    super(detail.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd'));
    this.reason = reason;
  }
}

function drop(reason: DropReason, detail: string): never {
  throw new Dropped(reason, detail);
}

/** Runs a check whose EvidenceError means that the hit is dropped for `reason`. */
function expecting<T>(reason: DropReason, check: () => T): T {
  const refused = (error: unknown): never => {
    throw error instanceof EvidenceError ? new Dropped(reason, error.message) : error;
  };
  try {
    const result = check();
    return result instanceof Promise ? (result.catch(refused) as T) : result;
  } catch (error) {
    return refused(error);
  }
}

async function judged<T>(judge: () => Promise<T>): Promise<Verdict<T>> {
  try {
    return { ok: true, value: await judge() };
  } catch (error) {
    if (error instanceof Dropped) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
}
