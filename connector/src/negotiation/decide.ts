import type { Clock, Stored } from '@causeway/platform';
import { type ControlContext, type Decider, stampOf } from '../control.js';
import { textMember } from '../dsp/messages.js';
import { extension } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Dataset, Negotiation, Offer } from '../model.js';
import type { Stamp } from '../process/act.js';
import type { Decision, Next } from '../process/work.js';
import { finalReason, reason } from '../reasons.js';
import type { Records } from '../records.js';
import {
  intendTermination,
  makeAcceptance,
  makeAgreement,
  makeFinal,
  makeOffer,
  makeRequest,
  makeVerification,
} from './act.js';
import { acceptAgreement, proposeAgreement } from './agreement.js';
import { newAgreement } from './agreements-of.js';
import { approvalNeeded, asking } from './approval.js';
import { putInForce } from './finalize.js';
import { neverPermits } from './never.js';
import { counter, exceeds, unfit } from './terms.js';

/**
 * Decides by policy: a request is agreed when it asks no more than the offer it names grants and nobody has to approve it, and
 * refused with the difference otherwise. A consumer's own answer to a counter-offer is left to people.
 */
export function policyDecider(records: Records, self: string, clock: Clock): Decider['negotiation'] {
  const proceed = async (): Promise<Decision> => ({ move: 'proceed' });
  const judge = judgeTerms(records, self, clock);
  return {
    'provider:REQUESTED': judge,
    // What was accepted is an offer of ours; meanwhile it may have been withdrawn, or the dataset classified anew.
    'provider:ACCEPTED': judge,
    'provider:VERIFIED': proceed,
    'consumer:AGREED': proceed,
  };
}

/** What a provider's policies say to the terms on the table, without a word of people. */
export function judgeTerms(
  records: Records,
  self: string,
  clock: Clock,
): (negotiation: Negotiation) => Promise<Decision> {
  return async (negotiation) => {
    try {
      return await judge(records, negotiation, self, clock.now());
    } catch (error) {
      return { move: 'terminate', reason: finalReason(error) };
    }
  };
}

async function judge(records: Records, negotiation: Negotiation, self: string, now: number): Promise<Decision> {
  const found = await offerNamed(records, negotiation);
  if (found === undefined) {
    const named = textMember(negotiation.offer, '@id') ?? '';
    const words = `Dataset ${negotiation.dataset} has no offer ${named} for you.`;
    return { move: 'terminate', reason: reason('OFFER_UNKNOWN', words) };
  }
  const { dataset, offer } = found;
  const parties = { assignee: negotiation.peer, target: negotiation.dataset, assigner: self };
  const difference = exceeds(negotiation.offer, offer.policy, parties);
  if (difference !== undefined) {
    // An offer that was accepted was ours: what exceeds now was taken back, and is not haggled over again.
    const other = offer.negotiable === true && negotiation.state === 'REQUESTED';
    const instead = other ? counter(negotiation.offer, offer.policy, parties) : undefined;
    if (instead === undefined || unfit(instead, dataset, self) !== undefined)
      return { move: 'terminate', reason: difference };
    return { move: 'offer', offer: { ...instead, '@type': 'Offer', '@id': offer.id, target: negotiation.dataset } };
  }
  const flaw = unfit(negotiation.offer, dataset, self);
  if (flaw !== undefined) return { move: 'terminate', reason: flaw };
  const never = neverPermits(negotiation.offer, parties, now);
  if (never !== undefined) return { move: 'terminate', reason: never };
  const approval = approvalNeeded(dataset, offer);
  return approval === undefined ? { move: 'proceed' } : { move: 'ask', ...approval };
}

async function offerNamed(
  records: Records,
  negotiation: Negotiation,
): Promise<{ dataset: Dataset; offer: Offer } | undefined> {
  const dataset = (await records.datasets.get(negotiation.dataset))?.value;
  if (dataset === undefined || dataset.withdrawn !== undefined) return undefined;
  const offer = dataset.offers.find(({ id }) => id === negotiation.offer['@id']);
  return offer && { dataset, offer };
}

/** The change that a decision about a negotiation makes; undefined when nothing changes. */
export async function applyDecision(
  context: ControlContext,
  stored: Stored<Negotiation>,
  decision: Decision,
): Promise<Next<Negotiation> | undefined> {
  const record = stored.value;
  const stamp = stampOf(context);
  switch (decision.move) {
    case 'terminate':
      return intendTermination(record, decision.reason, stamp);
    case 'offer':
      return makeOffer(record, decision.offer, stamp);
    case 'request':
      return makeRequest(record, decision.offer, stamp);
    case 'accept':
      return makeAcceptance(record, stamp);
    case 'ask': {
      const asked = asking(record, decision, { at: stamp.at, waitMs: context.approvalMs });
      return asked && { record: asked };
    }
    case 'proceed':
      return proceed(context, record, stamp);
    default:
      return undefined;
  }
}

async function proceed(
  context: ControlContext,
  record: Negotiation,
  stamp: Stamp,
): Promise<Next<Negotiation> | undefined> {
  try {
    if (record.state === 'VERIFIED' && record.role === 'provider') {
      return { ...makeFinal(record, stamp), also: await putInForce(context, record) };
    }
    if (record.state === 'AGREED' && record.role === 'consumer') return await verify(context, record, stamp);
    if (record.role === 'provider') return await agree(context, record, stamp);
    return undefined;
  } catch (error) {
    return intendTermination(record, finalReason(error), stamp);
  }
}

async function agree(context: ControlContext, record: Negotiation, stamp: Stamp): Promise<Next<Negotiation>> {
  const { agreement, members } = await proposeAgreement(context, { ...record, offer: await whole(context, record) });
  const { digest } = agreement;
  return {
    ...makeAgreement({ ...record, agreement: digest }, members, stamp),
    also: { writes: newAgreement(context.records, agreement) },
  };
}

/**
 * What was asked for, with the one member of our offer that others drop on the way though they keep it in mind: EDC sends back what it
 * knows of an offer, and then demands an agreement that equals the offer as it came.
 */
async function whole({ records }: ControlContext, record: Negotiation): Promise<Negotiation['offer']> {
  const offered = (await offerNamed(records, record))?.offer.policy[extension.unboundTokens];
  return offered === true ? { ...record.offer, [extension.unboundTokens]: true } : record.offer;
}

async function verify(context: ControlContext, record: Negotiation, stamp: Stamp): Promise<Next<Negotiation>> {
  const { agreements, agreementIds } = context.records;
  const agreement = await acceptAgreement(context, record);
  const { digest } = agreement;
  const { proposal: _verified, ...verified } = record;
  // The provider chose the `@id`: one that names another agreement of ours with it must not take its place.
  const name = [record.peer, agreement.id] as const;
  if ((await agreementIds.get(...name)) !== undefined) {
    throw new ConnectorError('AGREEMENT_INVALID', `${record.peer} has used the agreement id ${agreement.id} before.`);
  }
  return {
    ...makeVerification({ ...verified, agreement: digest }, { [extension.evidence]: { ...agreement.own } }, stamp),
    also: {
      conditions: [agreements.absent(digest), agreementIds.absent(...name)],
      writes: newAgreement(context.records, agreement),
    },
  };
}
