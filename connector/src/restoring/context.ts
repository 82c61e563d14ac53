import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Store } from '@causeway/platform';
import type { Records } from '../records.js';

/** What comparing a store with its record in the log works with. */
export interface RestoringContext {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Logger;
}
