import type { Identity, Peer, TokenSource } from '@causeway/certs/peer';
import type { Clock, Logger, Random } from '@causeway/platform';
import type { DutyPort } from '../duties/port.js';
import type { EvidenceLog, OpenData, TransferControl } from '../ports.js';
import type { Records } from '../records.js';

/**
 * Verifies a token and keeps what it says of the peer of this channel; answers when that expires, in milliseconds.
 * @throws TrustError
 */
export type AdmitToken = (peer: Peer, token: string) => Promise<{ readonly expires: number }>;

/** What both sides of the data plane work with. */
export interface Context {
  readonly identity: Identity;
  readonly records: Records;
  readonly control: TransferControl;
  readonly evidence: EvidenceLog;
  readonly duties: DutyPort;
  /** Takes an attribute token that a peer shows on its channel; absent under identities that have none. */
  readonly attest?: AdmitToken;
  /** Our own attribute tokens, shown while we pull; absent under identities that have none. */
  readonly tokens?: TokenSource;
  /** How data is read over HTTP. */
  readonly openData: OpenData;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How long an opening waits for receipts of the log, in milliseconds. */
  readonly evidenceWaitMs: number;
}
