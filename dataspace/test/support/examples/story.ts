import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { commandLine, createOutput } from '@causeway/cli';
import { causewayBin, freePorts, portOptions } from '@causeway/dataspace';

export type Answer = Readonly<Record<string, unknown>>;

const deadlineMs = 60_000;

/** Every command but those that only hold others, and those of `policy`, which read lines. */
export function commandsWithExamples(): string[] {
  const all = (command: ReturnType<typeof commandLine>, path: readonly string[]): string[] =>
    command.commands.flatMap((child) => {
      const here = [...path, child.name()];
      return [here.join(' '), ...all(child, here)];
    });
  return all(commandLine(createOutput(true)), []).filter((name) => !/^(?:audit|operator|policy( .*)?)$/.test(name));
}

/** What a command printed, one object a line. */
export interface Told {
  readonly code: number | null;
  readonly answers: readonly Answer[];
  readonly stderr: string;
}

/**
 * Runs the examples of `--help` in one folder, as the story of a data space that grows: each with what it calls `sha-256:5e02…` and
 * the like put in, and with `--json`.
 */
export class Story implements AsyncDisposable {
  readonly folder: string;
  /** The commands whose example was run. */
  readonly ran = new Set<string>();
  readonly #check: (command: string, answer: Answer) => void;
  readonly #services: ChildProcess[] = [];

  constructor(folder: string, check: (command: string, answer: Answer) => void) {
    this.folder = folder;
    this.#check = check;
  }

  /** The example of a command to its end. */
  async run(command: string, put: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<Answer> {
    const { code, answers, stderr } = await this.told(command, put, ...more);
    if (code === 0 && answers.length > 0) return answers.at(-1) as Answer;
    throw new Error(`causeway ${command} ended with ${code}: ${JSON.stringify(answers)} ${stderr}`);
  }

  async told(command: string, put: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<Told> {
    const child = await this.#spawn(command, put, more);
    return ended(child, (answer) => this.#check(command, answer));
  }

  /** The example of a command that goes on; answers what it prints first, and its end. */
  async begin(
    command: string,
    put: Readonly<Record<string, string>> = {},
    ...more: string[]
  ): Promise<{ first: Answer; end: Promise<Told> }> {
    const child = await this.#spawn(command, put, more);
    let end: Promise<Told> | undefined;
    const first = await new Promise<Answer>((resolve, reject) => {
      end = ended(child, (answer) => {
        this.#check(command, answer);
        resolve(answer);
      });
      end.then((told) => reject(new Error(`causeway ${command} printed nothing: ${told.stderr}`)), reject);
    });
    if (!end) throw new TypeError('it never began');
    if ('error' in first) throw new Error(`causeway ${command}: ${JSON.stringify(first)}`);
    this.#services.push(child);
    return { first, end };
  }

  /** Ports nobody uses, as options of a service of this role. */
  async ports(role: keyof typeof portOptions): Promise<string[]> {
    const free = await freePorts(portOptions[role].length);
    return portOptions[role].flatMap((option, place) => ['--set', `${option}=${free[place]}`]);
  }

  async stop(home: string): Promise<void> {
    const service = this.#services.find(({ spawnargs }) => spawnargs.includes(home) && !spawnargs.includes('join'));
    if (service) await end(service);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The authority last: the others tell nobody that they end, but ask it for tokens until then.
    for (const service of this.#services.reverse()) await end(service);
  }

  async #spawn(command: string, put: Readonly<Record<string, string>>, more: readonly string[]): Promise<ChildProcess> {
    const args = await this.#example(command, put);
    this.ran.add(command);
    return this.#launch([...args, ...more, '--json']);
  }

  /** The words of the example, as a shell would give them. */
  async #example(command: string, put: Readonly<Record<string, string>>): Promise<string[]> {
    const { stdout } = this.#launch([...command.split(' '), '--help']);
    let help = '';
    for await (const text of stdout ?? []) help += String(text);
    const example = help.split('\nExample:\n')[1]?.replaceAll('\\\n', ' ') ?? '';
    const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    if (words.shift() !== 'causeway') throw new Error(`causeway ${command} --help shows no example`);
    return words.map((word) => put[word] ?? word);
  }

  #launch(args: readonly string[]): ChildProcess {
    const env = { ...process.env, LANG: 'C' };
    return spawn(process.execPath, [causewayBin, ...args], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

async function ended(child: ChildProcess, each: (answer: Answer) => void): Promise<Told> {
  const answers: Answer[] = [];
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-10_000);
  });
  const trouble: unknown[] = [];
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
    try {
      const answer = JSON.parse(line) as Answer;
      answers.push(answer);
      each(answer);
    } catch (error) {
      trouble.push(error);
    }
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (trouble.length > 0) throw trouble[0];
  return { code, answers, stderr };
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const exit = once(service, 'exit', { signal: AbortSignal.timeout(deadlineMs) });
  service.kill('SIGTERM');
  await exit;
}
