import type { Stored } from '@causeway/platform';
import type { ControlContext } from '../control.js';
import type { Negotiation, NegotiationState } from '../model.js';
import { receiveMove } from '../process/receive.js';
import type { Next } from '../process/work.js';
import { reason } from '../reasons.js';
import { negotiationTable } from './act.js';
import { putInForce } from './finalize.js';

/**
 * What the provider's own view of a negotiation changes in ours, when its message has not reached us: the provider's
 * FINALIZED is the commit point, so it counts however we learn of it, and so does an end.
 */
export async function learnState(
  context: ControlContext,
  stored: Stored<Negotiation>,
  state: string,
): Promise<Next<Negotiation> | undefined> {
  const record = stored.value;
  if (record.role !== 'consumer' || (state !== 'FINALIZED' && state !== 'TERMINATED')) return undefined;
  const ended = reason('PEER_REFUSED', 'The provider has ended the negotiation.', '提供方已终止协商。');
  const { next } = receiveMove<NegotiationState, Negotiation>(
    negotiationTable,
    record,
    { to: state, identified: true, ...(state === 'TERMINATED' ? { reason: ended } : {}) },
    context.clock.now(),
  );
  if (next === undefined || state === 'TERMINATED') return next;
  return { ...next, also: await putInForce(context, next.record) };
}
