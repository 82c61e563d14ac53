import { type ControlContext, stampOf } from '../control.js';
import { objectMember, readReason, textMember } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { JsonObject, Negotiation, NegotiationState } from '../model.js';
import { judge } from '../process/moves.js';
import type { Received } from '../process/processes.js';
import { receiveMove, refuse } from '../process/receive.js';
import { reasonOf } from '../reasons.js';
import { intendTermination, negotiationTable } from './act.js';
import { verifyConsumer } from './agreement.js';
import { receiveAgreementEnd } from './agreement-end.js';
import { putInForce } from './finalize.js';
import { demandTerms } from './terms.js';

type Transition = (context: ControlContext, record: Negotiation, message: JsonObject) => Promise<Received<Negotiation>>;

function move(
  context: ControlContext,
  record: Negotiation,
  message: JsonObject,
  to: NegotiationState,
  change: Partial<Negotiation> = {},
): Received<Negotiation> {
  const identified = message['@id'] !== undefined;
  return receiveMove<NegotiationState, Negotiation>(
    negotiationTable,
    record,
    {
      to,
      identified,
      ...(to === 'TERMINATED' ? { reason: readReason(message, 'The peer ended the negotiation.') } : {}),
    },
    context.clock.now(),
    (moved) => ({ record: { ...moved, ...change } }),
  );
}

/** Other terms for the dataset that is negotiated; another dataset is another negotiation. */
const receiveTerms =
  (to: 'REQUESTED' | 'OFFERED'): Transition =>
  async (context, record, message) => {
    const offer = objectMember(message, 'offer') ?? record.offer;
    try {
      if ((textMember(offer, 'target') ?? record.dataset) !== record.dataset) {
        throw new ConnectorError('MESSAGE_INVALID', `Expected terms for ${record.dataset}, the dataset negotiated.`);
      }
      demandTerms(offer);
    } catch (error) {
      if (error instanceof ConnectorError) return refuse('negotiation', record, error);
      throw error;
    }
    return move(context, record, message, to, { offer });
  };

/** ContractRequestMessage about a negotiation that exists: the consumer asks for something else than was offered. */
export const receiveRequest = receiveTerms('REQUESTED');

/** ContractOfferMessage about a negotiation that exists: what the provider would grant instead. */
export const receiveOffer = receiveTerms('OFFERED');

/** ContractAgreementMessage: kept as it came, and verified when it is decided on. */
export const receiveAgreement: Transition = async (context, record, message) =>
  move(context, record, message, 'AGREED', { proposal: message });

/** ContractAgreementVerificationMessage. A signature that does not verify ends the negotiation, for the consumer holds it to be agreed. */
export const receiveVerification: Transition = async (context, record, message) => {
  const identified = message['@id'] !== undefined;
  const stored = record.agreement && (await context.records.agreements.get(record.agreement));
  if (!stored || judge(negotiationTable.moves, record, 'VERIFIED', identified) !== 'move') {
    return move(context, record, message, 'VERIFIED');
  }
  try {
    const evidence = objectMember(message, extension.evidence);
    const agreement = await verifyConsumer(context, record, stored.value, evidence);
    const received = move(context, record, message, 'VERIFIED');
    if (received.next === undefined) return received;
    const { agreements } = context.records;
    const also = {
      conditions: [agreements.unchanged(stored)],
      writes: [agreements.put([agreement.digest], agreement)],
    };
    return { ...received, next: { ...received.next, also } };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const next = intendTermination(record, reasonOf(error), stampOf(context));
    return { ...refuse<Negotiation>('negotiation', record, error), next };
  }
};

/** ContractNegotiationEventMessage: ACCEPTED from the consumer, FINALIZED from the provider. */
export const receiveEvent: Transition = async (context, record, message) => {
  const to = message['eventType'] === 'ACCEPTED' ? 'ACCEPTED' : 'FINALIZED';
  const received = move(context, record, message, to);
  if (received.next === undefined || to === 'ACCEPTED') return received;
  return { ...received, next: { ...received.next, also: await putInForce(context, received.next.record) } };
};

/** ContractNegotiationTerminationMessage; about a finalized negotiation it can only end the agreement, by an extension of ours. */
export const receiveTermination: Transition = async (context, record, message) => {
  const end = objectMember(message, extension.agreementEnd);
  if (record.state === 'FINALIZED' && end !== undefined) return receiveAgreementEnd(context, record, end);
  return move(context, record, message, 'TERMINATED');
};
