import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import {
  type Clock,
  createMetrics,
  type LevelStore,
  openLevelStore,
  type Random,
  type Store,
  silentLogger,
  type Write,
} from '@causeway/platform';
import type { Publication } from '../catalog/publication.js';
import { Publisher } from '../catalog/publish.js';
import type { Decider } from '../control.js';
import { type ControlPlane, controlPlane } from '../control-plane.js';
import { dspApp } from '../dsp/router.js';
import { type ConnectorEvents, connectorEvents } from '../events.js';
import type { Dataset, JsonObject, Negotiation, Transfer } from '../model.js';
import type { DspIdentity, DspTransport, FactsFor, StoreChecked } from '../ports.js';
import { openRecords, type Records } from '../records.js';
import { QueuedEvidence, RecordingDataPlane } from './doubles.js';

export interface PartyOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly dspIdentity: DspIdentity;
  readonly transport: DspTransport;
  readonly decider?: Decider;
  readonly unsigned?: 'refuse' | 'mark';
  readonly processesPerPeer?: number;
  readonly factsFor?: FactsFor;
  readonly checked?: StoreChecked;
  /** The store as this party sees it: what a test breaks on purpose. */
  readonly through?: (store: Store) => Store;
}

/** One connector's control plane over a real store that can be torn away and opened again. */
export class Party implements AsyncDisposable {
  readonly id: string;
  readonly dataPlane = new RecordingDataPlane();
  /** Set once its server listens. */
  dspBase = '';
  readonly #options: PartyOptions;
  readonly #folder: string;
  #store: LevelStore;
  #records!: Records;
  #evidence!: QueuedEvidence;
  #plane!: ControlPlane;
  #events!: ConnectorEvents;
  #publisher!: Publisher;
  #app: RequestListener | undefined;
  #gone: Promise<void> = Promise.resolve();

  private constructor(options: PartyOptions, folder: string, store: LevelStore) {
    this.#options = options;
    this.#folder = folder;
    this.#store = store;
    this.id = options.identity.id;
  }

  static async open(options: PartyOptions): Promise<Party> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-party-'));
    const party = new Party(options, folder, await openLevelStore({ path: join(folder, 'store') }));
    party.#wire();
    return party;
  }

  /** To be given to a server, once: it follows restarts, and answers nothing while the party is down. */
  readonly listener: RequestListener = (request, response) => {
    if (this.#app === undefined) request.socket.destroy();
    else this.#app(request, response);
  };

  get plane(): ControlPlane {
    return this.#plane;
  }

  get store(): LevelStore {
    return this.#store;
  }

  get events(): ConnectorEvents {
    return this.#events;
  }

  get records(): Records {
    return this.#records;
  }

  get evidence(): QueuedEvidence {
    return this.#evidence;
  }

  async start(): Promise<void> {
    await this.#plane.queue.start();
    this.#plane.approvals.start();
    await this.#plane.resume();
  }

  /** The process dies: whatever is not in the store is gone. `restart` waits until it is. */
  vanish(): void {
    this.#app = undefined;
    const { queue, approvals, usage } = this.#plane;
    this.#gone = this.#store.close().then(async () => {
      await usage.close();
      await queue.stop();
      await approvals.close();
    });
  }

  async restart(): Promise<void> {
    await this.#gone;
    this.#store = await openLevelStore({ path: join(this.#folder, 'store') });
    this.#wire();
    await this.start();
  }

  async publish(
    name: string,
    offers: NonNullable<Publication['offers']>,
    more: Pick<Publication, 'classification'> = {},
  ): Promise<Dataset> {
    const file = join(this.#folder, `${name}.csv`);
    await writeFile(file, `data of ${name}\n`);
    return this.#publisher.publish(name, { file, title: { en: name }, offers, ...more });
  }

  /** Puts records into the store as they are. */
  async save(writes: readonly Write[]): Promise<void> {
    await this.#store.commit({ writes });
  }

  /** Asks `provider` for the first offer of a dataset. */
  async negotiate(request: string, provider: Party, dataset: Dataset, offer?: JsonObject): Promise<Negotiation> {
    const wanted = offer ?? dataset.offers[0]?.policy ?? {};
    const address = provider.dspBase;
    const asked = { request, provider: provider.id, address, dataset: dataset.id, offer: wanted };
    return (await this.#plane.negotiations.request(asked)).record;
  }

  async negotiation(request: string): Promise<Negotiation> {
    const found = await this.#records.pids.get('negotiation', 'request', request);
    const record = found && (await this.#records.negotiations.get(found.value.pid));
    if (!record) throw new Error(`no negotiation ${request}`);
    return record.value;
  }

  async all(): Promise<{ negotiations: Negotiation[]; transfers: Transfer[] }> {
    const [negotiations, transfers] = [[] as Negotiation[], [] as Transfer[]];
    for await (const { value } of this.#records.negotiations.all()) negotiations.push(value);
    for await (const { value } of this.#records.transfers.all()) transfers.push(value);
    return { negotiations, transfers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#app = undefined;
    await this.#gone;
    await this.#plane.usage.close();
    await this.#plane.queue.stop();
    await this.#plane.approvals.close();
    await this.#store.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #wire(): void {
    const {
      identity,
      clock,
      random,
      transport,
      dspIdentity,
      decider,
      unsigned = 'refuse',
      processesPerPeer = 1_000,
      factsFor,
      checked,
      through = (whole: Store) => whole,
    } = this.#options;
    const store = through(this.#store);
    const events = connectorEvents(silentLogger, createMetrics('test'));
    this.#events = events;
    const records = openRecords(store);
    this.#records = records;
    this.#evidence = new QueuedEvidence(store);
    this.#publisher = new Publisher({ store, records, clock, events, self: this.id, changed: () => undefined });
    this.#plane = controlPlane({
      ...{ identity, store, records, clock, random, events, transport, unsigned, processesPerPeer, log: silentLogger },
      evidence: this.#evidence,
      dataPlane: () => this.dataPlane,
      dspBase: () => this.dspBase,
      ...(decider === undefined ? {} : { decider }),
      ...(factsFor === undefined ? {} : { factsFor }),
      ...(checked === undefined ? {} : { checked }),
    });
    this.#app = dspApp({ ...this.#plane, identity: dspIdentity, events });
  }
}

/** Lets both parties work until neither has anything to do, moving time on for retries. */
export async function settle(
  clock: { advance(ms: number): Promise<void> },
  ...parties: readonly Party[]
): Promise<void> {
  for (let round = 0; round < 500; round++) {
    // What one does may give the other something to do: the clock moves on only when nothing is under way anywhere.
    while (!(await Promise.all(parties.map(isIdle))).every(Boolean)) {
      for (const party of parties) await whileBusy(party);
    }
    if (parties.every((party) => party.plane.queue.backlog().depth === 0)) return;
    await clock.advance(30_000);
  }
  throw new Error('the parties do not come to rest');
}

async function whileBusy({ plane }: Party): Promise<void> {
  await plane.usage.idle();
  await plane.queue.idle();
}

async function isIdle(party: Party): Promise<boolean> {
  const now = new Promise<false>((resolve) => {
    setImmediate(() => resolve(false));
  });
  return Promise.race([whileBusy(party).then(() => true), now]);
}
