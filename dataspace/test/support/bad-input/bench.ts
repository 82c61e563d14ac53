import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bootSpace, causewayBin, type HostedFirm, type HostedSpace } from '@causeway/dataspace';
import { systemClock } from '@causeway/platform';
import type { Ran } from '../causeway.js';

const deadlineMs = 40_000;
const portOptions = ['dspPort', 'exchangePort', 'dataPort', 'managementPort', 'operationsPort'];
const anyPort = Object.fromEntries(portOptions.map((option) => [option, '0']));

export interface Spawning {
  readonly env?: Readonly<Record<string, string>>;
  /** Of another user of the machine; only root may. */
  readonly uid?: number;
  /** Bytes a file may have at most, as when the disk ends there. */
  readonly fileLimit?: number;
}

/** One mistake or misfortune: what is done, and what has to be said. */
export interface BadInput {
  readonly what: string;
  /** Exit code; 1 unless told. */
  readonly code?: 1 | 2;
  /** What the message says of what came and what to do. */
  readonly says: readonly (string | RegExp)[];
  /** What of a transfer that goes on may lie among the work. */
  readonly keeps?: RegExp;
  /** Why it cannot be shown on this machine. */
  skip?(): Promise<string | undefined>;
  /** Prepares, and answers the command to give. */
  run(bench: Bench): Promise<() => Promise<Ran>>;
  /** Puts everything right again. */
  undo?(bench: Bench): Promise<void>;
}

/** A space in this process with a provider, a consumer, and a third firm whose connector is run as a process. */
export class Bench implements AsyncDisposable {
  readonly space: HostedSpace;
  /** Where commands read and write. */
  readonly work: string;
  #served: ChildProcess | undefined;

  private constructor(space: HostedSpace, work: string) {
    this.space = space;
    this.work = work;
  }

  static async open(): Promise<Bench> {
    const firms = ['oem', 'hydraulics', 'steel'];
    const space = await bootSpace({
      firms,
      settings: { connector: { ...anyPort, headLife: '5m', evidenceWait: '1s' } },
    });
    const bench = new Bench(space, await mkdtemp(join(space.folder, 'work-')));
    await bench.publish('oem', 'orders', 'part,count\nXG-4021-07,3\n');
    await bench.publish('steel', 'melts', 'melt,grade\n1,Q355\n');
    await space.settle();
    await bench.firm('steel').stop();
    return bench;
  }

  get oem(): HostedFirm {
    return this.firm('oem');
  }

  get hydraulics(): HostedFirm {
    return this.firm('hydraulics');
  }

  firm(name: string): HostedFirm {
    return this.space.firm(name);
  }

  /** A file among the work of this bench. */
  at(...parts: string[]): string {
    return join(this.work, ...parts);
  }

  async file(name: string, content: string | Uint8Array = 'part,count\n'): Promise<string> {
    await writeFile(this.at(name), content);
    return this.at(name);
  }

  async folder(name: string): Promise<string> {
    await mkdir(this.at(name), { recursive: true });
    return this.at(name);
  }

  /** A dataset that every member may have. */
  async publish(firm: string, name: string, content: string | Uint8Array): Promise<string> {
    const file = await this.file(`${name}.csv`, content);
    const offers = [{ terms: { assignees: ['*'] } }];
    const body = { file, title: { en: name }, listed: true, offers };
    await this.firm(firm).send('PUT', `/management/v1/datasets/${name}`, body);
    return file;
  }

  /** The digest of a new agreement of the consumer on a dataset of the provider. */
  async agree(dataset: string): Promise<string> {
    const { stdout } = await this.causeway(['request', dataset, '--home', this.hydraulics.home, '--json']);
    return String((JSON.parse(stdout) as { agreement?: string }).agreement);
  }

  /** Runs `causeway ARGS` to its end. */
  async causeway(args: readonly string[], spawning: Spawning = {}): Promise<Ran> {
    const child = launch(args, spawning);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  /** Runs the third firm's connector as a process, on the ports it was registered with, until {@link stop}. */
  async serve(spawning: Spawning = {}, home = this.firm('steel').home): Promise<void> {
    const names = ['dsp', 'exchange', 'data', 'management', 'operations'];
    const ports = names.map((name, place) => `${portOptions[place]}=${this.firm('steel').port(name)}`);
    const set = ports.flatMap((port) => ['--set', port]);
    const child = launch(['connector', '--home', home, '--json', '--log-level', 'silent', ...set], spawning);
    this.#served = child;
    child.stderr?.resume();
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
    child.stdout?.resume();
  }

  /** Ends what {@link serve} started. */
  async stop(): Promise<void> {
    const child = this.#served;
    this.#served = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  /** Waits until something holds, at most half a minute. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries += 1) {
      if (tries === 300) throw new Error('waited in vain');
      await systemClock.sleep(100);
    }
  }

  /** Every file and folder that a command could have left half made. What services write in their stores is theirs. */
  async tree(): Promise<string[]> {
    const entries = await readdir(this.space.folder, { recursive: true, withFileTypes: true });
    return entries
      .map((entry) => relative(this.space.folder, join(entry.parentPath, entry.name)))
      .filter((path) => !/(^|\/)(store|tiles)(\/|$)|run\.json/.test(path))
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.space.close();
  }
}

function launch(args: readonly string[], { env, uid, fileLimit }: Spawning): ChildProcess {
  const node = [process.execPath, causewayBin, ...args];
  // A shell takes the limit in blocks of 512 bytes, and Node would die of the signal if it were not ignored.
  const limited = `trap '' XFSZ; ulimit -f ${Math.ceil((fileLimit ?? 0) / 512)}; exec "$@"`;
  const [command = '', ...rest] = fileLimit === undefined ? node : ['sh', '-c', limited, 'sh', ...node];
  return spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'C', ...env },
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
    ...(uid !== undefined && { uid, gid: uid }),
  });
}
