import { removeRunFile, type ServiceRole, writeRunFile } from '@causeway/cli';
import type { RunningServer, Service } from '@causeway/platform';
import { SpaceError } from '../errors.js';
import { portOptions } from '../processes/space.js';

/** Starts a service with these options, as strings. */
export type Starter = (flags: Readonly<Record<string, string>>) => Promise<Service>;

export interface HostedServiceOptions {
  readonly id: string;
  readonly role: ServiceRole;
  /** Its folder: the same as for a service in a process of its own, so that `causeway` commands find it. */
  readonly home: string;
  readonly start: Starter;
}

/** One service in this process. It may stop and start again over its folder, on the ports it had at first. */
export class HostedService {
  readonly id: string;
  readonly role: ServiceRole;
  readonly home: string;
  readonly #start: Starter;
  readonly #ports = new Map<string, number>();
  #service: Service | undefined;

  constructor({ id, role, home, start }: HostedServiceOptions) {
    this.id = id;
    this.role = role;
    this.home = home;
    this.#start = start;
  }

  get running(): boolean {
    return this.#service !== undefined;
  }

  get servers(): readonly RunningServer[] {
    return this.#service?.servers ?? [];
  }

  /** The port of the server of that name, also while the service is stopped. @throws SpaceError SERVICE_FAILED */
  port(name: string): number {
    const found = this.#ports.get(name);
    if (found === undefined)
      throw new SpaceError('SERVICE_FAILED', `the ${this.role} ${this.id} has no port "${name}"`);
    return found;
  }

  /** @param flags options that differ this time */
  async start(flags: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#service) throw new SpaceError('SERVICE_FAILED', `${this.id} runs already`);
    const service = await this.#start({ ...this.#portFlags(), ...flags });
    this.#service = service;
    const ports = service.servers.map(({ close: _close, ...port }) => port);
    for (const { name, port } of ports) if (!this.#ports.has(name)) this.#ports.set(name, port);
    const started = new Date().toISOString();
    await writeRunFile(this.home, { pid: process.pid, role: this.role, id: this.id, started, ports });
  }

  async stop(): Promise<void> {
    const service = this.#service;
    if (!service) return;
    this.#service = undefined;
    await removeRunFile(this.home);
    await service.close();
  }

  async restart(flags: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    await this.start(flags);
  }

  /** Resolves when it has nothing due; one that is stopped has nothing. */
  async idle(): Promise<void> {
    await this.#service?.idle();
  }

  /** Servers come in the order of the options that name their ports. */
  #portFlags(): Record<string, string> {
    const known = [...this.#ports.values()];
    return Object.fromEntries(portOptions[this.role].map((option, place) => [option, String(known[place] ?? 0)]));
  }
}
