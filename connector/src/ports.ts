import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { AttributeToken, Peer, TokenSource } from '@causeway/certs/peer';
import type { Digest } from '@causeway/evidence';
import type { Commit, RunningServer, Write } from '@causeway/platform';
import type { Agreement, JsonObject, Reason, SignedEnvelope, Transfer, TransferState } from './model.js';

/** Who sent a DSP message, as the identity port proved it. */
export interface Caller {
  readonly id: string;
  /** x5t#S256 of the certificate of the channel; absent under identities without client certificates. */
  readonly fingerprint?: string;
  /** The attribute token that proved it, verified; absent under identities that have none. */
  readonly token?: AttributeToken;
}

/** How DSP peers prove who they are. The default binds tokens to mutual TLS; test kits bring their own value. */
export interface DspIdentity {
  /** @throws ConnectorError UNAUTHENTICATED */
  authenticate(request: { readonly peer?: Peer; readonly authorization?: string }): Promise<Caller>;
  /** The `Authorization` header of a message to this participant. */
  authorization(audience: string): Promise<string>;
  /** Our attribute tokens, where this identity has any: what we show beside DSP. */
  readonly tokens?: TokenSource;
  /** How data of `HttpData-PULL` is read; over HTTPS with both certificates checked unless given. */
  readonly openData?: OpenData;
  /** What carries DSP under this identity; HTTPS with both certificates checked unless given. */
  readonly binding?: DspBinding;
}

/** One request to a data address of `peer`, whose far end is checked to be it. Rejects when there is no answer. */
export type OpenData = (request: {
  readonly peer: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}) => Promise<{
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Ends with an error when it is cut. */
  readonly body: AsyncIterable<Uint8Array>;
}>;

/** How DSP is served, and how one request reaches a peer. */
export interface DspBinding {
  /** What our DSP address begins with. */
  readonly scheme: 'https' | 'http';
  /** @throws PlatformError PORT_IN_USE | LISTEN_FAILED */
  serve(options: {
    readonly app: RequestListener;
    readonly host: string;
    /** 0 for any free one. */
    readonly port: number;
  }): Promise<RunningServer>;
  /** Rejects when there is no answer, or more of it than `maxBytes`. */
  request(options: {
    readonly peer: string;
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly timeoutMs: number;
    readonly maxBytes: number;
    readonly signal: AbortSignal;
  }): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }>;
}

/**
 * Carries one DSP message to a peer and brings back its answer; the far end is checked to be `peer`. `next` is the
 * address of the page that follows, when the answer is a page. Rejects when there is no answer.
 */
export interface DspTransport {
  send(message: {
    readonly peer: string;
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly body?: JsonObject;
    readonly signal: AbortSignal;
  }): Promise<{ readonly status: number; readonly body?: JsonObject; readonly next?: string }>;
}

/** Whether this store is known to be as new as its record in the log: until then nothing is signed under its agreements. */
export interface StoreChecked {
  readonly passed: boolean;
  /** @throws ConnectorError EVIDENCE_PENDING while it is not */
  demand(): void;
}

/** What a lane of the logging outbox gave back for an envelope. */
export interface LoggedReceipt extends SignedEnvelope {
  readonly digest: Digest;
  /** C2SP tlog-proof. */
  readonly receipt: string;
  readonly index: string;
}

/** The evidence lanes: envelopes saved with the state that causes them, those of each signer logged in order, their receipts stored (I2). */
export interface EvidenceLog {
  /**
   * The writes that queue these envelopes, in this order, and the agreement with its lanes moved on. The caller puts both
   * into one commit that is conditioned on the agreement being unchanged.
   */
  queue(agreement: Agreement, envelopes: readonly SignedEnvelope[]): { agreement: Agreement; writes: Write[] };
  /** Stored receipts, verified and consistent with every checkpoint seen before; absent ones are left out. */
  receipts(envelopes: readonly SignedEnvelope[]): Promise<LoggedReceipt[]>;
  /**
   * Waits until all have a receipt.
   * @throws ConnectorError EVIDENCE_PENDING after `timeoutMs`, LOG_DISTRUSTED
   */
  wait(envelopes: readonly SignedEnvelope[], timeoutMs: number, signal: AbortSignal): Promise<LoggedReceipt[]>;
  /**
   * Takes receipts from a peer: verifies them like our own, with what the log publishes, and stores them.
   * @throws ConnectorError EVIDENCE_INVALID, EVIDENCE_PENDING (not published yet), PEER_UNREACHABLE, LOG_DISTRUSTED
   */
  admit(logged: readonly (SignedEnvelope & { readonly receipt: string })[]): Promise<LoggedReceipt[]>;
  /** Why the log is not believed any more, if so. */
  distrusted(): Promise<Reason | undefined>;
  /** Envelopes waiting to be logged, and the age of the oldest in milliseconds. */
  backlog(): { readonly depth: number; readonly oldestMs: number };
}

/** One fact that a decision may rest on, as somebody else proved it or we measured it. */
export interface AttestedFact {
  readonly value: string | number | readonly string[];
  readonly source: 'attested' | 'measured';
  readonly unit?: string;
}

/** What is known of a participant beside its identity. */
export interface PeerFacts {
  /** By canonical operand of the policy language. */
  readonly values: Readonly<Record<string, AttestedFact>>;
  /** When the first of them lapses by time alone, in milliseconds since the epoch: what rests on them is decided again then. */
  readonly until?: number;
}

/** The facts about a participant that hold at `at` (milliseconds since the epoch). Of a stranger there are none. */
export type FactsFor = (peer: string, at: number) => Promise<PeerFacts>;

/** What the data plane asks of the control plane. */
export interface TransferControl {
  /** The transfer by the provider's pid, if this consumer is its peer; undefined otherwise, whatever the reason. */
  forConsumer(transfer: string, consumer: string): Promise<Transfer | undefined>;
  /**
   * Decides again, without reserving, whether this transfer of the provider's may stream now, and answers what it decided
   * on.
   * @throws ConnectorError with the code and reason of the refusal
   */
  authorize(pid: string): Promise<{ readonly transfer: Transfer; readonly agreement: Agreement }>;
  /** Changes one transfer by compare-and-swap; `change` runs again on conflict and returns undefined to leave it. */
  update(
    pid: string,
    change: (transfer: Transfer, agreement: Agreement) => Promise<TransferChange | undefined>,
  ): Promise<Transfer>;
  /** The consumer has the file in place and the provider has its receipt: queue completion. */
  complete(pid: string): Promise<void>;
  /** The consumer cannot go on for good: queue termination with this reason. */
  terminate(pid: string, reason: Reason): Promise<void>;
}

export interface TransferChange {
  readonly transfer: Transfer;
  /** Changed with it when the change signs or queues envelopes. */
  readonly agreement?: Agreement;
  readonly also?: Commit;
}

/** What the control plane asks of the data plane. */
export interface DataPlane {
  /** The data address of a transfer about to start, with a token minted for `fingerprint`. Never stored. */
  address(transfer: Transfer): Promise<JsonObject>;
  /** A start message arrived (or the process restarted): pull. `token` from the data address, if there was one. */
  pull(transfer: Transfer, token?: string): void;
  /** Ends every stream of this transfer at once with this reason: it is to be terminated, completed or suspended. */
  stop(pid: string, reason: Reason, to: TransferState): void;
  /** Bytes received or sent so far in this process, for display. */
  progress(pid: string): number | undefined;
  /** Why what was tried last came to nothing, while it is tried again. */
  trouble(pid: string): string | undefined;
}

/** A dataset found through the broker, proven to be what its publisher signed, lately (I5). */
export interface DiscoveryHit {
  readonly dataset: string;
  readonly publisher: string;
  /** The publisher's DSP base URL, out of its signed head. */
  readonly address: string;
  /** The canonical JSON entry as the publisher registered it. */
  readonly entry: JsonObject;
  readonly liveness: { readonly state: string; readonly lastSeen: number };
}

/** A hit that was not believed, and why. */
export interface DroppedHit {
  readonly dataset?: string;
  readonly publisher?: string;
  readonly reason: Reason;
}

/** What a search finds in all, by values to narrow it down by: the broker's own word, proven by nothing. */
export interface BrokerTally {
  readonly found: number;
  readonly facets: readonly {
    readonly name: string;
    readonly values: readonly { readonly value: string; readonly count: number }[];
  }[];
  /** There was more than the broker counts: the counts are of a part. */
  readonly partial: boolean;
}

export interface DiscoveryPage {
  readonly hits: readonly DiscoveryHit[];
  readonly dropped: readonly DroppedHit[];
  readonly next?: string;
  /** With the first page only. */
  readonly tally?: BrokerTally;
}

/** The broker's client, as the rest of the connector sees it. */
export interface Discovery {
  search(query: {
    readonly query: string;
    readonly facets: Readonly<Record<string, readonly string[]>>;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<DiscoveryPage>;
  /** @throws ConnectorError NOT_FOUND */
  resolve(dataset: string): Promise<DiscoveryPage>;
  /**
   * The DSP base URL of a participant, out of its signed, fresh head.
   * @throws ConnectorError PEER_UNKNOWN
   */
  address(participant: string): Promise<string>;
  /** What we list has changed: register again soon. */
  changed(): void;
}
