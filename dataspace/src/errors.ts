export type SpaceErrorCode =
  | 'COMMAND_FAILED'
  | 'SERVICE_FAILED'
  | 'FINGERPRINT_DIFFERS'
  | 'INTERRUPTED'
  | 'SPACE_BUSY'
  | 'TIMED_OUT';

/** A space on this machine could not be brought up or driven. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError';
  readonly code: SpaceErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: SpaceErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
