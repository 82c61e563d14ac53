import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Random } from '@causeway/platform';
import type { DutyPort } from '../duties/port.js';
import type { EvidenceLog, TransferControl } from '../ports.js';
import type { Records } from '../records.js';

/** What both sides of the data plane work with. */
export interface Context {
  readonly identity: Identity;
  readonly records: Records;
  readonly control: TransferControl;
  readonly evidence: EvidenceLog;
  readonly duties: DutyPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How long an opening waits for receipts of the log, in milliseconds. */
  readonly evidenceWaitMs: number;
}
