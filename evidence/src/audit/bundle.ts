import type { Digest } from '../digest.js';
import { canonicalJson, parseCanonical } from '../json/canonical.js';
import { decimal, digest, list, object, oneOf, type Reader, refuse, text } from '../json/shape.js';
import { envelopeLimit } from '../record/envelope.js';
import { statementLimit } from '../record/statement.js';

/** The longest bundle, in bytes. */
export const auditBundleLimit = 64 * 1_048_576;

/** One logged envelope with what proves it. */
export type AuditEntry = { envelope: string; keyStatement: string; receipt: string };

/** That the tree of `from` leaves is the beginning of the one under the bundle's checkpoint (RFC 6962). */
export type ConsistencyProof = {
  /** Decimal. */
  from: string;
  /** Hashes in base64url. */
  proof: string[];
};

/**
 * Everything that proves one agreement's record, for a verifier that knows only the fingerprint of the authority's
 * statement key: canonical JSON without anything that goes unchecked.
 */
export type AuditBundle = {
  /** Version 1 has no proofs of consistency, and needs the published log unless all its receipts are under one checkpoint. */
  version: '1' | '2';
  /** The trust bundle (JWS). */
  trust: string;
  agreement: Digest;
  /** Those released, as canonical text, in the order in which the entries first name them. */
  statements: string[];
  /** In the order of the log. */
  entries: AuditEntry[];
  /** The latest checkpoint (signed note) that whoever exports the bundle has verified. */
  checkpoint: string;
  /** Of version 2: for each size of a receipt's checkpoint below the bundle's, ascending; empty where the log was away. */
  consistency?: ConsistencyProof[];
};

const jws = text(envelopeLimit);

const hash = text(43, /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, '32 bytes in base64url');

const readMembers = object(
  {
    version: oneOf('1', '2'),
    trust: text(1_048_576),
    agreement: digest,
    statements: list(text(statementLimit), 10_000),
    entries: list(object({ envelope: jws, keyStatement: jws, receipt: text(524_288) }), 30_000),
    checkpoint: text(262_144),
  },
  { consistency: list(object({ from: decimal, proof: list(hash, 128) }), 30_000) },
);

const readBundle: Reader<AuditBundle> = (value, pointer) => {
  const bundle: AuditBundle = readMembers(value, pointer);
  if ((bundle.version === '2') !== (bundle.consistency !== undefined)) {
    refuse(`${pointer}/consistency`, 'proofs of consistency exactly in version 2', bundle.consistency);
  }
  return bundle;
};

/** The bytes of a bundle. */
export function auditBundleBytes(bundle: AuditBundle): Uint8Array {
  return Buffer.from(canonicalJson(bundle));
}

/** @throws EvidenceError TOO_LARGE, NOT_CANONICAL, SHAPE_INVALID */
export function parseAuditBundle(bytes: Uint8Array): AuditBundle {
  return readBundle(parseCanonical(bytes, auditBundleLimit), '');
}
