import type { Identity } from '@causeway/certs/peer';
import type { TestTrust } from '@causeway/certs/testing';
import { silentLogger } from '@causeway/platform';
import { type ManualClock, type TemporaryStore, temporaryStore } from '@causeway/platform/testing';
import { CatalogLedger } from '../../catalog/ledger.js';
import type { Dataset } from '../../model.js';
import { openRecords } from '../../records.js';
import { BrokerDiscovery } from '../discovery.js';

/** A participant with a store of its own and a discovery over it. */
export class Member implements AsyncDisposable {
  readonly identity: Identity;
  readonly #clock: ManualClock;
  readonly temporary: TemporaryStore;
  #discovery: BrokerDiscovery | undefined;

  private constructor(identity: Identity, clock: ManualClock, temporary: TemporaryStore) {
    this.identity = identity;
    this.#clock = clock;
    this.temporary = temporary;
  }

  /** Joins with a trust bundle that names the broker. */
  static async join(o: { trust: TestTrust; clock: ManualClock; name: string; broker: string }): Promise<Member> {
    const broker = { id: 'urn:causeway:broker', https: '', grpc: o.broker };
    const identity = await o.trust.identity(`urn:causeway:${o.name}`, 'participant', { services: { broker } });
    return new Member(identity, o.clock, await temporaryStore());
  }

  get id(): string {
    return this.identity.id;
  }

  get discovery(): BrokerDiscovery {
    const { identity } = this;
    const { store } = this.temporary;
    this.#discovery ??= new BrokerDiscovery({
      ...{ identity, store, records: openRecords(store), clock: this.#clock, log: silentLogger },
      dsp: () => `https://${identity.id.split(':').at(-1)}.example/dsp`,
    });
    return this.#discovery;
  }

  /** Puts a dataset into the catalog, and tells the discovery. */
  async put(local: string, changes: Partial<Dataset> = {}): Promise<void> {
    const { store } = this.temporary;
    const id = `${this.id}:${local}`;
    const dataset: Dataset = {
      id,
      title: { en: local },
      keywords: [],
      classification: 1,
      mediaType: 'text/csv',
      source: { kind: 'file', path: '/secret', version: `sha-256:${'0'.repeat(64)}`, bytes: 1, stamp: '' },
      offers: [],
      listed: true,
      created: 0,
      updated: 0,
      ...changes,
    };
    await new CatalogLedger(store, openRecords(store)).change(id, () => dataset);
    this.discovery.changed();
  }

  /** Registers what is listed, and waits until the broker was told. */
  async register(): Promise<void> {
    this.discovery.start();
    await this.discovery.idle();
  }

  /** As after a restart of the process. */
  async restart(): Promise<void> {
    await this.#discovery?.close();
    this.#discovery = undefined;
    await this.temporary.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discovery?.close();
    await this.temporary[Symbol.asyncDispose]();
  }
}
