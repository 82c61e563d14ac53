import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RunFile, readRunFile, type ServiceRole } from '@causeway/cli';
import { SpaceError } from '../errors.js';
import { causewayBin } from './command.js';

const startDeadlineMs = 60_000;
const stopDeadlineMs = 20_000;

/** One service of a space on this machine, as a process of its own. */
export class ServiceProcess {
  readonly home: string;
  readonly role: ServiceRole;
  #child: ChildProcess | undefined;
  #run: RunFile | undefined;

  constructor(home: string, role: ServiceRole) {
    this.home = home;
    this.role = role;
  }

  /** Who it is and where it listens. @throws SpaceError SERVICE_FAILED when it does not run */
  get run(): RunFile {
    if (!this.#run) throw new SpaceError('SERVICE_FAILED', `the service of ${this.home} does not run`);
    return this.#run;
  }

  port(name: string): number {
    const found = this.run.ports.find((port) => port.name === name);
    if (!found) throw new SpaceError('SERVICE_FAILED', `the service of ${this.home} has no port "${name}"`);
    return found.port;
  }

  /** Starts it, unless it runs already, in another process of somebody else's even. Its log goes to `service.log`. */
  async start(): Promise<void> {
    const running = readRunFile(this.home);
    if (running) {
      this.#run = running;
      return;
    }
    const log = openSync(join(this.home, 'service.log'), 'a', 0o600);
    const child = spawn(process.execPath, [causewayBin, this.role, '--home', this.home, '--json'], {
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#child = child;
    const first = Promise.race([
      once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line'),
      once(child, 'exit').then(() => undefined),
      once(AbortSignal.timeout(startDeadlineMs), 'abort').then(() => undefined),
    ]);
    const line = (await first)?.[0] as string | undefined;
    const event = line ? (JSON.parse(line) as { event?: string; error?: { code: string; message: string } }) : {};
    if (event.event !== 'running') {
      child.kill('SIGKILL');
      const why = event.error ? `${event.error.code}: ${event.error.message}` : this.#lastWords();
      throw new SpaceError('SERVICE_FAILED', `the ${this.role} of ${this.home} did not start: ${why}`);
    }
    this.#run = readRunFile(this.home);
  }

  /** Whether this object started it: what somebody else started is left running. */
  get ours(): boolean {
    return this.#child !== undefined;
  }

  /** Asks it to end and waits; `SIGKILL` takes effect at any instant. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#run = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
    await exit;
    clearTimeout(late);
  }

  /** Peak resident memory so far in MiB, where /proc tells it. */
  peakRssMiB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.run.pid}/status`, 'utf8');
      const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kib === undefined ? undefined : Math.round((Number(kib) / 1_024) * 10) / 10;
    } catch {
      return undefined;
    }
  }

  #lastWords(): string {
    return readFileSync(join(this.home, 'service.log'), 'utf8').trim().split('\n').slice(-3).join(' | ') || 'no reason';
  }
}
