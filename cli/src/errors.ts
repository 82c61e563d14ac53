/** What the command line reports and exits with 1: said to a person, never with a stack trace. */
export type CliErrorCode =
  | 'USAGE'
  | 'HOME_MISSING'
  | 'HOME_TAKEN'
  | 'SERVICE_DOWN'
  | 'REFUSED'
  | 'TIMED_OUT'
  | 'UNREADABLE'
  | 'NOT_VERIFIED'
  | 'FAILED';

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  /** For `--json`: what a program would want to know beyond the message. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
