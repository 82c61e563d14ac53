import type { Commit } from '@causeway/platform';
import type { ControlContext } from '../control.js';
import type { Negotiation } from '../model.js';
import { refusal } from '../reasons.js';

/**
 * What is saved with FINALIZED, on either side: the agreement in force, and both its envelopes queued for the log. Each
 * side queues both, so that one of them suffices.
 */
export async function putInForce(context: ControlContext, negotiation: Negotiation): Promise<Commit> {
  const { agreements } = context.records;
  const stored = negotiation.agreement && (await agreements.get(negotiation.agreement));
  if (!stored) throw refusal('AGREEMENT_INVALID', `Negotiation ${negotiation.pid} has no agreement to put into force.`);
  const { own, theirs } = stored.value;
  const finalized = { ...stored.value, finalized: context.clock.now() };
  const { agreement, writes } = context.evidence.queue(finalized, theirs === undefined ? [own] : [own, theirs]);
  return {
    conditions: [agreements.unchanged(stored)],
    writes: [agreements.put([agreement.digest], agreement), ...writes],
  };
}
