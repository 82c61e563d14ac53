import type { Write } from '@causeway/platform';
import type { Agreement, SignedEnvelope, Transfer } from '../model.js';

/** What the consumer says of a duty of its, as it came over the wire. */
export interface DutyReport extends SignedEnvelope {
  /** Canonical JSON. */
  readonly statement: Uint8Array;
  /** C2SP tlog-proof of the envelope. */
  readonly receipt: string;
}

/** The end of a delivery, at either side of it. */
export interface Delivery {
  readonly agreement: Agreement;
  readonly transfer: Transfer;
  /**
   * The provider's closing statement, canonical JSON: both sides count from its time. At a consumer who got none, over
   * `HttpData-PULL`, what it knows itself.
   */
  readonly closing: string | { readonly at: number; readonly bytes: number };
}

/** What the data plane asks of whoever keeps the duties. */
export interface DutyPort {
  /**
   * The writes that begin the duties which a delivery brings: for the commit that saves its end.
   * @throws ConnectorError POLICY_INVALID
   */
  delivered(delivery: Delivery): Write[];
  /**
   * Takes a consumer's report, idempotent by its statement's id; answers when it came first, in milliseconds.
   * @throws ConnectorError NOT_FOUND, EVIDENCE_INVALID, EVIDENCE_PENDING, LOG_DISTRUSTED, STATE_INVALID
   */
  reported(peer: string, report: DutyReport): Promise<number>;
}
