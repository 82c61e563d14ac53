import type { NegotiationState } from '../model.js';
import type { Moves } from '../process/moves.js';

/**
 * Dataspace Protocol 2025-1, Contract Negotiation Protocol, "State Machine". The figure draws some terminations for one
 * side only; the text lets either side terminate in any state that has not ended, and the text is what we follow.
 */
export const negotiationMoves: Moves<NegotiationState> = {
  consumer: {
    REQUESTED: ['TERMINATED'],
    OFFERED: ['REQUESTED', 'ACCEPTED', 'TERMINATED'],
    ACCEPTED: ['TERMINATED'],
    AGREED: ['VERIFIED', 'TERMINATED'],
    VERIFIED: ['TERMINATED'],
    FINALIZED: [],
    TERMINATED: [],
  },
  provider: {
    REQUESTED: ['OFFERED', 'AGREED', 'TERMINATED'],
    OFFERED: ['TERMINATED'],
    ACCEPTED: ['AGREED', 'TERMINATED'],
    AGREED: ['TERMINATED'],
    VERIFIED: ['FINALIZED', 'TERMINATED'],
    FINALIZED: [],
    TERMINATED: [],
  },
};
