import { CommanderError } from 'commander';
import { CliError, systemTrouble } from './errors.js';
import { printable } from './output.js';

interface Coded {
  readonly code?: unknown;
  readonly message?: string;
  readonly data?: unknown;
  /** Every mistake of a configuration. */
  readonly problems?: readonly string[];
}

/** Tells what went wrong, to a person on standard error or to a program on standard output; answers the exit code. */
export function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return misused(error, json);
  const { code, message, data, problems } = coded(systemTrouble(error) ?? error);
  if (json) print({ error: { code, message, ...(data && { data }), ...(problems && { problems }) } });
  else process.stderr.write(printable(`${code}: ${[message, ...mistakes(data, message)].join('\n  ')}\n`));
  return error instanceof CliError ? error.exitCode : 1;
}

/** Commander has told a person already. */
function misused(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return 0;
  const message = error.code === 'commander.help' ? 'expected a command; --help lists them' : error.message;
  if (json) print({ error: { code: 'USAGE', message: message.replace(/^error: /, '') } });
  return 2;
}

function coded(error: unknown): { code: string; message: string; data?: object; problems?: readonly string[] } {
  const { code, message, data, problems }: Coded = typeof error === 'object' && error !== null ? error : {};
  return {
    // Every error of a service names its code and says what to do; only a defect of ours has none.
    code: typeof code === 'string' ? code : 'FAILED',
    message: message || String(error),
    ...(typeof data === 'object' && data !== null && Object.keys(data).length > 0 && { data }),
    ...(problems && { problems }),
  };
}

/** The mistakes that a service found in what it was sent, each with its place; one alone is the message already. */
function mistakes(data: object | undefined, message: string): string[] {
  const { problem }: { problem?: { errors?: unknown } } = data ?? {};
  if (!Array.isArray(problem?.errors)) return [];
  const [first, ...others]: { detail?: string }[] = problem.errors;
  if (others.length === 0 && first?.detail !== undefined && message.includes(first.detail)) return [];
  return problem.errors.map(({ pointer, detail }: { pointer?: string; detail?: string }) => `${pointer}: ${detail}`);
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
