import { Collection, type Store } from '@causeway/platform';
import type { Agreement, JsonObject, Reason, SignedEnvelope, Transfer, TransferState } from '../model.js';
import type { DataPlane, EvidenceLog, LoggedReceipt } from '../ports.js';

/** Keeps what would be streamed: which transfers were pulled with which token, and which were stopped. */
export class RecordingDataPlane implements DataPlane {
  readonly pulled: { readonly pid: string; readonly token?: string }[] = [];
  readonly stopped: { readonly pid: string; readonly reason: Reason; readonly to: TransferState }[] = [];

  async address(transfer: Transfer): Promise<JsonObject> {
    return {
      '@type': 'DataAddress',
      endpointType: 'urn:causeway:v1:GrpcData-PULL',
      endpoint: '127.0.0.1:1',
      endpointProperties: [
        { '@type': 'EndpointProperty', name: 'authorization', value: `token-of-${transfer.fingerprint ?? 'nobody'}` },
        { '@type': 'EndpointProperty', name: 'authType', value: 'bearer' },
      ],
    };
  }

  pull(transfer: Transfer, token?: string): void {
    this.pulled.push({ pid: transfer.pid, ...(token === undefined ? {} : { token }) });
  }

  stop(pid: string, reason: Reason, to: TransferState): void {
    this.stopped.push({ pid, reason, to });
  }

  trouble(): undefined {}

  progress(): number | undefined {
    return undefined;
  }
}

/** Saves queued envelopes as the evidence lane would, and logs none of them. */
export class QueuedEvidence implements EvidenceLog {
  readonly #queued: Collection<SignedEnvelope>;

  constructor(store: Store) {
    this.#queued = new Collection(store, 'test-envelope', 1);
  }

  queue(agreement: Agreement, envelopes: readonly SignedEnvelope[]) {
    const writes = envelopes.map((one, index) => this.#queued.put([agreement.digest, agreement.lane + index], one));
    return { agreement: { ...agreement, lane: agreement.lane + envelopes.length }, writes };
  }

  async envelopes(agreement: string): Promise<SignedEnvelope[]> {
    const page = await this.#queued.page({ prefix: [agreement], limit: 1_000 });
    return page.items.map(({ value }) => value);
  }

  async receipts(): Promise<LoggedReceipt[]> {
    return [];
  }

  async wait(): Promise<LoggedReceipt[]> {
    return [];
  }

  async admit(): Promise<LoggedReceipt[]> {
    return [];
  }

  async distrusted(): Promise<Reason | undefined> {
    return undefined;
  }

  backlog() {
    return { depth: 0, oldestMs: 0 };
  }
}
