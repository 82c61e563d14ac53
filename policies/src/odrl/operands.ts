import { allProfiles } from '../profiles/table.js';
import { type Operand, operand, operators } from './scale.js';

export { type Operand, type Operator, operators, type Scale } from './scale.js';

const passing = { passing: true } as const;
const wholeNumber = { range: [0, Number.MAX_SAFE_INTEGER] } as const;
const percent = { range: [0, 100] } as const;
const ambiguous = { ambiguous: true } as const;
/** Before, during, after: only an event is both a name and has an order, which nothing here knows. */
const ordered = { operators } as const;

/** ODRL 2.2 Vocabulary, 3.12 and 4.8: all thirty-four left operands, the deprecated `device` and `system` too. */
export const odrlOperands: readonly Operand[] = [
  operand('dateTime', 'instant', passing),
  // The number of the use, counted from one: `count lteq 10` allows the tenth.
  operand('count', 'integer', wholeNumber),
  operand('delayPeriod', 'duration', passing),
  operand('elapsedTime', 'duration', passing),
  operand('meteredTime', 'duration', passing),
  operand('timeInterval', 'duration', passing),
  operand('payAmount', 'number'),
  operand('percentage', 'number', percent),
  operand('resolution', 'number'),
  operand('absoluteTemporalPosition', 'number'),
  operand('relativeTemporalPosition', 'number', percent),
  operand('absolutePosition', 'number', ambiguous),
  operand('absoluteSize', 'number', ambiguous),
  operand('absoluteSpatialPosition', 'number', ambiguous),
  operand('relativePosition', 'number', ambiguous),
  operand('relativeSize', 'number', ambiguous),
  operand('relativeSpatialPosition', 'number', ambiguous),
  operand('spatialCoordinates', 'terms', { ...ambiguous, ...ordered, hierarchy: false }),
  operand('deliveryChannel', 'terms'),
  operand('device', 'terms'),
  operand('event', 'terms', { ...ordered, held: true }),
  operand('fileFormat', 'terms'),
  operand('industry', 'terms'),
  operand('language', 'terms'),
  operand('media', 'terms'),
  operand('product', 'terms'),
  operand('purpose', 'terms'),
  operand('recipient', 'terms'),
  operand('spatial', 'terms'),
  operand('system', 'terms'),
  operand('systemDevice', 'terms'),
  operand('unitOfCount', 'terms', { hierarchy: false }),
  operand('version', 'terms'),
  operand('virtualLocation', 'terms'),
];

const table: ReadonlyMap<string, Operand> = new Map(
  [...odrlOperands, ...allProfiles.flatMap((profile) => profile.operands ?? [])].map((each) => [each.term, each]),
);

/**
 * The operand of this canonical name, of ODRL or of a profile known here. `undefined` for one of a profile that was handed to
 * `parsePolicy`: it is what its values say, has one dimension and does not pass with time.
 */
export function operandOf(term: string): Operand | undefined {
  return table.get(term);
}

/** The name under which the fact of an operand is looked up: another operand's where both mean the same. */
export function factOf(term: string): string {
  return table.get(term)?.fact ?? term;
}

const nested: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...table.values()].flatMap(({ term, wider }) => (wider ? [[term, new Map(Object.entries(wider))] as const] : [])),
);

/** Whether one name is known to lie within another by itself or by the operand's own table; anything else the caller may know. */
export function knownWithin(term: string, inner: string, outer: string): boolean {
  if (inner === outer) return true;
  const wider = nested.get(term);
  for (let at = wider?.get(inner); at !== undefined; at = wider?.get(at)) {
    if (at === outer) return true;
  }
  return false;
}
