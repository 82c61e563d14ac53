import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const deadlineMs = 60_000;

export interface Typed {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Types a command into a shell, and answers what it wrote and how it ended. */
export async function run(command: string, { cwd, env }: Typed): Promise<{ lines: string[]; code: number | null }> {
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  await once(child, 'close');
  clearTimeout(late);
  return { lines: text === '' ? [] : text.replace(/\n$/, '').split('\n'), code: child.exitCode };
}

/** A terminal in which a service runs. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #unread: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(command: string, { cwd, env }: Typed) {
    // A group of its own: the shell does not pass on what ends it.
    this.#child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    if (this.#child.stdout === null) throw new TypeError('expected the output of a terminal');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#unread.push(line);
      this.#wake();
    });
    this.#child.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The next lines, as they come; fewer when it ends before. */
  async lines(count: number, waitMs = deadlineMs): Promise<string[]> {
    const late = AbortSignal.timeout(waitMs);
    while (this.#unread.length < count && !this.#ended && !late.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return this.#unread.splice(0, count);
  }

  async close(): Promise<void> {
    const { pid } = this.#child;
    if (this.#ended || pid === undefined) return;
    const closed = once(this.#child, 'close');
    process.kill(-pid, 'SIGTERM');
    await closed;
  }
}
