import type { Digest } from '../digest.js';
import { canonicalJson, parseCanonical } from '../json/canonical.js';
import { digest, list, object, oneOf, text } from '../json/shape.js';
import { envelopeLimit } from '../record/envelope.js';
import { statementLimit } from '../record/statement.js';

/** The longest bundle, in bytes. */
export const auditBundleLimit = 64 * 1_048_576;

/** One logged envelope with what proves it. */
export type AuditEntry = { envelope: string; keyStatement: string; receipt: string };

/**
 * Everything that proves one agreement's record, for a verifier that knows only the fingerprint of the authority's
 * statement key: canonical JSON without anything that goes unchecked.
 */
export type AuditBundle = {
  version: '1';
  /** The trust bundle (JWS). */
  trust: string;
  agreement: Digest;
  /** Those released, as canonical text, in the order in which the entries first name them. */
  statements: string[];
  /** In the order of the log. */
  entries: AuditEntry[];
  /** The latest checkpoint (signed note) that whoever exports the bundle has verified. */
  checkpoint: string;
};

const jws = text(envelopeLimit);

const readBundle = object({
  version: oneOf('1'),
  trust: text(1_048_576),
  agreement: digest,
  statements: list(text(statementLimit), 10_000),
  entries: list(object({ envelope: jws, keyStatement: jws, receipt: text(524_288) }), 30_000),
  checkpoint: text(262_144),
});

/** The bytes of a bundle. */
export function auditBundleBytes(bundle: AuditBundle): Uint8Array {
  return Buffer.from(canonicalJson(bundle));
}

/** @throws EvidenceError TOO_LARGE, NOT_CANONICAL, SHAPE_INVALID */
export function parseAuditBundle(bytes: Uint8Array): AuditBundle {
  return readBundle(parseCanonical(bytes, auditBundleLimit), '');
}
