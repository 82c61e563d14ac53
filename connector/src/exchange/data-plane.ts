import type { RequestListener } from 'node:http';
import type { Identity, PeerServiceDefinition, TokenSource } from '@causeway/certs/peer';
import type { Clock, Logger, Random } from '@causeway/platform';
import { grpcPullEndpoint, httpPull, httpPullEndpoint } from '../dsp/vocabulary.js';
import type { DutyPort } from '../duties/port.js';
import type { JsonObject, Reason, Transfer, TransferState } from '../model.js';
import type { DataPlane, EvidenceLog, OpenData, TransferControl } from '../ports.js';
import type { Records } from '../records.js';
import type { AdmitToken, Context } from './context.js';
import { peerData } from './http-peer.js';
import { dataPath, HttpProvider } from './http-provider.js';
import { defaultStreamLimits, OpenStreams, type StreamLimits } from './open-streams.js';
import { Provider } from './provider.js';
import { Puller } from './puller.js';
import { Sending } from './sending.js';
import { TransferTokens } from './transfer-token.js';

export interface DataPlaneOptions {
  readonly identity: Identity;
  readonly records: Records;
  readonly control: TransferControl;
  readonly evidence: EvidenceLog;
  readonly duties: DutyPort;
  readonly attest?: AdmitToken;
  readonly tokens?: TokenSource;
  /** Over HTTPS with both certificates checked unless given. */
  readonly openData?: OpenData;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** `host:port` under which peers reach our gRPC server. */
  readonly endpoint: () => string;
  /** What the addresses of our data over HTTPS begin with, as `https://host:port`. */
  readonly dataRoot: () => string;
  /** How long a transfer token is valid, in milliseconds. Default 10 minutes. */
  readonly tokenMs?: number;
  /** How long an opening waits for receipts of the log, in milliseconds. Default 20,000. */
  readonly evidenceWaitMs?: number;
  /** How many streams consumers may have open. Default 64, 16 of one of them. */
  readonly streams?: StreamLimits;
}

/** In a data address: says `unbound` of a token that is bound to no certificate. */
const tokenProperty = 'urn:causeway:v1:token';

/** The data plane of one connector: provider of its own datasets and consumer of others'. */
export class Exchanges implements DataPlane {
  /** To be served by the connector's gRPC server. */
  readonly service: PeerServiceDefinition;
  /** To be served over HTTPS, open on `dataOpenRoutes`. */
  readonly data: RequestListener;
  readonly #endpoint: () => string;
  readonly #dataRoot: () => string;
  readonly #tokens: TransferTokens;
  readonly #streams: OpenStreams;
  readonly #puller: Puller;

  constructor(options: DataPlaneOptions) {
    const { endpoint, dataRoot, tokenMs = 600_000, evidenceWaitMs = 20_000, ...rest } = options;
    const { openData = peerData(rest) } = rest;
    const context: Context = { ...rest, evidenceWaitMs, openData };
    this.#endpoint = endpoint;
    this.#dataRoot = dataRoot;
    this.#tokens = new TransferTokens({ identity: rest.identity, clock: rest.clock, lifetimeMs: tokenMs });
    this.#streams = new OpenStreams(rest.streams ?? defaultStreamLimits);
    const sending = new Sending(context);
    this.#puller = new Puller(context);
    this.service = new Provider(context, this.#tokens, this.#streams, sending).service;
    this.data = new HttpProvider(context, this.#tokens, this.#streams, sending).handler;
  }

  async address(transfer: Transfer): Promise<JsonObject> {
    const property = (name: string, value: string) => ({ '@type': 'EndpointProperty', name, value });
    const token = await this.#tokenFor(transfer);
    const http = transfer.format === httpPull;
    const endpoint = http ? `${this.#dataRoot()}${dataPath(transfer.pid)}` : this.#endpoint();
    return {
      '@type': 'DataAddress',
      endpointType: http ? httpPullEndpoint : grpcPullEndpoint,
      endpoint,
      endpointProperties: [
        // Eclipse EDC keeps the properties only.
        ...(http ? [property('endpoint', endpoint)] : []),
        ...(token === undefined ? [] : [property('authorization', token)]),
        property('authType', 'bearer'),
        ...(transfer.unbound ? [property(tokenProperty, 'unbound')] : []),
      ],
    };
  }

  pull(transfer: Transfer, token?: string): void {
    this.#puller.pull(transfer, token);
  }

  stop(pid: string, reason: Reason, to: TransferState): void {
    this.#streams.stop(pid, reason, to);
    this.#puller.stop(pid, reason);
  }

  progress(pid: string): number | undefined {
    return this.#streams.progress(pid) ?? this.#puller.progress(pid);
  }

  trouble(pid: string): string | undefined {
    return this.#puller.trouble(pid);
  }

  /** Resolves when nothing is being pulled or sent. */
  async idle(): Promise<void> {
    await this.#puller.idle();
    await this.#streams.idle();
  }

  async close(): Promise<void> {
    await this.#puller.close();
    this.#streams.stopAll();
    await this.#streams.idle();
  }

  /** Without a certificate there is nothing to bind a token to: over gRPC the consumer asks for one on its own channel. */
  async #tokenFor(transfer: Transfer): Promise<string | undefined> {
    if (transfer.fingerprint) return (await this.#tokens.mint(transfer, transfer.fingerprint)).token;
    return transfer.format === httpPull ? (await this.#tokens.mintUnbound(transfer)).token : undefined;
  }
}

export function openDataPlane(options: DataPlaneOptions): Exchanges {
  return new Exchanges(options);
}
