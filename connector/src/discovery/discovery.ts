import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Store } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Discovery, DiscoveryPage } from '../ports.js';
import type { Records } from '../records.js';
import { BrokerChannel } from './broker-channel.js';
import { BrokerReader, type Description } from './broker-reader.js';
import { listedEntries } from './listed.js';
import { Registrar, type RegistrationStatus } from './registrar.js';
import { SeenHeads } from './seen-heads.js';

export interface DiscoveryOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Logger;
  /** What people call us. */
  readonly name?: string;
  /** Our DSP base URL. */
  readonly dsp: () => string;
  /** `host:port` of our gRPC server. */
  readonly exchange?: () => string;
  /** Milliseconds between two heartbeats. Default 30,000. */
  readonly heartbeatMs?: number;
  /** Milliseconds for which a signed head is good. Default 300,000. */
  readonly headLifeMs?: number;
}

/** The broker's client: keeps registered what we list, and reads what others do. */
export class BrokerDiscovery implements Discovery {
  readonly #channel: BrokerChannel;
  readonly #seen: SeenHeads;
  readonly #reader: BrokerReader;
  readonly #registrar: Registrar;
  #unfit = '';

  constructor(options: DiscoveryOptions) {
    const { identity, store, records, clock, log } = options;
    this.#channel = new BrokerChannel(identity, clock);
    this.#seen = new SeenHeads(store, clock);
    const { authorities } = identity.trust;
    this.#reader = new BrokerReader({ channel: this.#channel, seen: this.#seen, clock, authorities });
    this.#registrar = new Registrar({
      ...options,
      channel: this.#channel,
      entries: async () => {
        const { entries, unfit } = await listedEntries(records, options.name);
        const names = unfit.map(({ dataset }) => dataset).join();
        if (names !== this.#unfit) log.warn({ unfit }, 'datasets are left out of what the broker lists');
        this.#unfit = names;
        return entries;
      },
    });
  }

  /** Registers what we list, now and from now on. */
  start(): void {
    this.#registrar.start();
  }

  /** How our listing stands with the broker. */
  get status(): RegistrationStatus {
    return this.#registrar.status;
  }

  changed(): void {
    this.#registrar.changed();
  }

  search(query: Parameters<Discovery['search']>[0]): Promise<DiscoveryPage> {
    return this.#reader.search(query);
  }

  resolve(dataset: string): Promise<DiscoveryPage> {
    return this.#reader.resolve(dataset);
  }

  describe(participant: string): Promise<Description> {
    return this.#reader.describe(participant);
  }

  async address(participant: string): Promise<string> {
    let cause: unknown;
    let why = 'the broker knows no such participant';
    try {
      const { participant: found, dropped } = await this.#reader.describe(participant);
      if (found) return found.address;
      why = dropped[0]?.reason.en ?? why;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      cause = error;
      if (error.code !== 'NOT_FOUND') why = error.message;
      // While the broker is away, what the participant signed lately still stands.
      const known = error.code === 'PEER_UNREACHABLE' ? await this.#seen.address(participant) : undefined;
      if (known !== undefined) return known;
    }
    throw new ConnectorError('PEER_UNKNOWN', `No address of ${participant} is known: ${why}`, { cause });
  }

  /** Stops registering, and tells the broker that we go. @throws ConnectorError */
  withdraw(): Promise<void> {
    return this.#registrar.withdraw();
  }

  idle(): Promise<void> {
    return this.#registrar.idle();
  }

  async close(): Promise<void> {
    await this.#registrar.close();
    this.#channel.close();
  }
}
