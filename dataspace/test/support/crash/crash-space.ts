import { type Identity, loadIdentity, type PeerResponse, peerRequest, type Role } from '@causeway/certs/peer';
import { type Api, homePaths, openApi } from '@causeway/cli';
import { type ServiceProcess, Space } from '@causeway/dataspace';
import { TcpProxy } from '../tcp-proxy.js';

export const serviceNames = ['authority', 'broker', 'clearing-house', 'provider', 'consumer'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Every connection between two services goes through one of these: whose port, under which option, served by what. */
const wires = {
  authority: { of: 'authority', option: 'port', server: 'enrolment' },
  broker: { of: 'broker', option: 'grpcPort', server: 'broker' },
  'clearing-house': { of: 'clearing-house', option: 'grpcPort', server: 'clearing-house' },
  log: { of: 'clearing-house', option: 'httpsPort', server: 'log' },
  provider: { of: 'provider', option: 'dspPort', server: 'dsp' },
  consumer: { of: 'consumer', option: 'dspPort', server: 'dsp' },
  exchange: { of: 'provider', option: 'exchangePort', server: 'exchange' },
} as const satisfies Record<string, { of: ServiceName; option: string; server: string }>;

export type Wire = keyof typeof wires;
const wireNames = Object.keys(wires) as Wire[];

const firms = [
  { name: 'provider', title: 'Provider' },
  { name: 'consumer', title: 'Consumer' },
];

const settings: Readonly<Record<string, Record<string, string>>> = {
  // Tokens are asked for again before each message: every message depends on the authority being there.
  authority: { rsaBits: '2048', tokenValidity: '60s' },
  provider: { heartbeat: '1s' },
};

/** A space of real processes with a proxy in front of every port that another service uses. */
export class CrashSpace implements AsyncDisposable {
  readonly space: Space;
  readonly #proxies: ReadonlyMap<Wire, TcpProxy>;
  #identity: Promise<Identity> | undefined;

  private constructor(space: Space, proxies: ReadonlyMap<Wire, TcpProxy>) {
    this.space = space;
    this.#proxies = proxies;
  }

  /** Makes the homes under `folder`, enrols everybody and starts everything. */
  static async open(folder: string): Promise<CrashSpace> {
    const proxies = new Map<Wire, TcpProxy>();
    for (const wire of wireNames) proxies.set(wire, await TcpProxy.listen());
    const space = new Space({
      folder,
      firms,
      progress: (name) => crashSpace.#aim(name as ServiceName),
      // A service that comes back may listen elsewhere: its proxies stay where they are.
      settings: async (name, ports) => ({
        ...Object.fromEntries(Object.keys(ports).map((option) => [option, '0'])),
        ...settings[name],
      }),
    });
    const crashSpace = new CrashSpace(space, proxies);
    for (const name of serviceNames) {
      const own = wireNames.filter((wire) => wires[wire].of === name);
      const ports = own.map((wire) => [wires[wire].option, crashSpace.wire(wire).port] as const);
      space.announceAs(crashSpace.service(name), Object.fromEntries(ports));
    }
    try {
      await space.start();
    } catch (error) {
      await crashSpace[Symbol.asyncDispose]();
      throw error;
    }
    return crashSpace;
  }

  wire(name: Wire): TcpProxy {
    const proxy = this.#proxies.get(name);
    if (!proxy) throw new TypeError(`there is no wire ${name}`);
    return proxy;
  }

  service(name: ServiceName): ServiceProcess {
    if (name === 'authority') return this.space.authority;
    if (name === 'broker') return this.space.broker;
    if (name === 'clearing-house') return this.space.clearingHouse;
    return this.space.connector(name);
  }

  id(name: ServiceName): string {
    return `urn:causeway:${name}`;
  }

  api(name: 'provider' | 'consumer'): Promise<Api> {
    return openApi(this.service(name).home);
  }

  /** The services that do not run. */
  get down(): readonly ServiceName[] {
    return serviceNames.filter((name) => !this.service(name).ours);
  }

  /** Kills these at once, and with them what every wire holds; then the wires are open again. */
  async kill(victims: readonly ServiceName[]): Promise<void> {
    await Promise.all(victims.map((name) => this.service(name).stop('SIGKILL')));
    for (const wire of wireNames) {
      const proxy = this.wire(wire);
      if (victims.includes(wires[wire].of) || proxy.holds('request') || proxy.holds('answer')) proxy.cut();
      proxy.slow(Number.POSITIVE_INFINITY);
      proxy.release();
    }
  }

  /** Starts these again from the same homes. */
  async restart(victims: readonly ServiceName[]): Promise<void> {
    await Promise.all(
      victims.map(async (name) => {
        await this.service(name).start();
        this.#aim(name);
      }),
    );
  }

  /** Asks a service itself, by no proxy; as the consumer, or as nobody where no certificate is needed. */
  async ask(name: ServiceName, role: Role, server: string, path: string, as?: 'consumer'): Promise<PeerResponse> {
    this.#identity ??= loadIdentity(homePaths(this.service('consumer').home).identity);
    const identity = await this.#identity;
    return peerRequest({
      identity: as === undefined ? { roots: identity.roots } : identity,
      url: `https://127.0.0.1:${this.service(name).port(server)}${path}`,
      expect: { id: this.id(name), role },
      method: 'GET',
      timeoutMs: 10_000,
      maxBytes: 1_048_576,
    });
  }

  /** Leaves under the published checkpoint. */
  async logSize(): Promise<number> {
    const { status, body } = await this.ask('clearing-house', 'clearing-house', 'log', '/checkpoint');
    // The log publishes nothing before its first leaf.
    return status === 200 ? Number(body.split('\n')[1]) : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies.values()) proxy.release();
    await this.space.stop();
    for (const proxy of this.#proxies.values()) await proxy[Symbol.asyncDispose]();
  }

  #aim(name: ServiceName): void {
    for (const wire of wireNames) {
      const { of, server } = wires[wire];
      if (of === name) this.wire(wire).aim({ host: '127.0.0.1', port: this.service(name).port(server) });
    }
  }
}
