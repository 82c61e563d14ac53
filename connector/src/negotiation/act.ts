import { draft, reasonMembers } from '../dsp/messages.js';
import type { JsonObject, Negotiation, NegotiationState, Reason } from '../model.js';
import { intendMove, makeMove, type Stamp } from '../process/act.js';
import type { Table } from '../process/receive.js';
import type { Next } from '../process/work.js';
import { negotiationMoves } from './states.js';

export const negotiationTable: Table<NegotiationState> = { kind: 'negotiation', moves: negotiationMoves };

/** Provider: the offer it would grant instead (ContractOfferMessage). */
export function makeOffer(record: Negotiation, offer: JsonObject, { at, id }: Stamp): Next<Negotiation> {
  const message = draft('ContractOfferMessage', id, { offer });
  return makeMove(negotiationTable, { ...record, offer }, 'OFFERED', message, at);
}

/** Consumer: what it asks for instead (ContractRequestMessage). */
export function makeRequest(record: Negotiation, offer: JsonObject, { at, id }: Stamp): Next<Negotiation> {
  const message = draft('ContractRequestMessage', id, { offer });
  return makeMove(negotiationTable, { ...record, offer }, 'REQUESTED', message, at);
}

/** Consumer: takes the provider's offer (event ACCEPTED). */
export function makeAcceptance(record: Negotiation, { at, id }: Stamp): Next<Negotiation> {
  const message = draft('ContractNegotiationEventMessage', id, { eventType: 'ACCEPTED' });
  return makeMove(negotiationTable, record, 'ACCEPTED', message, at);
}

/** Provider: the agreement, signed (ContractAgreementMessage). */
export function makeAgreement(record: Negotiation, members: JsonObject, { at, id }: Stamp): Next<Negotiation> {
  return makeMove(negotiationTable, record, 'AGREED', draft('ContractAgreementMessage', id, members), at);
}

/** Consumer: its signature under the same statement (ContractAgreementVerificationMessage). */
export function makeVerification(record: Negotiation, members: JsonObject, { at, id }: Stamp): Next<Negotiation> {
  return makeMove(negotiationTable, record, 'VERIFIED', draft('ContractAgreementVerificationMessage', id, members), at);
}

/** Provider: the commit point of the negotiation (event FINALIZED). */
export function makeFinal(record: Negotiation, { at, id }: Stamp): Next<Negotiation> {
  const message = draft('ContractNegotiationEventMessage', id, { eventType: 'FINALIZED' });
  return makeMove(negotiationTable, record, 'FINALIZED', message, at);
}

/** Either side: an intent that binds us at once and is shared when the peer acknowledges it. */
export function intendTermination(record: Negotiation, reason: Reason, { at, id }: Stamp): Next<Negotiation> {
  const message = draft('ContractNegotiationTerminationMessage', id, reasonMembers(reason));
  return intendMove(negotiationTable, record, 'TERMINATED', message, at, reason);
}
