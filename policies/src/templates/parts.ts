import type { Classification } from '../model.js';
import { causewayPrefix } from '../profiles/causeway.js';
import { condition, decimal, duration, duty, idsProfileIri, idsTerm, instant, type Part, wholeNumber } from './part.js';

// The common industrial contracts, one sentence each.

const ids = [idsProfileIri];

/** Only these participants. */
export function onlyFirms(assignees: readonly string[]): Part {
  return { assignees: [...assignees] };
}

/** Not before this instant. */
export function startingAt(time: string | number): Part {
  return { constraints: [condition('odrl:dateTime', 'gteq', instant(time))] };
}

/** Before this instant. */
export function endingAt(time: string | number): Part {
  return { constraints: [condition('odrl:dateTime', 'lt', instant(time))] };
}

/** For so long after the agreement; we measure. */
export function forAsLongAs(time: string): Part {
  return { constraints: [condition('odrl:elapsedTime', 'lteq', duration(time), { source: 'measured' })] };
}

/** This many uses in all. */
export function atMostTimes(count: number): Part {
  return { constraints: [condition('odrl:count', 'lteq', wholeNumber(count))] };
}

/** Only for one of these purposes, as whoever uses the data states them. */
export function onlyForPurpose(purposes: readonly string[]): Part {
  return { constraints: [condition('odrl:purpose', 'isAnyOf', [...purposes])] };
}

/** Only by participants of these countries or regions (ISO 3166: `CN`, `CN-31`), as the authority attests. */
export function onlyInPlace(places: readonly string[]): Part {
  return { constraints: [condition('odrl:spatial', 'isPartOf', [...places], { source: 'attested' })] };
}

/** Only in one of these roles, as the authority attests. */
export function onlyInRole(roles: readonly string[]): Part {
  return { constraints: [condition(`${causewayPrefix}role`, 'isAnyOf', [...roles], { source: 'attested' })] };
}

export const securityLevels = {
  base: 'idsc:BASE_SECURITY_PROFILE',
  trust: 'idsc:TRUST_SECURITY_PROFILE',
  'trust+': 'idsc:TRUST_PLUS_SECURITY_PROFILE',
} as const;
export type SecurityLevel = keyof typeof securityLevels;

/** Only by who is certified for this level or a higher one, as the authority attests. */
export function atSecurityLevel(level: SecurityLevel): Part {
  const value = securityLevels[level];
  return { constraints: [condition(`${causewayPrefix}securityLevel`, 'isPartOf', value, { source: 'attested' })] };
}

/** Only on these systems: the ids of connectors, as proven on the channel. */
export function onlyOnSystem(systems: readonly string[]): Part {
  return { constraints: [condition('odrl:systemDevice', 'isAnyOf', [...systems], { source: 'attested' })] };
}

/** These fields are masked before the data leaves its provider. */
export function maskFields(fields: readonly string[]): Part {
  return { duties: [duty(`${causewayPrefix}mask`, [condition(`${causewayPrefix}field`, 'isAllOf', [...fields])])] };
}

/** The copy is deleted at most so long after it was delivered. */
export function deleteAfter(time: string): Part {
  return { obligations: [duty('odrl:delete', [condition('odrl:elapsedTime', 'lteq', duration(time))])] };
}

/** The copy is deleted by this instant. */
export function deleteBy(time: string | number): Part {
  return { obligations: [duty('odrl:delete', [condition('odrl:dateTime', 'lteq', instant(time))])] };
}

/** The data is not passed on. */
export function noSharing(): Part {
  return prohibiting(['odrl:distribute']);
}

export function prohibiting(actions: readonly string[]): Part {
  return { prohibitions: actions.map((action) => ({ action })) };
}

/** What is done at each use may wait so long: a duty without a deadline would never be late. */
const soon = 'P1D';

/** Each use is logged. */
export function logUse(within: string = soon): Part {
  return {
    obligations: [duty(idsTerm('idsc:log'), [condition('odrl:elapsedTime', 'lteq', duration(within))])],
    profiles: ids,
  };
}

/** Each use is reported: to the provider, or to somebody else. */
export function reportUse(recipient?: string, within: string = soon): Part {
  const to = recipient === undefined ? [] : [condition('odrl:recipient', 'eq', recipient)];
  return { obligations: [duty('odrl:inform', [...to, condition('odrl:elapsedTime', 'lteq', duration(within))])] };
}

/** To be paid before the use. @param unit IRI of the currency */
export function payFirst(amount: string | number, unit: string): Part {
  return { duties: [duty('odrl:compensate', [condition('odrl:payAmount', 'eq', decimal(amount), { unit })])] };
}

/** Who, beside the parties, may see the evidence. */
export function auditedBy(auditors: readonly string[]): Part {
  return { auditors: [...auditors] };
}

export function classifiedAs(classification: Classification): Part {
  return { classification };
}
