import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, servePeerGrpc, servePeerHttps } from '@causeway/certs/peer';
import {
  type Clock,
  type LevelStore,
  openLevelStore,
  type RunningServer,
  silentLogger,
  systemClock,
  systemRandom,
} from '@causeway/platform';
import { type Duties, openDuties } from '../../duties/duties.js';
import type { TermsOf } from '../../duties/terms.js';
import { type ClearingLog, openEvidenceLog } from '../../logging/evidence-log.js';
import type { Transfer } from '../../model.js';
import { openRecords, type Records } from '../../records.js';
import { type DataPlaneOptions, type Exchanges, openDataPlane } from '../data-plane.js';
import { dataOpenRoutes } from '../http-provider.js';
import { ControlDouble } from './control-double.js';

export type NodeOptions = Partial<
  Pick<DataPlaneOptions, 'tokenMs' | 'evidenceWaitMs' | 'streams' | 'attest' | 'tokens' | 'openData'>
> & {
  readonly clock?: Clock;
  readonly termsOf?: TermsOf;
};

/** The data plane and the evidence lane of one connector, real, over a store that can be closed and opened again. */
export class NodeDouble implements AsyncDisposable {
  readonly identity: Identity;
  readonly folder: string;
  readonly #options: NodeOptions;
  #port = 0;
  #dataPort = 0;
  #server: RunningServer | undefined;
  #data: RunningServer | undefined;
  store!: LevelStore;
  records!: Records;
  control!: ControlDouble;
  evidence!: ClearingLog;
  duties!: Duties;
  plane!: Exchanges;

  private constructor(identity: Identity, folder: string, options: NodeOptions) {
    this.identity = identity;
    this.folder = folder;
    this.#options = options;
  }

  static async start(identity: Identity, options: NodeOptions = {}): Promise<NodeDouble> {
    const node = new NodeDouble(identity, await mkdtemp(join(tmpdir(), 'causeway-node-')), options);
    await node.up();
    return node;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** What the addresses of its data over HTTPS begin with. */
  get dataRoot(): string {
    return `https://127.0.0.1:${this.#dataPort}`;
  }

  async up(): Promise<void> {
    const { clock = systemClock, termsOf, ...limits } = this.#options;
    const { identity } = this;
    this.store = await openLevelStore({ path: join(this.folder, 'store') });
    this.records = openRecords(this.store);
    this.control = new ControlDouble(this.store, this.records);
    const shared = { identity, records: this.records, clock, random: systemRandom, log: silentLogger };
    this.evidence = openEvidenceLog({ ...shared, store: this.store });
    await this.evidence.start();
    this.duties = openDuties({
      ...shared,
      store: this.store,
      evidence: this.evidence,
      ...(termsOf && { termsOf }),
    });
    await this.duties.start();
    this.plane = openDataPlane({
      ...shared,
      ...limits,
      control: this.control,
      evidence: this.evidence,
      duties: this.duties,
      endpoint: () => this.address,
      dataRoot: () => this.dataRoot,
    });
    this.#server = await servePeerGrpc({
      ...{ identity, clock, host: '127.0.0.1', port: this.#port, log: silentLogger },
      services: [this.plane.service],
    });
    this.#port = this.#server.port;
    this.#data = await servePeerHttps({
      ...{ identity, clock, host: '127.0.0.1', port: this.#dataPort, log: silentLogger },
      ...{ app: this.plane.data, open: dataOpenRoutes },
    });
    this.#dataPort = this.#data.port;
  }

  async down(): Promise<void> {
    await this.plane.close();
    await this.duties.close();
    await this.#server?.close();
    await this.#data?.close();
    await this.evidence.close();
    await this.store.close();
  }

  async restart(): Promise<void> {
    await this.down();
    await this.up();
  }

  async transfer(pid: string): Promise<Transfer> {
    const stored = await this.records.transfers.get(pid);
    if (!stored) throw new Error(`there is no transfer ${pid}`);
    return stored.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }
}
