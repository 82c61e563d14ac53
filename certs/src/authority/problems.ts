import { EvidenceError } from '@causeway/evidence';
import { HttpProblem, PlatformError } from '@causeway/platform';
import { TrustError, type TrustErrorCode } from '../peer/errors.js';

const statuses: Partial<Record<TrustErrorCode, number>> = {
  PEER_MISSING: 401,
  PEER_UNTRUSTED: 401,
  PEER_EXPIRED: 401,
  PEER_MALFORMED: 401,
  CODE_REFUSED: 403,
  TOKEN_REFUSED: 403,
  ROLE_REFUSED: 403,
  ADDRESS_REFUSED: 403,
  NOT_FOUND: 404,
  ID_TAKEN: 409,
  ENROLMENT_PENDING: 409,
  ENROLMENT_DECIDED: 409,
  PROOF_INVALID: 422,
  KEY_REFUSED: 422,
  ENROLMENT_REFUSED: 422,
  ATTRIBUTES_REFUSED: 422,
  BUSY: 503,
};

/** The errors of the authority as its two HTTP edges tell them. */
export function authorityProblem(error: unknown): HttpProblem | undefined {
  if (error instanceof PlatformError && error.code === 'CURSOR_INVALID') {
    return new HttpProblem(400, error.code, error.message, { cause: error });
  }
  // What the operator entered does not fit into a bundle.
  if (error instanceof EvidenceError) return new HttpProblem(422, error.code, error.message, { cause: error });
  if (!(error instanceof TrustError)) return undefined;
  const status = statuses[error.code];
  return status === undefined ? undefined : new HttpProblem(status, error.code, error.message, { cause: error });
}
