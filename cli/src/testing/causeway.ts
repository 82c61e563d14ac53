import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The command as users run it, of the code last built. */
const bin = fileURLToPath(new URL('../../bin/causeway.mjs', import.meta.url));

const deadlineMs = 25_000;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, line by line, as JSON. */
  objects(): Readonly<Record<string, unknown>>[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input, all of it; none if left out. */
  readonly input?: string;
  /** Leave standard input open, for the caller to write and end. */
  readonly open?: boolean;
}

export function launch(args: readonly string[], { cwd, env, input, open = false }: RunOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [bin, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, LANG: 'C', ...env },
    stdio: [input === undefined && !open ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  if (!open) child.stdin?.end(input);
  return child;
}

/** Runs one command line to its end. */
export function causeway(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return ended(launch(args, options));
}

export async function ended(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const objects = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return { code, stdout, stderr, objects };
}

/** What a command that goes on printed first, as JSON. */
export async function firstEvent(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  if (!child.stdout) throw new TypeError('its output is not read');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** A service in a process of its own. */
export class Running implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(role: string, home: string): Promise<Running> {
    const child = spawn(process.execPath, [bin, role, '--home', home, '--log-level', 'silent', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstEvent(child);
    return new Running(child);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill('SIGTERM');
  }
}
