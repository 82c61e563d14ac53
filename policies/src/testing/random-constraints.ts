import type { JsonValue } from '../model.js';
import type { Random } from './random.js';

export const epoch = Date.UTC(2027, 0, 1);
export const hour = 3_600_000;
export const target = 'urn:causeway:maker:steel';

export const actionsIn = ['use', 'use', 'use', 'read', 'play', 'display', 'distribute', 'transfer'] as const;

/** A left operand and the right operands that are tried with it. */
export interface Operand {
  readonly name: string;
  readonly make: (random: Random) => JsonValue;
}

const order = ['eq', 'neq', 'lt', 'lteq', 'gt', 'gteq'] as const;

const typed = (value: string, type: string): JsonValue => ({ '@value': value, '@type': `xsd:${type}` });

function ordered(name: string, value: (at: number, random: Random) => JsonValue, most = 4): Operand {
  return {
    name,
    make: (random) => ({
      leftOperand: name,
      operator: random.pick(order),
      rightOperand: value(random.next(most), random),
    }),
  };
}

function named(name: string, names: readonly [string, ...string[]], hierarchy: boolean): Operand {
  const some = (random: Random) => [...new Set(random.times(1 + random.next(2), () => random.pick(names)))];
  return {
    name,
    make: (random) => {
      const kind = random.next(hierarchy ? 14 : 12);
      const one = (operator: string): JsonValue => ({ leftOperand: name, operator, rightOperand: random.pick(names) });
      const list = (operator: string): JsonValue => ({ leftOperand: name, operator, rightOperand: some(random) });
      if (kind < 3) return one('eq');
      if (kind < 5) return one('neq');
      if (kind < 8) return list('isAnyOf');
      if (kind < 10) return list('isNoneOf');
      if (kind < 12) return list('isAllOf');
      return one(kind === 12 ? 'isPartOf' : 'hasPart');
    },
  };
}

const instants = ordered('odrl:dateTime', (at, random) => {
  const text = new Date(epoch + at * hour).toISOString();
  if (random.once(40)) return typed(text.slice(0, -1), 'dateTime');
  return typed(
    random.once(3) ? `${new Date(epoch + (at + 8) * hour).toISOString().slice(0, -1)}+08:00` : text,
    'dateTime',
  );
});

const counted: Operand = {
  name: 'count',
  make: (random) => ({
    leftOperand: 'odrl:count',
    operator: random.pick(['lt', 'lteq', 'lteq', 'eq']),
    rightOperand: typed(String(1 + random.next(3)), 'integer'),
  }),
};

const field = 'http://w3id.org/odrl/spatial-axis#absoluteSizeWidth';

/** Often what is compared often; a few of everything else that changes how a fact is read. */
export const operands: readonly [Operand, ...Operand[]] = [
  instants,
  instants,
  ordered('odrl:elapsedTime', (at, random) => typed(random.once(30) ? 'P1M' : `P${27 + at}D`, 'duration')),
  ordered('odrl:resolution', (at) => typed(String(at * 100), 'decimal')),
  ordered(field, (at) => typed((at * 1.5).toFixed(1), 'decimal')),
  {
    name: 'payAmount',
    make: (random) => ({
      leftOperand: 'odrl:payAmount',
      operator: random.pick(order),
      rightOperand: typed(String(random.next(3)), 'decimal'),
      unit: `http://dbpedia.org/resource/${random.once(4) ? 'Renminbi' : 'Euro'}`,
    }),
  },
  named('odrl:purpose', ['maintenance', 'research', 'resale'], false),
  named('odrl:purpose', ['maintenance', 'research', 'resale'], false),
  named('odrl:spatial', ['region-a', 'region-b'], true),
  named('urn:causeway:v1:role', ['supplier', 'auditor'], false),
  counted,
];

/** One comparison about one of these, or what stands in for it where there is none. */
export function attribute(random: Random, about: readonly Operand[]): JsonValue {
  const found = (about[random.next(Math.max(1, about.length))] ?? instants).make(random);
  if (!random.once(25) || typeof found !== 'object' || found === null || Array.isArray(found)) return found;
  return { ...found, 'urn:causeway:v1:source': random.once(2) ? 'attested' : 'measured' };
}

/** At most two constraints, each of at most this many levels of logic. */
export function constraintsFor(random: Random, about: readonly Operand[], depth: number): JsonValue[] {
  if (about.length === 0) return [];
  return random.times(random.next(3), () => nested(random, about, depth));
}

function nested(random: Random, about: readonly Operand[], depth: number): JsonValue {
  if (depth === 0 || random.once(2)) return attribute(random, about);
  const logic = random.pick(['and', 'or', 'or', 'xone', 'andSequence']);
  return { [logic]: random.times(1 + random.next(3), () => nested(random, about, depth - 1)) };
}
