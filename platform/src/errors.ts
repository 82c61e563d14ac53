/** Every way in which this package fails. Callers switch on `code`; the message is for people. */
export type PlatformErrorCode =
  | 'API_KEY_INVALID'
  | 'CLOSE_FAILED'
  | 'CONFIG_INVALID'
  | 'CURSOR_INVALID'
  | 'LISTEN_FAILED'
  | 'OUTBOX_BUSY'
  | 'OUTBOX_FULL'
  | 'PORT_IN_USE'
  | StoreErrorCode;

export type StoreErrorCode =
  | 'STORE_BUSY'
  | 'STORE_CLOSED'
  | 'STORE_DAMAGED'
  | 'STORE_FAILED'
  | 'STORE_LOCKED'
  | 'STORE_NEWER'
  | 'STORE_OLDER'
  | 'STORE_TOO_LARGE';

export interface ErrorOptions {
  readonly cause?: unknown;
  readonly data?: unknown;
}

export class PlatformError extends Error {
  override readonly name: string = 'PlatformError';
  readonly code: PlatformErrorCode;
  readonly data?: unknown;

  constructor(code: PlatformErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.data !== undefined) this.data = options.data;
  }
}

/** What a store engine throws; a conflict is never thrown, it is a value (`CommitResult`). */
export class StoreError extends PlatformError {
  override readonly name = 'StoreError';
  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Every mistake of a configuration at once, one readable line each, in `problems`. */
export class ConfigError extends PlatformError {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('CONFIG_INVALID', `The configuration has ${problems.length} mistake(s):\n- ${problems.join('\n- ')}`);
    this.problems = problems;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` that Node and this package put on their errors, if there is one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
