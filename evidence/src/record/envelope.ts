import { type Digest, digestOf } from '../digest.js';
import { EvidenceError } from '../errors.js';
import { decimal, digest, identifier, list, object, oneOf, type Reader, refuse } from '../json/shape.js';
import { readJson, signJson, verifySigned } from '../jws/signed-json.js';
import type { SigningKey } from '../jws/signing-key.js';
import { type AuthorityKeys, type VerifiedKey, validAt, verifyKeyStatement } from '../trust/key-statement.js';
import { type Statement, statementTypes } from './statement.js';

const typ = 'causeway-envelope+jws';

/** The longest envelope, in bytes of JWS. */
export const envelopeLimit = 65_536;

/** Who may see a record. */
export type Parties = {
  provider: string;
  consumer: string;
  /** Sorted, each once. */
  auditors: string[];
};

/** Layer 2 of the evidence: one party's signature on a statement, shown to the clearing house, which learns no more. */
export type Envelope = {
  version: '1';
  type: Statement['type'];
  /** Id of the statement. */
  statement: Digest;
  /** Id of the agreement statement. */
  agreement: Digest;
  /** Decimal: the signer's own count of envelopes under this agreement: 1 on the agreement itself, then on without a gap. */
  sequence: string;
  signer: string;
  /** Exactly on an agreement's envelope. */
  parties?: Parties;
};

const readMembers = object(
  {
    version: oneOf('1'),
    type: oneOf(...statementTypes),
    statement: digest,
    agreement: digest,
    sequence: decimal,
    signer: identifier,
  },
  { parties: object({ provider: identifier, consumer: identifier, auditors: list(identifier, 100) }) },
);

const readMembersOf: Reader<Envelope> = (value, pointer) => {
  const envelope: Envelope = readMembers(value, pointer);
  const { type, parties, signer } = envelope;
  if ((envelope.sequence === '1') !== (type === 'agreement') || envelope.sequence === '0') {
    refuse(
      `${pointer}/sequence`,
      'sequence number 1 on the agreement, and higher ones on what follows',
      envelope.sequence,
    );
  }
  if (type !== 'agreement') {
    if (parties) refuse(`${pointer}/parties`, `no parties on the envelope of a ${type}`, parties);
    return envelope;
  }
  if (!parties) return refuse(`${pointer}/parties`, 'the parties on the envelope of an agreement', undefined);
  if (envelope.statement !== envelope.agreement) {
    refuse(`${pointer}/agreement`, 'the id of the agreement statement itself', envelope.agreement);
  }
  if (parties.auditors.some((each, index, all) => index > 0 && each <= (all[index - 1] ?? ''))) {
    refuse(`${pointer}/parties/auditors`, 'auditors sorted, each once', parties.auditors);
  }
  if (signer !== parties.provider && signer !== parties.consumer) {
    refuse(`${pointer}/signer`, 'the provider or the consumer', signer);
  }
  return envelope;
};

/** @throws EvidenceError SHAPE_INVALID when the envelope is not one a reader would accept */
export async function signEnvelope(envelope: Envelope, key: SigningKey): Promise<string> {
  readMembersOf(envelope, '');
  return signJson(typ, envelope, key);
}

/**
 * Reads an envelope without verifying it: shape and canonical form only.
 *
 * @throws EvidenceError TOO_LARGE, JWS_INVALID, NOT_CANONICAL, SHAPE_INVALID
 */
export function readEnvelope(jws: string): { envelope: Envelope; kid: string } {
  const { kid, payload } = readJson(jws, typ, envelopeLimit);
  return { envelope: readMembersOf(payload, ''), kid };
}

/**
 * Verifies that a participant signed an envelope, by the authority's statement for its key.
 *
 * @param options.at when it was signed (or is submitted), in milliseconds: the key must be valid then
 * @throws EvidenceError of {@link verifyKeyStatement} and {@link verifyEnvelopeBy}
 */
export async function verifyEnvelope(
  jws: string,
  keyStatement: string,
  authorities: AuthorityKeys,
  options: { at?: number } = {},
): Promise<Envelope> {
  return verifyEnvelopeBy(jws, await verifyKeyStatement(keyStatement, authorities), options);
}

/**
 * Verifies that this key signed an envelope, and that it is its signer's to sign with.
 *
 * @throws EvidenceError KEY_MISMATCH, KEY_EXPIRED, SIGNATURE_INVALID, and those of {@link readEnvelope}
 */
export async function verifyEnvelopeBy(
  jws: string,
  key: VerifiedKey,
  options: { at?: number } = {},
): Promise<Envelope> {
  const signed = readJson(jws, typ, envelopeLimit);
  const envelope = readMembersOf(signed.payload, '');
  if (key.use !== 'signing' || key.role !== 'participant') {
    throw new EvidenceError('KEY_MISMATCH', `expected a participant's signing key, got a ${key.role}'s ${key.use} key`);
  }
  if (key.participant !== envelope.signer) {
    throw new EvidenceError('KEY_MISMATCH', `expected a key of ${envelope.signer}, got one of ${key.participant}`);
  }
  if (options.at !== undefined && !validAt(key, options.at)) {
    const at = new Date(options.at).toISOString();
    throw new EvidenceError(
      'KEY_EXPIRED',
      `expected a key valid at ${at}, got one of ${key.notBefore} to ${key.notAfter}`,
    );
  }
  await verifySigned(signed, key.publicKey);
  return envelope;
}

/** The identity of a signed envelope: the digest of its bytes. What the log is idempotent by. */
export function envelopeDigest(jws: string): Digest {
  return digestOf(jws);
}
