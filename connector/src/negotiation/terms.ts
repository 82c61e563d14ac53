import { canonicalJson } from '@causeway/evidence';
import { type Comparison, compareRequest, type Policy, type Problem, parsePolicy } from '@causeway/policies';
import type { JsonObject, Negotiation, Reason } from '../model.js';
import { reason } from '../reasons.js';

/** A policy as it stands on the wire, or why it is none. */
export function readTerms(json: JsonObject, kind: 'Offer' | 'Agreement' | 'Request'): Policy | Reason {
  const { '@context': _wire, ...policy } = json;
  const parsed = parsePolicy(policy, { kind });
  return parsed.ok ? parsed.policy : reason('POLICY_INVALID', parsed.problems.map(describe).join(' '));
}

function describe(problem: Problem): string {
  return `${problem.path || '/'}: ${problem.message}`;
}

export function isReason(value: Policy | Reason): value is Reason {
  return 'zh' in value;
}

/** Why a request exceeds an offer; undefined when it stays within. */
export function exceeds(
  request: JsonObject,
  offer: JsonObject,
  context: { readonly assignee: string; readonly target: string; readonly assigner: string },
): Reason | undefined {
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
    reasons.map((one) => one.en).join('; ') || 'It could not be shown that the request stays within the offer.',
    reasons.map((one) => one.zh).join('；') || '无法证明该请求没有超出要约。',
  );
}

/** What an agreement adds to, or takes over differently from, the request it answers; not part of its meaning. */
const particulars = ['@id', '@type', '@context', 'target', 'assigner', 'assignee', 'timestamp'];

/** Why an agreement does not mean exactly what this consumer asked for; undefined when it does. */
export function sameMeaning(agreement: JsonObject, negotiation: Negotiation, self: string): Reason | undefined {
  const bare = (policy: JsonObject): string =>
    canonicalJson(Object.fromEntries(Object.entries(policy).filter(([name]) => !particulars.includes(name))));
  if (bare(agreement) === bare(negotiation.offer)) return undefined;

  const parties = { assignee: self, assigner: negotiation.peer, target: negotiation.dataset };
  const asked = readTerms({ ...negotiation.offer, ...parties, '@type': 'Offer' }, 'Offer');
  if (isReason(asked)) return asked;
  const { timestamp: _t, ...rest } = agreement;
  const given = readTerms({ ...rest, '@type': 'Offer' }, 'Offer');
  if (isReason(given)) return given;
  return difference(compareRequest(given, asked, parties)) ?? difference(compareRequest(asked, given, parties));
}
