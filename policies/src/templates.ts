import type { JsonValue, Policy, PolicyJson } from './model.js';
import { auditorsTerm } from './odrl/terms.js';
import { readPolicy } from './parse/policy.js';
import { toWire } from './wire.js';

/** The terms of a common contract: who, what for, when, how often. What is left out is not limited. */
export interface OfferTerms {
  /** The `@id` of the offer. */
  readonly id: string;
  /** The dataset; an offer in a catalog has none, it stands under its dataset. */
  readonly target?: string;
  /** Only these participants. */
  readonly assignees?: readonly string[];
  /** An ODRL action. Default `use`. */
  readonly action?: string;
  /** From this instant on: with zone, or milliseconds since the epoch. */
  readonly from?: string | number;
  /** Before this instant. */
  readonly until?: string | number;
  /** This many uses in all. */
  readonly count?: number;
  readonly purposes?: readonly string[];
  /** Actions to prohibit, e.g. `distribute` for no onward sharing. */
  readonly prohibit?: readonly string[];
  /** Who, beside the parties, may see the evidence. */
  readonly auditors?: readonly string[];
}

/**
 * An offer in the spelling of the wire, with the conflict strategy `prohibit`: under ODRL's default a prohibition within the
 * permitted action would void the whole policy.
 * @throws PolicyError POLICY_INVALID when a term is not understood, with the path into the offer
 */
export function offerFor(terms: OfferTerms): PolicyJson {
  const constraint: JsonValue[] = [];
  const add = (leftOperand: string, operator: string, rightOperand: JsonValue) =>
    constraint.push({ leftOperand, operator, rightOperand });
  if (terms.from !== undefined) add('odrl:dateTime', 'gteq', instant(terms.from));
  if (terms.until !== undefined) add('odrl:dateTime', 'lt', instant(terms.until));
  if (terms.count !== undefined) add('odrl:count', 'lteq', { '@value': String(terms.count), '@type': 'xsd:integer' });
  if (terms.purposes !== undefined) add('odrl:purpose', 'isAnyOf', [...terms.purposes]);
  const offer: PolicyJson = {
    '@type': 'Offer',
    '@id': terms.id,
    'odrl:conflict': { '@id': 'odrl:prohibit' },
    ...(terms.target === undefined ? {} : { target: terms.target }),
    ...(terms.assignees === undefined ? {} : { assignee: [...terms.assignees] }),
    ...(terms.auditors === undefined ? {} : { [auditorsTerm]: [...terms.auditors] }),
    permission: [{ action: terms.action ?? 'use', ...(constraint.length === 0 ? {} : { constraint }) }],
    ...(terms.prohibit?.length ? { prohibition: terms.prohibit.map((action) => ({ action })) } : {}),
  };
  return toWire(readPolicy(offer, { kind: 'Offer' }));
}

function instant(time: string | number): JsonValue {
  const text = typeof time === 'number' ? new Date(time).toISOString() : time;
  return { '@value': text, '@type': 'xsd:dateTime' };
}

/** What makes an agreement of a request that was accepted. */
export interface AgreementTerms {
  readonly id: string;
  readonly target: string;
  readonly assigner: string;
  readonly assignee: string;
  /** `YYYY-MM-DDTHH:mm:ss.sssZ` */
  readonly timestamp: string;
}

/**
 * The agreement over a request, in the spelling of the wire: its rules, and one assignee.
 * @throws PolicyError NOT_ON_DSP
 */
export function agreementFor(request: Policy, terms: AgreementTerms): PolicyJson {
  const { id, target, assigner, assignee, timestamp } = terms;
  return toWire({ ...request, kind: 'Agreement', id, target, assigner, assignees: [assignee], timestamp });
}
