import type { Classification, Policy, PolicyJson } from '../model.js';
import { toWire } from '../wire.js';
import { compose, type OfferHead } from './compose.js';
import type { Part } from './part.js';
import * as parts from './parts.js';

/** The terms of a common contract: who, what for, when, where, how often, and what is owed. What is left out is not limited. */
export interface OfferTerms extends OfferHead {
  /** Only these participants. */
  readonly assignees?: readonly string[];
  /** An ODRL action. Default `use`. */
  readonly action?: string;
  /** From this instant on: with zone, or milliseconds since the epoch. */
  readonly from?: string | number;
  /** Before this instant. */
  readonly until?: string | number;
  /** For so long from the agreement on (ISO 8601, e.g. `P90D`). */
  readonly duration?: string;
  /** This many uses in all. */
  readonly count?: number;
  readonly purposes?: readonly string[];
  /** Only by participants of these countries or regions (ISO 3166). */
  readonly places?: readonly string[];
  /** Only in one of these roles. */
  readonly roles?: readonly string[];
  /** Only at this certified level or above. */
  readonly securityLevel?: parts.SecurityLevel;
  /** Only on these systems, by the ids of their connectors. */
  readonly systems?: readonly string[];
  /** Fields to mask before the data leaves. */
  readonly mask?: readonly string[];
  /** The copy is deleted at most so long after delivery (ISO 8601, e.g. `P30D`). */
  readonly deleteAfter?: string;
  /** The copy is deleted by this instant. */
  readonly deleteBy?: string | number;
  /** The data is not passed on. */
  readonly noSharing?: boolean;
  /** Actions to prohibit. */
  readonly prohibit?: readonly string[];
  /** Each use is logged. */
  readonly log?: boolean;
  /** Each use is reported: to the provider (`true`), or to this participant. */
  readonly notify?: boolean | string;
  /** Who, beside the parties, may see the evidence. */
  readonly auditors?: readonly string[];
  readonly classification?: Classification;
}

/**
 * An offer in the spelling of the wire, with the conflict strategy `prohibit`.
 * @throws PolicyError POLICY_INVALID when a term is not understood, with the path into the offer
 * @throws PolicyError TEMPLATES_CONTRADICT when nothing would be permitted
 */
export function offerFor(terms: OfferTerms): PolicyJson {
  return compose({ id: terms.id, ...(terms.target === undefined ? {} : { target: terms.target }) }, partsOf(terms));
}

function partsOf(terms: OfferTerms): Part[] {
  const list: Part[] = [];
  const add = <T>(value: T | undefined, part: (value: T) => Part) => {
    if (value !== undefined) list.push(part(value));
  };
  add(terms.assignees, parts.onlyFirms);
  add(terms.action, (action) => ({ action }));
  add(terms.from, parts.startingAt);
  add(terms.until, parts.endingAt);
  add(terms.duration, parts.forAsLongAs);
  add(terms.count, parts.atMostTimes);
  add(terms.purposes, parts.onlyForPurpose);
  add(terms.places, parts.onlyInPlace);
  add(terms.roles, parts.onlyInRole);
  add(terms.securityLevel, parts.atSecurityLevel);
  add(terms.systems, parts.onlyOnSystem);
  add(terms.mask, parts.maskFields);
  add(terms.deleteAfter, parts.deleteAfter);
  add(terms.deleteBy, parts.deleteBy);
  if (terms.noSharing === true) list.push(parts.noSharing());
  add(terms.prohibit, parts.prohibiting);
  if (terms.log === true) list.push(parts.logUse());
  if (terms.notify === true) list.push(parts.reportUse());
  else if (typeof terms.notify === 'string') list.push(parts.reportUse(terms.notify));
  add(terms.auditors, parts.auditedBy);
  add(terms.classification, parts.classifiedAs);
  return list;
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
  return toWire({
    ...request,
    kind: 'Agreement',
    id,
    target: { id: target, collection: false, refinements: [] },
    assigner,
    assignees: [{ id: assignee, collection: false, refinements: [] }],
    timestamp,
  });
}
