import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, type Peer, PeerChannel, type Role } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import { buildHead, type DatasetEntry, entryTree, type SignedHead, signHead } from '@causeway/evidence';
import { loadConfig, type Service, silentLogger } from '@causeway/platform';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { Broker, type causeway } from '@causeway/proto';
import { brokerConfig } from '../config.js';
import type { RegistrationMessage } from '../registry/registration.js';
import { startBroker } from '../service.js';

/** Entries of a publisher by their local names, with what is told of them. */
export type Told = Readonly<Record<string, Partial<DatasetEntry>>>;

/** A publisher with a real identity, signing what a test tells it to. */
export class Publisher {
  readonly identity: Identity;
  readonly #clock: ManualClock;
  sequence = 0;
  name: string | undefined;
  lifeMs = 300_000;

  constructor(identity: Identity, clock: ManualClock) {
    this.identity = identity;
    this.#clock = clock;
  }

  get id(): string {
    return this.identity.id;
  }

  get peer(): Peer {
    return { id: this.id, role: 'participant', fingerprint: '', notAfter: Number.MAX_SAFE_INTEGER };
  }

  entries(told: Told): DatasetEntry[] {
    return Object.entries(told).map(([local, about]) => ({
      version: '1',
      id: `${this.id}:${local}`,
      title: { en: local },
      keywords: [],
      formats: ['GrpcData-PULL'],
      ...about,
    }));
  }

  /** The next head over these entries. */
  async head(told: Told, changes: { sequence?: number; key?: Identity['signing'] } = {}): Promise<SignedHead> {
    const { entries, root } = entryTree(this.id, this.entries(told));
    this.sequence = changes.sequence ?? this.sequence + 1;
    const now = this.#clock.now();
    const head = buildHead({
      publisher: this.id,
      ...(this.name !== undefined && { name: this.name }),
      dsp: `https://${this.id.split(':').at(-1)}.example/dsp`,
      sequence: this.sequence,
      issued: now,
      expires: now + this.lifeMs,
      count: entries.length,
      root,
    });
    const key = changes.key ?? this.identity.signing;
    return { head: await signHead(head, key), keyStatement: key.keyStatement };
  }

  /** The messages of a registration. */
  async *messages(told: Told, signed?: SignedHead): AsyncGenerator<RegistrationMessage> {
    yield { head: signed ?? (await this.head(told)) };
    for (const entry of entryTree(this.id, this.entries(told)).entries) yield { entry };
  }
}

export interface Managed {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Space extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly trust: TestTrust;
  readonly broker: Identity;
  publisher(name: string): Promise<Publisher>;
  /** Starts the broker on the space's folder. */
  start(options?: Readonly<Record<string, string>>): Promise<Service>;
  /** What the operator asks of a started broker, with the key from its folder unless another is shown. */
  manage(service: Service, method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Managed>;
  /** A channel to a started broker. */
  channel(service: Service, identity: Identity): PeerChannel;
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'causeway-broker-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Making keys takes longer than most tests: spaces of one trust share the identities of their members. */
const made = new WeakMap<TestTrust, Map<string, Promise<Identity>>>();

function identityOf(trust: TestTrust, id: string, role: Role): Promise<Identity> {
  const known = made.get(trust) ?? new Map<string, Promise<Identity>>();
  made.set(trust, known);
  const identity = known.get(id) ?? trust.identity(id, role);
  known.set(id, identity);
  return identity;
}

/** A space with a broker to start, in a folder of its own; with its own members unless it shares a trust. */
export async function openSpace(shared?: TestTrust): Promise<Space> {
  const clock = new ManualClock();
  const trust = shared ?? (await testTrust({ clock }));
  const folder = await temporaryFolder();
  const broker = await identityOf(trust, 'urn:causeway:broker', 'broker');
  const closing: (() => Promise<void> | void)[] = [];
  return {
    clock,
    trust,
    broker,
    publisher: async (name) => new Publisher(await identityOf(trust, `urn:causeway:${name}`, 'participant'), clock),
    async start(flags = {}) {
      const config = await loadConfig(brokerConfig, {
        flags: { grpcPort: '0', httpsPort: '0', managementPort: '0', operationsPort: '0', ...flags },
      });
      const random = seededRandom(1);
      const service = await startBroker({
        config,
        identity: broker,
        folder: folder.path,
        clock,
        random,
        log: silentLogger,
      });
      closing.push(() => service.close());
      return service;
    },
    async manage(service, method, path, body, key) {
      const shown = key ?? (await readFile(join(folder.path, 'api.key'), 'utf8')).trim();
      const answer = await fetch(`http://127.0.0.1:${portOf(service, 'management')}${path}`, {
        method,
        headers: { authorization: `Bearer ${shown}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Managed['body'] };
    },
    channel(service, identity) {
      const address = `127.0.0.1:${portOf(service, 'broker')}`;
      const channel = new PeerChannel({ identity, address, expect: { id: broker.id, role: 'broker' }, clock });
      closing.push(() => channel.close());
      return channel;
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing.reverse()) await close();
      await folder.remove();
    },
  };
}

export function portOf(service: Service, name: string): number {
  const server = service.servers.find((each) => each.name === name);
  if (!server) throw new Error(`the service has no server named ${name}`);
  return server.port;
}

/** Registers over the wire. */
export async function register(channel: PeerChannel, publisher: Publisher, told: Told): Promise<number> {
  const requests: causeway.broker.v1.RegisterRequest.$Properties[] = [];
  for await (const message of publisher.messages(told)) requests.push(message);
  const { sequence } = await channel.clientStream(Broker.register, requests);
  return sequence;
}
