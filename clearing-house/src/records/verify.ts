import {
  type AuthorityKeys,
  EvidenceError,
  envelopeDigest,
  type VerifiedKey,
  verifyEnvelopeBy,
  verifyKeyStatement,
} from '@causeway/evidence';
import { type Refusal, type RefusalCode, refusal } from '../errors.js';
import type { VerifiedSubmission } from './plan.js';
import { isParty } from './record.js';

/** What came over the channel: the peer is proven, everything else is its word. */
export interface Submission {
  readonly envelope: string;
  readonly keyStatement: string;
  /** The channel's peer. */
  readonly submitter: string;
}

/** Bounds of a submission in bytes; longer ones are refused unread. */
export const submissionLimits = { envelope: 32_768, keyStatement: 8_192 } as const;

/** Judges what can be judged without the store: size, shape, parties, key statement, signature. */
export class Verifier {
  readonly #authorities: AuthorityKeys;

  /** @param authorities the authority's statement keys, from the trust bundle: never from a submitter */
  constructor(authorities: AuthorityKeys) {
    this.#authorities = authorities;
  }

  async verify(submission: Submission): Promise<VerifiedSubmission | Refusal> {
    const { envelope, keyStatement, submitter } = submission;
    if (envelope.length > submissionLimits.envelope || keyStatement.length > submissionLimits.keyStatement) {
      return refusal('TOO_LARGE');
    }
    try {
      const key = await this.#key(keyStatement);
      const claims = await verifyEnvelopeBy(envelope, key);
      if (!Number.isSafeInteger(Number(claims.sequence))) {
        return refusal('ENVELOPE_MALFORMED', 'its sequence number is beyond any count');
      }
      if (claims.parties && !isParty(claims.parties, submitter)) return refusal('NOT_A_PARTY');
      return {
        ...submission,
        digest: envelopeDigest(envelope),
        claims,
        notBefore: Date.parse(key.notBefore),
        notAfter: Date.parse(key.notAfter),
      };
    } catch (error) {
      if (error instanceof EvidenceError) return refusal(refusalOf(error));
      throw error;
    }
  }

  async #key(keyStatement: string): Promise<VerifiedKey> {
    try {
      return await verifyKeyStatement(keyStatement, this.#authorities);
    } catch (error) {
      // Whatever is wrong with it, the key is not one we know; SIGNATURE_INVALID speaks of the envelope alone.
      if (error instanceof EvidenceError) throw new EvidenceError('KEY_UNKNOWN', error.message, { cause: error });
      throw error;
    }
  }
}

function refusalOf({ code }: EvidenceError): RefusalCode {
  switch (code) {
    case 'TOO_LARGE':
    case 'SIGNATURE_INVALID':
      return code;
    case 'KEY_UNKNOWN':
    case 'KEY_MISMATCH':
    case 'KEY_EXPIRED':
      return 'KEY_UNKNOWN';
    default:
      return 'ENVELOPE_MALFORMED';
  }
}
