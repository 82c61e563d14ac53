import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type HomeRole, homePaths, type ServiceRole } from '@causeway/cli';
import { writeFileAtomic } from '@causeway/platform';
import { SpaceError } from '../errors.js';
import { runCommand, startCommand } from './command.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface Firm {
  /** Name of its folder, and the last part of its id. */
  readonly name: string;
  readonly title: string;
}

export interface SpaceOptions {
  readonly folder: string;
  readonly firms: readonly Firm[];
  /** Each gets a home and no service. */
  readonly auditors?: readonly Firm[];
  /** Told as each step is done. */
  readonly progress?: (step: string) => void;
  /** Asked once for each new home. */
  readonly settings?: (name: string, ports: Readonly<Record<string, number>>) => Promise<Record<string, string>>;
}

/** The options that name ports, by role. */
export const portOptions: Readonly<Record<ServiceRole, readonly string[]>> = {
  authority: ['port', 'adminPort', 'operationsPort'],
  broker: ['grpcPort', 'httpsPort', 'managementPort', 'operationsPort'],
  'clearing-house': ['grpcPort', 'httpsPort', 'operationsPort'],
  connector: ['dspPort', 'exchangePort', 'dataPort', 'managementPort', 'operationsPort'],
};

/** The options by which a service itself says where others reach a port; the trust bundle says it of the others'. */
const publicOptions: Readonly<Partial<Record<ServiceRole, Readonly<Record<string, string>>>>> = {
  authority: { port: 'publicPort' },
  connector: { dspPort: 'dspPublicPort', exchangePort: 'exchangePublicPort', dataPort: 'dataPublicPort' },
};

interface Entrant extends Firm {
  readonly home: string;
  readonly role: HomeRole;
  /** What is started once it has joined; an auditor runs nothing. */
  readonly service?: ServiceProcess;
}

const portsOf = ({ service }: Entrant): number => (service ? portOptions[service.role].length : 0);

function entrant(service: ServiceProcess, { name, title }: Firm): Entrant {
  return { name, title, service, home: service.home, role: service.role };
}

/**
 * A data space on this machine: authority, broker, clearing house and a connector a firm, each a process of its own with a home
 * under `folder`. Everything is done by the `causeway` command, as people on separate machines would.
 */
export class Space implements AsyncDisposable {
  readonly authority: ServiceProcess;
  readonly broker: ServiceProcess;
  readonly clearingHouse: ServiceProcess;
  readonly connectors: ReadonlyMap<string, ServiceProcess>;
  readonly #options: SpaceOptions;
  /** What others are told instead of the served ports, by home and option. */
  readonly #public = new Map<string, Readonly<Record<string, number>>>();

  constructor(options: SpaceOptions) {
    const home = (name: string) => join(options.folder, name);
    this.#options = options;
    this.authority = new ServiceProcess(home('authority'), 'authority');
    this.broker = new ServiceProcess(home('broker'), 'broker');
    this.clearingHouse = new ServiceProcess(home('clearing-house'), 'clearing-house');
    this.connectors = new Map(options.firms.map(({ name }) => [name, new ServiceProcess(home(name), 'connector')]));
  }

  get services(): readonly ServiceProcess[] {
    return [this.authority, this.broker, this.clearingHouse, ...this.connectors.values()];
  }

  connector(name: string): ServiceProcess {
    const found = this.connectors.get(name);
    if (!found) throw new SpaceError('SERVICE_FAILED', `there is no firm "${name}" in this space`);
    return found;
  }

  /** The home of an auditor. */
  auditor(name: string): string {
    return join(this.#options.folder, name);
  }

  /** Starts what does not run; makes and enrols what does not exist yet. */
  async start(): Promise<void> {
    const { progress = () => undefined, firms, auditors = [] } = this.#options;
    if (!existsSync(homePaths(this.authority.home).home)) {
      await runCommand(
        'init',
        '--home',
        this.authority.home,
        '--space',
        'demo',
        ...(await this.#set('authority', this.authority, await freePorts(portOptions.authority.length))),
      );
    }
    await this.authority.start();
    progress('authority');
    await this.#enter(
      [this.broker, this.clearingHouse].map((service) => entrant(service, { name: service.role, title: service.role })),
    );
    // Once a firm has joined, it was done; a start that was stopped before did it perhaps, and again does no harm.
    if (![...this.connectors.values()].some(({ home }) => existsSync(homePaths(home).home))) await this.#announce();
    await this.#enter([
      ...firms.map((firm) => entrant(this.connector(firm.name), firm)),
      ...auditors.map((auditor): Entrant => ({ ...auditor, home: this.auditor(auditor.name), role: 'auditor' })),
    ]);
  }

  /** Lets these join and start, all at once: most of it is the making of keys. */
  async #enter(entrants: readonly Entrant[]): Promise<void> {
    const { progress = () => undefined } = this.#options;
    // Taken together, while none of them listens yet: no two get the same.
    const ports = await freePorts(entrants.reduce((sum, entrant) => sum + portsOf(entrant), 0));
    const entered = await Promise.allSettled(
      entrants.map(async (entrant) => {
        await this.#join(entrant, ports.splice(0, portsOf(entrant)));
        await entrant.service?.start();
        if (entrant.service) progress(entrant.name);
      }),
    );
    // Only now: whoever stops the space knows of every service that was being started.
    for (const one of entered) if (one.status === 'rejected') throw one.reason;
  }

  /** Stops what this object started. */
  async stop(): Promise<void> {
    await Promise.all([...this.connectors.values()].map((service) => service.stop()));
    await Promise.all([this.broker, this.clearingHouse].map((service) => service.stop()));
    await this.authority.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Invitation, enrolment, comparing fingerprints, approval: what two people do by telephone. */
  async #join({ service, name, title, home, role }: Entrant, ports: readonly number[]): Promise<void> {
    if (existsSync(homePaths(home).home)) return;
    const paper = join(this.#options.folder, `${name}.invitation`);
    // Kept until it has served: a start that was stopped in the middle goes on with the same enrolment.
    if (!existsSync(paper)) {
      const { invitation } = await runCommand<{ invitation: string }>(
        ...['authority', 'invite', title, '--id', `urn:causeway:${name}`, '--home', this.authority.home],
        ...['--role', role === 'connector' ? 'participant' : role],
      );
      await writeFileAtomic(paper, invitation);
    }
    const invitation = await readFile(paper, 'utf8');
    const called = role === 'connector' ? ['--set', `name=${title}`] : [];
    const set = service ? [...(await this.#set(name, service, ports)), ...called] : [];
    const joining = startCommand(['join', invitation, '--home', home, ...set]);
    const { value: first } = await joining.events.next();
    if (first?.event === 'waiting') await this.#approve(first as { enrolment: string; keyFingerprint: string });
    await joining.result;
    await rm(paper);
  }

  async #approve({ enrolment, keyFingerprint }: { enrolment: string; keyFingerprint: string }): Promise<void> {
    const pending = await runCommand<{ items: { id: string; keyFingerprint: string }[] }>(
      ...['authority', 'pending', '--home', this.authority.home],
    );
    const seen = pending.items.find(({ id }) => id === enrolment);
    // Decided already, by a start that was stopped afterwards.
    if (!seen) return;
    if (seen.keyFingerprint !== keyFingerprint) {
      throw new SpaceError(
        'FINGERPRINT_DIFFERS',
        `the operator sees the key ${seen.keyFingerprint}, who joins shows ${keyFingerprint}`,
      );
    }
    await runCommand('authority', 'approve', enrolment, '--home', this.authority.home);
  }

  async #announce(): Promise<void> {
    const { broker, clearingHouse } = this;
    const vkey = (await readFile(join(clearingHouse.home, 'log.vkey'), 'utf8')).trim();
    const at = (service: ServiceProcess, name: string, port: string) =>
      `localhost:${this.#public.get(service.home)?.[port] ?? service.port(name)}`;
    await runCommand(
      ...['authority', 'services', '--home', this.authority.home, '--vkey', vkey],
      ...['--broker-id', broker.run.id],
      ...['--broker-https', `https://${at(broker, 'broker-reads', 'httpsPort')}`],
      ...['--broker-grpc', at(broker, 'broker', 'grpcPort')],
      ...['--clearing-house-id', clearingHouse.run.id],
      ...['--clearing-house-https', `https://${at(clearingHouse, 'log', 'httpsPort')}`],
      ...['--clearing-house-grpc', at(clearingHouse, 'clearing-house', 'grpcPort')],
    );
  }

  /**
   * Others reach these ports of a service, by the options that name them, through other ones on this machine, such as a
   * proxy's. Before the home is made only.
   *
   * @example space.announceAs(space.connector('oem'), { dspPort: proxy.port });
   */
  announceAs(service: ServiceProcess, ports: Readonly<Record<string, number>>): void {
    this.#public.set(service.home, ports);
  }

  async #set(name: string, { role, home }: ServiceProcess, free: readonly number[]): Promise<string[]> {
    const ports = Object.fromEntries(portOptions[role].map((option, place) => [option, free[place] ?? 0]));
    const announced = Object.entries(this.#public.get(home) ?? {}).flatMap(([option, port]) => {
      const named = publicOptions[role]?.[option];
      return named === undefined ? [] : [[named, String(port)]];
    });
    const settings = { ...ports, ...Object.fromEntries(announced), ...(await this.#options.settings?.(name, ports)) };
    return Object.entries(settings).flatMap(([option, value]) => ['--set', `${option}=${value}`]);
  }
}
