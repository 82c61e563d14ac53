import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerConfig, startBroker } from '@causeway/broker';
import { type Authority, authorityConfig, startAuthority } from '@causeway/certs/authority';
import { type Identity, refreshTrust } from '@causeway/certs/peer';
import { clearingHouseConfig, createLogKey, startClearingHouse } from '@causeway/clearing-house';
import { createHome, homePaths, type ServiceRole } from '@causeway/cli';
import { connectorConfig, startConnector } from '@causeway/connector';
import {
  type Clock,
  Lifecycle,
  type Logger,
  loadConfig,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from '@causeway/platform';
import { SpaceError } from '../errors.js';
import { enrolled } from './enrolled.js';
import { HostedFirm } from './hosted-firm.js';
import { HostedService, type Starter } from './hosted-service.js';
import { settled } from './settle.js';

export interface BootOptions {
  /** Names of the firms; each is the last part of an id. */
  readonly firms: readonly string[];
  /** Names of auditors, who have a home and no service. */
  readonly auditors?: readonly string[];
  /** The machine's unless given. Certificates are judged by the machine's clock in any case: start near its time. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Where the homes are made. A temporary folder that goes when the space is closed, unless given. */
  readonly folder?: string;
  readonly log?: Logger;
  /** Options of the services that differ from their defaults, by role. */
  readonly settings?: Partial<Record<ServiceRole, Readonly<Record<string, string>>>>;
}

/** A whole data space in this process, on ports the system chose, over real TLS, gRPC, stores and files. */
export class HostedSpace implements AsyncDisposable {
  readonly folder: string;
  readonly #hosts: Hosts;
  readonly #lifecycle: Lifecycle;

  constructor(hosts: Hosts, folder: string, lifecycle: Lifecycle) {
    this.#hosts = hosts;
    this.folder = folder;
    this.#lifecycle = lifecycle;
  }

  get authority(): HostedService {
    return this.#hosts.get('authority');
  }

  get broker(): HostedService {
    return this.#hosts.get('broker');
  }

  get clearingHouse(): HostedService {
    return this.#hosts.get('clearing-house');
  }

  /** @throws SpaceError SERVICE_FAILED when there is no such firm */
  firm(name: string): HostedFirm {
    const found = this.#hosts.get(name);
    if (found instanceof HostedFirm) return found;
    throw new SpaceError('SERVICE_FAILED', `there is no firm "${name}" in this space`);
  }

  /** Fingerprint of the authority's statement key: what an auditor pins. */
  get pin(): string {
    return this.#hosts.pin;
  }

  /** What a broker, a clearing house or a firm proves itself with; for tests that take its place. */
  identityOf(name: string): Identity {
    return this.#hosts.identityOf(name);
  }

  /**
   * Waits until every service that runs is idle. What waits for its time on the clock is idle; the opening of a stream that
   * waits for the log is not: with a clock that stands still it must be advanced.
   */
  settle(): Promise<void> {
    return settled(() => this.#hosts.all);
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Boots authority, broker, clearing house and a connector for each firm, enrolled as firms are: by invitation, proof of
 * keys and an operator's approval. It returns when all of them are idle.
 *
 * @example
 * await using space = await bootSpace({ firms: ['oem', 'hydraulics'] });
 * await space.firm('oem').send('PUT', '/management/v1/datasets/orders', { file, title: { en: 'Orders' } });
 * await space.settle();
 */
export async function bootSpace(options: BootOptions): Promise<HostedSpace> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'causeway-space-')));
  const lifecycle = new Lifecycle({ deadlineMs: 30_000 });
  if (options.folder === undefined) lifecycle.defer('folder', () => rm(folder, { recursive: true, force: true }));
  try {
    const hosts = new Hosts(options, folder, lifecycle);
    await hosts.startAuthority();
    // One after the other: what each draws from the random source is the same at every boot.
    await hosts.host('broker', 'broker');
    await hosts.host('clearing-house', 'clearing-house');
    await hosts.announce();
    for (const firm of options.firms) await hosts.host(firm, 'connector');
    for (const auditor of options.auditors ?? []) await hosts.admit(auditor);
    const space = new HostedSpace(hosts, folder, lifecycle);
    await space.settle();
    return space;
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

type Enrolled = Exclude<ServiceRole, 'authority'>;

/** The services by name, and how each is started. */
class Hosts {
  readonly #options: BootOptions;
  readonly #folder: string;
  readonly #lifecycle: Lifecycle;
  readonly #system: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  readonly #services = new Map<string, HostedService>();
  readonly #identities = new Map<string, Identity>();
  #authority: Authority | undefined;
  #vkey = '';

  constructor(options: BootOptions, folder: string, lifecycle: Lifecycle) {
    const { clock = systemClock, random = systemRandom, log = silentLogger } = options;
    this.#options = options;
    this.#folder = folder;
    this.#lifecycle = lifecycle;
    this.#system = { clock, random, log };
  }

  get all(): readonly HostedService[] {
    return [...this.#services.values()];
  }

  get pin(): string {
    return this.#admitted().statementKey;
  }

  get(name: string): HostedService {
    const found = this.#services.get(name);
    if (found) return found;
    throw new SpaceError('SERVICE_FAILED', `there is no service "${name}" in this space`);
  }

  identityOf(name: string): Identity {
    const found = this.#identities.get(name);
    if (found) return found;
    throw new SpaceError('SERVICE_FAILED', `"${name}" has no identity of its own in this space`);
  }

  async startAuthority(): Promise<void> {
    const folder = join(this.#folder, 'authority');
    await this.#add('authority', 'urn:causeway:authority', 'authority', async (flags) => {
      const config = await loadConfig(authorityConfig, { flags: { rsaBits: '2048', ...flags } });
      this.#authority = await startAuthority({ ...this.#system, config, folder });
      return this.#authority;
    });
  }

  /** Enrols an auditor. */
  async admit(name: string): Promise<void> {
    const folder = join(this.#folder, name);
    const { clock, random } = this.#system;
    const identity = await enrolled({
      ...{ authority: this.#admitted(), clock, random, id: `urn:causeway:${name}`, name, role: 'auditor' },
      folder: homePaths(folder).identity,
    });
    this.#identities.set(name, identity);
    await createHome({ folder, role: 'auditor' }, {});
  }

  /** Enrols and starts a service. */
  async host(name: string, role: Enrolled): Promise<void> {
    const folder = join(this.#folder, name);
    const identityFolder = homePaths(folder).identity;
    const id = `urn:causeway:${name}`;
    const { clock, random } = this.#system;
    const identity = await enrolled({
      ...{ authority: this.#admitted(), clock, random, id, name, folder: identityFolder },
      role: role === 'connector' ? 'participant' : role,
    });
    this.#identities.set(name, identity);
    if (role === 'clearing-house') this.#vkey = (await createLogKey(folder, id)).vkey;
    await this.#add(name, id, role, async (flags) => {
      const trusting = await refreshTrust({ identity: this.identityOf(name), folder: identityFolder, clock });
      this.#identities.set(name, trusting);
      return this.#serve(role, { ...this.#system, identity: trusting, folder }, flags);
    });
  }

  /** Tells everybody who enrols from now on where broker and clearing house are. */
  async announce(): Promise<void> {
    const [broker, log] = [this.get('broker'), this.get('clearing-house')];
    await this.#admitted().admin.setServices({
      broker: {
        id: broker.id,
        https: `https://127.0.0.1:${broker.port('broker-reads')}`,
        grpc: `127.0.0.1:${broker.port('broker')}`,
      },
      clearingHouse: {
        id: log.id,
        https: `https://127.0.0.1:${log.port('log')}`,
        grpc: `127.0.0.1:${log.port('clearing-house')}`,
        origin: log.id,
        vkey: this.#vkey,
      },
    });
  }

  async #serve(
    role: Enrolled,
    options: { clock: Clock; random: Random; log: Logger; identity: Identity; folder: string },
    flags: Record<string, string>,
  ) {
    if (role === 'broker') return startBroker({ ...options, config: await loadConfig(brokerConfig, { flags }) });
    if (role === 'connector') {
      return startConnector({ ...options, config: await loadConfig(connectorConfig, { flags }) });
    }
    return startClearingHouse({ ...options, config: await loadConfig(clearingHouseConfig, { flags }) });
  }

  async #add(name: string, id: string, role: ServiceRole, start: Starter): Promise<void> {
    const home = join(this.#folder, name);
    const Hosted = role === 'connector' ? HostedFirm : HostedService;
    const settings = this.#options.settings?.[role] ?? {};
    const service = new Hosted({ id, role, home, start: (flags) => start({ ...settings, ...flags }) });
    await createHome({ folder: home, role }, settings);
    this.#services.set(name, service);
    this.#lifecycle.defer(name, () => service.stop());
    await service.start();
  }

  #admitted(): Authority {
    if (this.#authority) return this.#authority;
    throw new SpaceError('SERVICE_FAILED', 'the authority of this space has not started');
  }
}
