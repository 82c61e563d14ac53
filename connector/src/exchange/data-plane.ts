import type { Identity, PeerServiceDefinition, TokenSource } from '@causeway/certs/peer';
import type { Clock, Logger, Random } from '@causeway/platform';
import { grpcPullEndpoint } from '../dsp/vocabulary.js';
import type { DutyPort } from '../duties/port.js';
import type { JsonObject, Reason, Transfer, TransferState } from '../model.js';
import type { DataPlane, EvidenceLog, TransferControl } from '../ports.js';
import type { Records } from '../records.js';
import type { AdmitToken, Context } from './context.js';
import { defaultStreamLimits, type StreamLimits } from './open-streams.js';
import { Provider } from './provider.js';
import { Puller } from './puller.js';
import { TransferTokens } from './transfer-token.js';

export interface DataPlaneOptions {
  readonly identity: Identity;
  readonly records: Records;
  readonly control: TransferControl;
  readonly evidence: EvidenceLog;
  readonly duties: DutyPort;
  readonly attest?: AdmitToken;
  readonly tokens?: TokenSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** `host:port` under which peers reach our gRPC server. */
  readonly endpoint: () => string;
  /** How long a transfer token is valid, in milliseconds. Default 10 minutes. */
  readonly tokenMs?: number;
  /** How long an opening waits for receipts of the log, in milliseconds. Default 20,000. */
  readonly evidenceWaitMs?: number;
  /** How many streams consumers may have open. Default 64, 16 of one of them. */
  readonly streams?: StreamLimits;
}

/** The data plane of one connector: provider of its own datasets and consumer of others'. */
export class Exchanges implements DataPlane {
  /** To be served by the connector's gRPC server. */
  readonly service: PeerServiceDefinition;
  readonly #endpoint: () => string;
  readonly #tokens: TransferTokens;
  readonly #provider: Provider;
  readonly #puller: Puller;

  constructor(options: DataPlaneOptions) {
    const { endpoint, tokenMs = 600_000, evidenceWaitMs = 20_000, streams = defaultStreamLimits, ...rest } = options;
    const context: Context = { ...rest, evidenceWaitMs };
    this.#endpoint = endpoint;
    this.#tokens = new TransferTokens({ identity: rest.identity, clock: rest.clock, lifetimeMs: tokenMs });
    this.#provider = new Provider(context, this.#tokens, streams);
    this.#puller = new Puller(context);
    this.service = this.#provider.service;
  }

  async address(transfer: Transfer): Promise<JsonObject> {
    const property = (name: string, value: string) => ({ '@type': 'EndpointProperty', name, value });
    // Without a certificate there is nothing to bind a token to: the consumer asks for one on its own channel.
    const minted = transfer.fingerprint ? await this.#tokens.mint(transfer, transfer.fingerprint) : undefined;
    return {
      '@type': 'DataAddress',
      endpointType: grpcPullEndpoint,
      endpoint: this.#endpoint(),
      endpointProperties: minted
        ? [property('authorization', minted.token), property('authType', 'bearer')]
        : [property('authType', 'bearer')],
    };
  }

  pull(transfer: Transfer, token?: string): void {
    this.#puller.pull(transfer, token);
  }

  stop(pid: string, reason: Reason, to: TransferState): void {
    this.#provider.stop(pid, reason, to);
    this.#puller.stop(pid, reason);
  }

  progress(pid: string): number | undefined {
    return this.#provider.progress(pid) ?? this.#puller.progress(pid);
  }

  /** Resolves when nothing is being pulled or sent. */
  async idle(): Promise<void> {
    await this.#puller.idle();
    await this.#provider.idle();
  }

  async close(): Promise<void> {
    await this.#puller.close();
    await this.#provider.close();
  }
}

export function openDataPlane(options: DataPlaneOptions): Exchanges {
  return new Exchanges(options);
}
