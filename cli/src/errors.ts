/** What the command line reports: said to a person, never with a stack trace. */
export type CliErrorCode =
  | 'USAGE'
  | 'HOME_MISSING'
  | 'HOME_TAKEN'
  | 'SERVICE_DOWN'
  | 'SPACE_INCOMPLETE'
  | 'AUTHORITY_DOWN'
  | 'REFUSED'
  | 'TIMED_OUT'
  | 'INTERRUPTED'
  | 'UNREADABLE'
  | 'UNWRITABLE'
  | 'TARGET_EXISTS'
  | 'NOT_VERIFIED'
  | 'LINE_MALFORMED'
  | 'LINE_TOO_LONG'
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

  /** 2: a mistake in the command line, which the same command repeats; 1: refused or failed. */
  get exitCode(): 1 | 2 {
    return this.code === 'USAGE' ? 2 : 1;
  }
}

const causes: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'files may not become so large',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
};

const advice: Readonly<Record<string, string>> = {
  EACCES: 'Let the user that runs this command own it.',
  EPERM: 'Let the user that runs this command own it.',
  EROFS: 'Name a folder on a disk that can be written.',
  ENOSPC: 'Make room, then give the same command again.',
  EDQUOT: 'Make room, then give the same command again.',
  EFBIG: 'Raise the limit of file sizes, or make room, then give the same command again.',
  EMFILE: 'Raise the limit of open files.',
};

/** A refusal of the system that nobody has put in words yet, in words; other errors are none of this. */
export function systemTrouble(error: unknown): CliError | undefined {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return undefined;
  const what = 'path' in error ? String(error.path) : 'What this command needs';
  const toDo = advice[String(error.code)] ?? 'Look whether it is there and may be used.';
  const message = `${what} cannot be read or written: ${fileTrouble(error)}. ${toDo}`;
  return new CliError('FAILED', message, { cause: error });
}

/** Why the system refused a file, in words, with its own code behind them. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const words = code === undefined ? undefined : causes[code];
  return words ? `${words} (${code})` : (code ?? message ?? 'for an unknown reason');
}
