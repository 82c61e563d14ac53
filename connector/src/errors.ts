/** Every way a connector refuses or fails, for callers to switch on. */
export type ConnectorErrorCode =
  | 'UNAUTHENTICATED'
  | 'NOT_FOUND'
  | 'MESSAGE_INVALID'
  | 'STATE_INVALID'
  | 'MOVES_CROSSED'
  | 'FILTER_UNSUPPORTED'
  | 'POLICY_DENIED'
  | 'OFFER_EXCEEDED'
  | 'OFFER_UNKNOWN'
  | 'OFFER_EXPIRED'
  | 'POLICY_INVALID'
  | 'AGREEMENT_INVALID'
  | 'AGREEMENT_ENDED'
  | 'AGREEMENT_UNKNOWN'
  | 'EVIDENCE_PENDING'
  | 'EVIDENCE_INVALID'
  | 'LOG_DISTRUSTED'
  | 'SOURCE_UNREADABLE'
  | 'SOURCE_CHANGED'
  | 'SINK_UNWRITABLE'
  | 'SINK_EXISTS'
  | 'DIGEST_MISMATCH'
  | 'DUTY_VIOLATED'
  | 'DUTY_OVERDUE'
  | 'TRANSFER_NOT_STARTED'
  | 'TRANSFER_STOPPED'
  | 'TOKEN_INVALID'
  | 'PEER_UNREACHABLE'
  | 'PEER_UNKNOWN'
  | 'PEER_REFUSED'
  | 'ALREADY_EXISTS'
  | 'QUEUE_FULL'
  | 'REQUEST_INVALID'
  | 'OPERATOR'
  | 'OPERATOR_REFUSED'
  | 'CLASSIFICATION_FLOOR'
  | 'APPROVAL_REJECTED'
  | 'APPROVAL_EXPIRED';

export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ConnectorErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: ConnectorErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
