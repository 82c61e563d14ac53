import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SpaceError } from '../errors.js';

/** The command line as a user runs it. */
export const causewayBin = fileURLToPath(new URL('../../../cli/bin/causeway.mjs', import.meta.url));

const maxErrorText = 4_096;

export interface RunningCommand {
  readonly process: ChildProcess;
  /** The JSON objects it prints, as they come. */
  readonly events: AsyncIterator<Readonly<Record<string, unknown>>>;
  /** Resolves with the last object when it exits with 0. @throws SpaceError COMMAND_FAILED */
  readonly result: Promise<Readonly<Record<string, unknown>>>;
}

/** Runs `causeway ARGS --json` in a process of its own. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = process.env): RunningCommand {
  const child = spawn(process.execPath, [causewayBin, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const seen: Readonly<Record<string, unknown>>[] = [];
  const waiting: (() => void)[] = [];
  let ended = false;
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(JSON.parse(line) as Readonly<Record<string, unknown>>);
    wake();
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-maxErrorText);
  });
  const result = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      ended = true;
      wake();
      const last = seen.at(-1);
      if (code === 0) return resolve(last ?? {});
      const error = last?.error as { code: string; message: string; data?: object } | undefined;
      const shown = error ? `${error.code}: ${error.message}` : complaint || `exit code ${code}`;
      reject(
        new SpaceError('COMMAND_FAILED', `causeway ${nameOf(args)}: ${shown}`, {
          data: { args, code, error },
        }),
      );
    });
  });
  // Whoever reads only the events hears of a failure by their end.
  result.catch(() => undefined);
  async function* events() {
    for (let next = 0; ; ) {
      const event = seen[next];
      if (event) {
        next += 1;
        yield event;
      } else if (ended) return;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  return { process: child, events: events(), result };
}

/** The command's name, without what it was given: an invitation holds a secret. */
function nameOf([command = '', subcommand = '']: readonly string[]): string {
  return ['authority', 'audit'].includes(command) && !subcommand.startsWith('-') ? `${command} ${subcommand}` : command;
}

/** Runs one command to its end. @throws SpaceError COMMAND_FAILED with what it reported */
export function runCommand<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<T> {
  return startCommand(args).result as Promise<T>;
}
