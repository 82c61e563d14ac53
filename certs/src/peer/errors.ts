/** What went wrong between this service and a peer, its own identity, or the authority. */
export type TrustErrorCode =
  | 'PEER_MISSING'
  | 'PEER_UNTRUSTED'
  | 'PEER_EXPIRED'
  | 'PEER_MALFORMED'
  | 'PEER_UNEXPECTED'
  | 'PEER_UNREACHABLE'
  | 'PEER_TIMEOUT'
  | 'ROLE_REFUSED'
  | 'RESPONSE_TOO_LARGE'
  | 'TOKEN_MISSING'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REFUSED'
  | 'IDENTITY_MISSING'
  | 'IDENTITY_INVALID'
  | 'TRUST_INVALID'
  | 'TRUST_ROLLED_BACK'
  | 'INVITATION_INVALID'
  | 'ENROLMENT_REFUSED'
  | 'ENROLMENT_REJECTED'
  | 'CODE_REFUSED'
  | 'PROOF_INVALID'
  | 'KEY_REFUSED'
  | 'ID_TAKEN'
  | 'ENROLMENT_PENDING'
  | 'ENROLMENT_DECIDED'
  | 'ATTRIBUTES_REFUSED'
  | 'ADDRESS_REFUSED'
  | 'NOT_FOUND'
  | 'BUSY'
  | 'SERVICE_INCOMPLETE';

/** The one error of this package. `cause` is for the log and never travels. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly code: TrustErrorCode;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: TrustErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data;
  }
}
