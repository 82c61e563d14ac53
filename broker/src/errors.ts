/** Every way in which a broker refuses; callers switch on it. The table of `serve/refusals.ts` maps each to both edges. */
export const brokerErrorCodes = [
  /** The head is not one of a publisher of this space, now; `data.reason` says which check failed. */
  'HEAD_REFUSED',
  /** The head names somebody else than the caller. */
  'NOT_PUBLISHER',
  /** A head of the same or a higher sequence is known; `data.sequence` names it. */
  'SEQUENCE_STALE',
  /** A heartbeat of a publisher, or over entries, that the broker does not hold: register again. */
  'NOT_REGISTERED',
  /** An entry is malformed, of somebody else, out of order, or one of too many or too few. */
  'ENTRIES_REFUSED',
  /** More, or larger, than this broker takes. */
  'TOO_LARGE',
  /** The messages of a registration came in the wrong order. */
  'MESSAGE_INVALID',
  /** The operator has to admit the caller first. */
  'ADMISSION_PENDING',
  /** The operator has rejected the caller; the message says why. */
  'ADMISSION_REJECTED',
  /** The operator has removed the caller; the message says why. */
  'PARTICIPANT_REMOVED',
  /** The operator wants what cannot follow on how a participant stands. */
  'STATE_INVALID',
  /** A registration took too long. */
  'REGISTRATION_LATE',
  /** The publisher has begun another registration since. */
  'REGISTRATION_SUPERSEDED',
  'QUERY_INVALID',
  'CURSOR_INVALID',
  'NOT_FOUND',
  /** Try again in a moment. */
  'BUSY',
] as const;
export type BrokerErrorCode = (typeof brokerErrorCodes)[number];

export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: BrokerErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: BrokerErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
