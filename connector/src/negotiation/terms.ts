import { canonicalJson } from '@causeway/evidence';
import {
  type Classification,
  type Comparison,
  compareRequest,
  counterOffer,
  floorProblems,
  type Policy,
  PolicyError,
  type Problem,
  parsePolicy,
  toWire,
} from '@causeway/policies';
import { enforcedByNobody } from '../facts/capabilities.js';
import type { Dataset, JsonObject, Negotiation, Reason } from '../model.js';
import { type OwnReason, reason, refusal } from '../reasons.js';

/** Who asks whom for what. */
export interface Parties {
  readonly assignee: string;
  readonly target: string;
  readonly assigner: string;
}

/** A reason quotes what the peer wrote, and is sent back to it: what the peer could not take would be sent for ever. */
const longestReason = 4_000;

function joined(parts: readonly string[], separator: string): string {
  const text = parts.join(separator);
  // Half a surrogate pair may be left where it is cut.
  return text.length <= longestReason ? text : `${text.slice(0, longestReason).replace(/\p{Surrogate}$/u, '')}…`;
}

/** A policy as it stands on the wire, or why it is none. */
export function readTerms(json: JsonObject, kind: 'Offer' | 'Agreement' | 'Request'): Policy | Reason {
  const parsed = parsePolicy(json, { kind });
  if (parsed.ok) return parsed.policy;
  return reason('POLICY_INVALID', joined(parsed.problems.map(describe), ' '));
}

function describe(problem: Problem): string {
  return `${problem.path || '/'}: ${problem.message}`;
}

/**
 * Demands terms of a peer that are understood to the last: what is not is not kept, and nobody is asked about it.
 *
 * @throws ConnectorError POLICY_INVALID with the path in the terms
 */
export function demandTerms(json: JsonObject): void {
  const terms = readTerms(json, 'Request');
  if (isReason(terms)) throw refusal('POLICY_INVALID', terms.en, terms.zh);
}

export function isReason(value: Policy | Reason): value is Reason {
  return 'zh' in value;
}

/** What the owner of a dataset says of its classification. */
export function classificationOf({
  classification,
  domain,
}: Pick<Dataset, 'classification' | 'domain'>): Classification | undefined {
  if (classification === undefined) return undefined;
  return { level: classification, ...(domain === undefined ? {} : { domain }) };
}

/**
 * Why terms that are within an offer must not be agreed all the same: something in them nobody would enforce, or they are below
 * the floor of the dataset's classification as it is now; undefined when nothing stands against them.
 */
export function unfit(
  request: JsonObject,
  dataset: Pick<Dataset, 'classification' | 'domain'>,
  provider: string,
): Reason | undefined {
  const asked = readTerms(request, 'Request');
  if (isReason(asked)) return asked;
  const nobody = enforcedByNobody(asked, provider);
  if (nobody.length > 0) return reason('POLICY_INVALID', joined(nobody.map(describe), ' '));
  return belowFloor(asked, dataset);
}

/** Why terms are too little for the classification that a dataset has now; undefined when they are not. */
export function belowFloor(terms: Policy, dataset: Pick<Dataset, 'classification' | 'domain'>): OwnReason | undefined {
  const low = floorProblems(terms, classificationOf(dataset));
  if (low.length === 0) return undefined;
  return reason('CLASSIFICATION_FLOOR', joined(low.map(describe), ' '));
}

/** The nearest offer that stays within ours, for a request that does not; undefined when none can be proven, or sent. */
export function counter(request: JsonObject, offer: JsonObject, context: Parties): JsonObject | undefined {
  const [asked, offered] = [readTerms(request, 'Request'), readTerms(offer, 'Offer')];
  const instead = isReason(asked) || isReason(offered) ? undefined : counterOffer(asked, offered, context);
  const terms = instead && readTerms(instead, 'Offer');
  if (terms === undefined || isReason(terms)) return undefined;
  try {
    return toWire(terms);
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

/** Why a request exceeds an offer; undefined when it stays within. */
export function exceeds(request: JsonObject, offer: JsonObject, context: Parties): Reason | undefined {
  const asked = readTerms(request, 'Request');
  if (isReason(asked)) return asked;
  const offered = readTerms(offer, 'Offer');
  if (isReason(offered)) return offered;
  return difference(compareRequest(asked, offered, context));
}

function difference(comparison: Comparison): Reason | undefined {
  if (comparison.verdict === 'within') return undefined;
  const { reasons } = comparison;
  return reason(
    'OFFER_EXCEEDED',
    joined(
      reasons.map((one) => one.en),
      '; ',
    ) || 'It could not be shown that the request stays within the offer.',
    joined(
      reasons.map((one) => one.zh),
      '；',
    ) || '无法证明该请求没有超出要约。',
  );
}

/** What an agreement adds to, or takes over differently from, the request it answers; not part of its meaning. */
const particulars = ['@id', '@type', '@context', 'target', 'assigner', 'assignee', 'timestamp'];

/** Why an agreement does not mean exactly what this consumer asked for; undefined when it does. */
export function sameMeaning(agreement: JsonObject, negotiation: Negotiation, self: string): Reason | undefined {
  // What is not understood is not signed, even when it is word for word what was asked for.
  const agreed = readTerms(agreement, 'Agreement');
  if (isReason(agreed)) return agreed;
  const parties = { assignee: self, assigner: negotiation.peer, target: negotiation.dataset };
  const asked = readTerms({ ...negotiation.offer, ...parties, '@type': 'Offer' }, 'Offer');
  if (isReason(asked)) return asked;
  const bare = (policy: JsonObject): string =>
    canonicalJson(Object.fromEntries(Object.entries(policy).filter(([name]) => !particulars.includes(name))));
  if (bare(agreement) === bare(negotiation.offer)) return undefined;

  const given: Policy = { ...agreed, kind: 'Offer' };
  return difference(compareRequest(given, asked, parties)) ?? difference(compareRequest(asked, given, parties));
}
