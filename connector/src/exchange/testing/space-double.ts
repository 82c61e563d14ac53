import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '@causeway/certs/peer';
import { type TestTrust, testTrust } from '@causeway/certs/testing';
import {
  type AgreementStatement,
  type Digest,
  digestOf,
  type StartStatement,
  type Statement,
  saltOf,
  signEnvelope,
  writeStatement,
} from '@causeway/evidence';
import { type Store, systemRandom } from '@causeway/platform';
import { LogDouble } from '../../logging/testing/log-double.js';
import type { Agreement, SignedEnvelope, Transfer } from '../../model.js';
import { fileSink } from '../file-sink.js';
import { describeFile } from '../file-source.js';
import { NodeDouble, type NodeOptions } from './node-double.js';

/** A transfer that both sides know to have started, under an agreement that both signed. */
export interface Started {
  readonly provider: Transfer;
  readonly consumer: Transfer;
  /** Where the provider's bytes lie. */
  readonly source: string;
  /** Where the consumer's go. */
  readonly target: string;
}

type How = Pick<Transfer, 'format' | 'unbound'>;

interface BeginOptions {
  readonly address?: string;
  readonly version?: Digest;
  readonly format?: string;
  readonly unbound?: boolean;
}

/** Keys take long to make: the spaces of one test file share their members, not their logs. */
let members: ReturnType<typeof enrolled> | undefined;

async function enrolled() {
  const trust = await testTrust();
  const steel = await trust.identity('urn:causeway:steel', 'participant');
  const cars = await trust.identity('urn:causeway:cars', 'participant');
  const house = await trust.identity('urn:causeway:clearing-house', 'clearing-house');
  return { trust, steel, cars, house };
}

/** A provider, a consumer and a log, everything real but the control planes between them. */
export class SpaceDouble implements AsyncDisposable {
  readonly trust: TestTrust;
  readonly log: LogDouble;
  readonly provider: NodeDouble;
  readonly consumer: NodeDouble;
  readonly folder: string;

  private constructor(trust: TestTrust, log: LogDouble, provider: NodeDouble, consumer: NodeDouble, folder: string) {
    this.trust = trust;
    this.log = log;
    this.provider = provider;
    this.consumer = consumer;
    this.folder = folder;
  }

  static async start(options: { provider?: NodeOptions; consumer?: NodeOptions } = {}): Promise<SpaceDouble> {
    members ??= enrolled();
    const { trust, steel, cars, house } = await members;
    const log = await LogDouble.start(house);
    const bundle = { trust: await trust.trust({ clearingHouse: log.service }) };
    const provider = await NodeDouble.start({ ...steel, ...bundle }, options.provider);
    const consumer = await NodeDouble.start({ ...cars, ...bundle }, options.consumer);
    return new SpaceDouble(trust, log, provider, consumer, await mkdtemp(join(tmpdir(), 'causeway-files-')));
  }

  /**
   * Publishes these bytes, agrees on them and starts their transfer.
   * @param options.address where the consumer believes the provider to be
   * @param options.version a digest to publish them under that is not theirs
   * @param options.unbound over HTTPS, with a token bound to no certificate
   */
  async begin(bytes: Uint8Array, options: BeginOptions = {}): Promise<Started> {
    const { provider } = this;
    const { address = provider.address, version } = options;
    const how: How = {
      format: options.format ?? 'GrpcData-PULL',
      ...(options.unbound ? { unbound: true } : {}),
    };
    const name = systemRandom.uuid();
    const source = join(this.folder, `${name}.in`);
    await writeFile(source, bytes);
    const target = join(this.folder, 'received', `${name}.out`);
    const dataset = `${this.provider.identity.id}:${name}`;
    const described = { ...(await describeFile(source)), ...(version && { version }) };
    await provider.store.commit({
      writes: [
        provider.records.datasets.put([`${provider.identity.id}:${name}`], {
          ...{ id: dataset, title: { en: name }, keywords: [], classification: 1, mediaType: 'text/csv' },
          ...{ source: described, offers: [], listed: true, created: 0, updated: 0 },
        }),
      ],
    });
    const agreement = await this.#agree(dataset);
    return this.#start(agreement, described, { source, target, address }, how);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.consumer[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
    await this.log[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #agree(dataset: string): Promise<{ provider: Agreement; consumer: Agreement }> {
    const [steel, cars] = [this.provider.identity, this.consumer.identity];
    const said: AgreementStatement = {
      ...{ version: '1', type: 'agreement', agreement: { '@id': pid(), target: dataset } },
      ...{ providerPid: pid(), consumerPid: pid(), provider: steel.id, consumer: cars.id, ...stamp() },
    };
    const { text, id } = write(said);
    const parties = { provider: steel.id, consumer: cars.id, auditors: [] };
    const envelope = { version: '1', type: 'agreement', statement: id, agreement: id, sequence: '1', parties } as const;
    const theirs = await signed(envelope, cars);
    const ours = await signed(envelope, steel);
    const policy = {
      ...{ '@type': 'Agreement', '@id': pid(), assigner: steel.id, assignee: cars.id, target: dataset },
      permission: [{ action: 'use' }],
    };
    const shared = {
      ...{ digest: id, id: pid(), address: 'https://127.0.0.1/dsp', negotiation: pid(), dataset, policy },
      ...{ statement: text, finalized: 1, sequence: 2, lane: 0, created: 0 },
    };
    return {
      provider: { ...shared, role: 'provider', peer: cars.id, own: ours, theirs },
      consumer: { ...shared, role: 'consumer', peer: steel.id, own: theirs, theirs: ours },
    };
  }

  async #start(
    agreement: { provider: Agreement; consumer: Agreement },
    described: { version: Digest; bytes: number },
    where: { source: string; target: string; address: string },
    how: How,
  ): Promise<Started> {
    const { provider, consumer } = this;
    const { digest, dataset } = agreement.provider;
    const [ours, theirs] = [pid(), pid()];
    const said: StartStatement = {
      ...{ version: '1', type: 'transfer-start', agreement: digest, transfer: ours, consumerPid: theirs, dataset },
      ...{
        datasetVersion: described.version,
        size: String(described.bytes),
        decision: digestOf('decided'),
        ...stamp(),
      },
    };
    const { text, id } = write(said);
    const over = { version: '1', type: 'transfer-start', statement: id, agreement: digest, sequence: '2' } as const;
    const envelope = await signed(over, provider.identity);
    const shared = {
      ...{ address: '', lane: 0, unacknowledged: 0, answered: [], history: [], moves: 0, created: 0, updated: 0 },
      state: 'STARTED',
      ...{ agreement: digest, dataset, ...how },
    } as const;
    const started: Started = {
      ...where,
      provider: {
        ...shared,
        role: 'provider',
        ...{ pid: ours, peerPid: theirs, peer: consumer.identity.id },
        start: { statement: text, id, ...envelope },
      },
      consumer: {
        ...shared,
        role: 'consumer',
        ...{ pid: theirs, peerPid: ours, peer: provider.identity.id },
        ...{ endpoint: where.address, sink: fileSink(where.target, theirs) },
      },
    };
    await save(provider, { ...agreement.provider, sequence: 3 }, started.provider, [envelope]);
    await save(consumer, agreement.consumer, started.consumer, []);
    return started;
  }
}

async function save(node: NodeDouble, agreement: Agreement, transfer: Transfer, more: SignedEnvelope[]): Promise<void> {
  const agreed = [agreement.own, ...(agreement.theirs ? [agreement.theirs] : []), ...more];
  const queued = node.evidence.queue(agreement, agreed);
  const { agreements, transfers } = node.records;
  const store: Store = node.store;
  await store.commit({
    writes: [
      agreements.put([agreement.digest], queued.agreement),
      transfers.put([transfer.pid], transfer),
      ...queued.writes,
    ],
  });
}

function pid(): string {
  return `urn:uuid:${systemRandom.uuid()}`;
}

function stamp() {
  return { time: '2026-03-01T08:00:00.000Z', salt: saltOf(systemRandom.bytes(16)) };
}

function write(statement: Statement): { text: string; id: Digest } {
  const { bytes, id } = writeStatement(statement);
  return { text: Buffer.from(bytes).toString(), id };
}

async function signed(
  envelope: Omit<Parameters<typeof signEnvelope>[0], 'signer'>,
  { id, signing }: Identity,
): Promise<SignedEnvelope> {
  return { envelope: await signEnvelope({ ...envelope, signer: id }, signing), keyStatement: signing.keyStatement };
}
