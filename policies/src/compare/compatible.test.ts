import { expect, test } from 'vitest';
import { comparePolicies, compile, decide, factsOf, type JsonValue, type PolicyJson, readPolicy } from '../index.js';

const c = (leftOperand: string, operator: string, rightOperand: JsonValue): PolicyJson => ({
  leftOperand: `odrl:${leftOperand}`,
  operator,
  rightOperand,
});
const number = (value: number): JsonValue => ({ '@value': String(value), '@type': 'xsd:decimal' });
const axis = (name: string, operator: string, value: number): PolicyJson => ({
  leftOperand: `http://w3id.org/odrl/spatial-axis#absoluteSize${name}`,
  operator,
  rightOperand: number(value),
});
const wide = (operator: string, value: number) => axis('Width', operator, value);
const high = (operator: string, value: number) => axis('Height', operator, value);
const time = (operator: string, text: string) => c('dateTime', operator, text);
const after = (operator: string, text: string) => c('delayPeriod', operator, text);
const set = (parts: PolicyJson): PolicyJson => ({
  '@type': 'Set',
  'odrl:conflict': { '@id': 'odrl:prohibit' },
  ...parts,
});
const one = (...constraint: PolicyJson[]) => set({ permission: [{ action: 'use', constraint }] });

function compared(left: PolicyJson, right: PolicyJson): string {
  const [a, b] = [readPolicy(left), readPolicy(right)];
  const { verdict, reasons, witness } = comparePolicies(a, b);
  expect(witness === undefined).toBe(verdict !== 'Compatible');
  if (witness && !JSON.stringify([left, right]).includes('00:00"')) {
    for (const each of [a, b]) {
      expect(decide(compile(each), witness.request, factsOf(witness), { as: 'set' }).permit).toBe(true);
    }
  }
  return [verdict, ...reasons.map(({ code }) => code)].join(' ');
}

test.each<[string, PolicyJson, PolicyJson, string]>([
  ['a need below what is granted', one(wide('lteq', 800)), one(wide('gteq', 200)), 'Compatible'],
  ['a need above it', one(wide('lteq', 200)), one(wide('gteq', 800)), 'Conflict NO_COMMON_USE'],
  ['they meet in one point', one(wide('lteq', 200)), one(wide('gteq', 200)), 'Compatible'],
  ['they do not', one(wide('lt', 200)), one(wide('gteq', 200)), 'Conflict NO_COMMON_USE'],
  // Both limit from above: the left must not go beyond the right.
  ['within the limit of the right', one(wide('lteq', 600)), one(wide('lteq', 1200)), 'Compatible'],
  ['beyond it', one(wide('lteq', 1200)), one(wide('lteq', 600)), 'Unknown LIMIT_OUTSIDE'],
  ['beyond it by the limit itself', one(wide('lteq', 600)), one(wide('lt', 600)), 'Unknown LIMIT_OUTSIDE'],
  [
    'one of two alternatives is within it',
    one({ or: [wide('lteq', 1200), high('lteq', 100)] }),
    one(high('lteq', 200)),
    'Compatible',
  ],
  [
    'without a limit where the right has one',
    one(high('lteq', 100)),
    one(high('lteq', 100), wide('lteq', 600)),
    'Unknown LIMIT_OUTSIDE',
  ],
  // Time passes by itself: what is later than one side's limit is met by waiting, what is earlier by being early.
  [
    'time is met by waiting',
    one(time('gteq', '2027-01-01T00:00:00Z')),
    one(time('gteq', '2028-01-01T00:00:00Z')),
    'Compatible',
  ],
  ['so is a delay', one(after('gteq', 'P1D')), one(after('gteq', 'P5D')), 'Compatible'],
  ['uses are counted from one', one(c('count', 'lteq', number(5))), one(c('count', 'lteq', number(3))), 'Compatible'],
  // Crossing bounds.
  [
    'one need below one grant on every axis',
    one(wide('lteq', 800), high('lteq', 600)),
    one(wide('gteq', 200), high('gteq', 100)),
    'Compatible',
  ],
  [
    'each needs what the other grants',
    one(wide('lteq', 800), high('gteq', 100)),
    one(wide('gteq', 200), high('lteq', 600)),
    'Unknown BOUNDS_CROSS',
  ],
  [
    'by alternatives it is one axis at a time',
    one({ or: [wide('lteq', 800), high('gteq', 100)] }),
    one(wide('gteq', 200), high('lteq', 600)),
    'Compatible',
  ],
  ['ranges', one(wide('gteq', 100), wide('lteq', 300)), one(wide('gteq', 200), wide('lteq', 400)), 'Compatible'],
  // Silence.
  [
    'a clock that only one side has',
    one(time('lt', '2027-01-01T00:00:00Z'), after('gteq', 'P1D')),
    one(time('lt', '2027-01-01T00:00:00Z')),
    'Unknown CLOCK_NOT_SHARED',
  ],
  [
    'a conflict all the same',
    one(time('lt', '2027-01-01T00:00:00Z'), after('gteq', 'P1D')),
    one(time('gt', '2027-01-01T00:00:00Z')),
    'Conflict NO_COMMON_USE',
  ],
  ['nothing in common', one(wide('lteq', 600)), one(), 'Unknown NOTHING_COMPARED'],
  ['nothing at all', one(), one(), 'Unknown NOTHING_COMPARED'],
  [
    'a purpose that only one side has',
    one(c('purpose', 'eq', 'a')),
    one(time('lt', '2027-01-01T00:00:00Z')),
    'Compatible',
  ],
  [
    'intervals that recur',
    one(c('timeInterval', 'eq', 'P30D')),
    one(c('timeInterval', 'eq', 'P30D')),
    'Unknown RECURRENCE_UNKNOWN',
  ],
  // Names.
  ['different purposes', one(c('purpose', 'eq', 'a')), one(c('purpose', 'eq', 'b')), 'Conflict NO_COMMON_USE'],
  ['a purpose of several', one(c('purpose', 'isAnyOf', ['a', 'b'])), one(c('purpose', 'neq', 'a')), 'Compatible'],
  ['the same region', one(c('spatial', 'isPartOf', 'eu')), one(c('spatial', 'isPartOf', 'eu')), 'Compatible'],
  [
    'whether it lies within is not known',
    one(c('spatial', 'isPartOf', 'eu')),
    one(c('spatial', 'eq', 'fr')),
    'Unknown RELATION_UNKNOWN',
  ],
  // Zones.
  [
    'no zone on either side',
    one(time('eq', '2027-01-01T00:00:00')),
    one(time('eq', '2027-01-01T00:00:00')),
    'Compatible',
  ],
  [
    'no zone on one',
    one(time('eq', '2027-01-01T00:00:00')),
    one(time('lt', '2027-01-02T00:00:00Z')),
    'Unknown UNDECIDABLE',
  ],
  [
    '28 hours apart',
    one(time('lt', '2027-01-01T00:00:00')),
    one(time('gt', '2027-01-03T00:00:00Z')),
    'Conflict NO_COMMON_USE',
  ],
  [
    'an operand of several dimensions',
    one(c('absoluteSize', 'lteq', number(600))),
    one(c('absoluteSize', 'gteq', number(800))),
    'Unknown UNDECIDABLE',
  ],
  [
    'which conflicts by something else',
    one(c('absoluteSize', 'lteq', number(600)), wide('lt', 3)),
    one(wide('gt', 3)),
    'Conflict NO_COMMON_USE',
  ],
  // Rules.
  [
    'different actions',
    set({ permission: [{ action: 'odrl:read' }] }),
    set({ permission: [{ action: 'odrl:print' }] }),
    'Conflict NO_COMMON_USE',
  ],
  ['permitted and prohibited', one(), set({ prohibition: [{ action: 'use' }] }), 'Conflict NO_COMMON_USE'],
  [
    'prohibited in part, and nothing permitted',
    one(),
    set({ prohibition: [{ action: 'odrl:distribute' }] }),
    'Unknown NOTHING_COMPARED',
  ],
  [
    'prohibited in part',
    one(),
    set({ permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:distribute' }] }),
    'Compatible',
  ],
  [
    'what one obliges to, the other prohibits',
    set({ permission: [{ action: 'use' }], obligation: [{ action: 'odrl:inform' }] }),
    set({ permission: [{ action: 'use' }], prohibition: [{ action: 'odrl:inform' }] }),
    'Unknown DUTY_PROHIBITED',
  ],
  [
    'duties of both',
    set({ permission: [{ action: 'use', duty: [{ action: 'odrl:compensate' }] }] }),
    set({ permission: [{ action: 'use', duty: [{ action: 'odrl:obtainConsent' }] }] }),
    'Compatible',
  ],
])('%s', (_, left, right, expected) => {
  expect(compared(left, right)).toBe(expected);
});
