import type { TransferState } from '../model.js';
import type { Moves } from '../process/moves.js';

/**
 * Dataspace Protocol 2025-1, Transfer Process Protocol, "State Machine". Resuming (SUSPENDED to STARTED) is open to both
 * sides there; who of the two may do it is decided by who suspended (see transfer/receive.ts).
 */
export const transferMoves: Moves<TransferState> = {
  consumer: {
    REQUESTED: ['TERMINATED'],
    STARTED: ['COMPLETED', 'SUSPENDED', 'TERMINATED'],
    SUSPENDED: ['STARTED', 'TERMINATED'],
    COMPLETED: [],
    TERMINATED: [],
  },
  provider: {
    REQUESTED: ['STARTED', 'TERMINATED'],
    STARTED: ['COMPLETED', 'SUSPENDED', 'TERMINATED'],
    SUSPENDED: ['STARTED', 'TERMINATED'],
    COMPLETED: [],
    TERMINATED: [],
  },
};
