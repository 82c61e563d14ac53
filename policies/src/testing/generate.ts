import fc from 'fast-check';
import type { DecisionRequest, Fact, Facts, JsonValue, PolicyJson } from '../index.js';

/** Small alphabets, so that random policies, requests and facts meet at their boundaries. */
export const people = ['urn:causeway:anna', 'urn:causeway:bo', 'urn:causeway:chen'] as const;
export const target = 'urn:causeway:maker:steel';
const actions = ['use', 'use', 'use', 'read', 'odrl:play', 'odrl:display', 'odrl:distribute', 'odrl:transfer'] as const;
const purposes = ['maintenance', 'research', 'resale'] as const;
export const epoch = Date.UTC(2027, 0, 1);
const hour = 3_600_000;

/** `null` mostly, something once in `every`. */
function rarely<T>(something: fc.Arbitrary<T>, every: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: every - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: something });
}

const zoned = fc.oneof(
  fc.tuple(fc.constantFrom('eq', 'neq', 'lt', 'lteq', 'gt', 'gteq'), fc.integer({ min: 0, max: 5 }), fc.boolean()).map(
    ([operator, at, east]): JsonValue => ({
      leftOperand: 'odrl:dateTime',
      operator,
      rightOperand: east
        ? `${new Date(epoch + (at + 8) * hour).toISOString().slice(0, -1)}+08:00`
        : new Date(epoch + at * hour).toISOString(),
    }),
  ),
  fc.tuple(fc.constantFrom('lt', 'lteq', 'eq'), fc.integer({ min: 0, max: 5 })).map(
    ([operator, most]): JsonValue => ({
      leftOperand: 'odrl:count',
      operator,
      rightOperand: { '@value': String(most), '@type': 'xsd:integer' },
    }),
  ),
  fc
    .tuple(fc.constantFrom('eq', 'neq'), fc.constantFrom(...purposes))
    .map(([operator, rightOperand]): JsonValue => ({ leftOperand: 'odrl:purpose', operator, rightOperand })),
  fc
    .tuple(fc.constantFrom('isAnyOf', 'isNoneOf'), fc.uniqueArray(fc.constantFrom(...purposes), { minLength: 1 }))
    .map(([operator, rightOperand]): JsonValue => ({ leftOperand: 'odrl:purpose', operator, rightOperand })),
);
const zoneless: JsonValue = { leftOperand: 'odrl:dateTime', operator: 'lt', rightOperand: '2027-01-01T03:00:00' };
const operand = rarely(fc.constant(zoneless), 20).chain((found) => (found === null ? zoned : fc.constant(found)));

const uncounted = operand.filter((value) => !JSON.stringify(value).includes('odrl:count'));

function constraints(atom: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue[]> {
  const joined = (inner: fc.Arbitrary<JsonValue>) =>
    fc
      .tuple(fc.constantFrom('and', 'or', 'xone', 'andSequence'), fc.array(inner, { minLength: 1, maxLength: 3 }))
      .map(([logic, parts]): JsonValue => ({ [logic]: parts }));
  const one = joined(atom);
  return fc.array(fc.oneof({ weight: 3, arbitrary: atom }, one, joined(fc.oneof(atom, one))), { maxLength: 2 });
}

function rule(atom: fc.Arbitrary<JsonValue>): fc.Arbitrary<PolicyJson> {
  return fc
    .tuple(fc.constantFrom(...actions), constraints(atom), rarely(fc.constantFrom(...people), 6))
    .map(([action, constraint, assignee]) => ({
      action,
      ...(constraint.length > 0 ? { constraint } : {}),
      ...(assignee === null ? {} : { assignee }),
    }));
}

export const permission = rule(operand);
export const prohibition = rule(uncounted);

/** An offer as it would come over the wire. */
export const offer: fc.Arbitrary<PolicyJson> = fc
  .record({
    permission: fc.array(permission, { minLength: 1, maxLength: 3 }),
    prohibition: rarely(fc.array(prohibition, { minLength: 1, maxLength: 2 }), 2),
    conflict: fc.constantFrom('prohibit', 'prohibit', 'prohibit', 'perm', 'invalid'),
    assignee: rarely(fc.subarray([...people], { minLength: 2 }), 3),
  })
  .map((parts) => ({
    '@type': 'Offer',
    '@id': 'urn:uuid:offer',
    target,
    'odrl:conflict': { '@id': `odrl:${parts.conflict}` },
    permission: parts.permission,
    ...(parts.prohibition === null ? {} : { prohibition: parts.prohibition }),
    ...(parts.assignee === null ? {} : { assignee: parts.assignee }),
  }));

/** A request made from an offer by a few changes: some narrow it, some widen it. */
export function requestFor(base: PolicyJson): fc.Arbitrary<PolicyJson> {
  const rules = (value: JsonValue | undefined) => (Array.isArray(value) ? value : []).filter(isRule);
  return fc
    .record({
      extra: fc.array(operand, { maxLength: 1 }),
      drop: rarely(fc.nat(2), 4),
      also: rarely(permission, 5),
      action: rarely(fc.constantFrom(...actions), 3),
      prohibition: rarely(prohibition, 4),
      assignee: rarely(fc.constantFrom(...people), 3),
    })
    .map(({ extra, drop, also, action, prohibition: more, assignee }) => {
      const narrowed = rules(base.permission).map((each) => {
        const constraint = [...(Array.isArray(each.constraint) ? each.constraint : [])];
        if (drop !== null) constraint.splice(drop, 1);
        constraint.push(...extra);
        const { constraint: _, ...rest } = each;
        return { ...rest, ...(action === null ? {} : { action }), ...(constraint.length > 0 ? { constraint } : {}) };
      });
      const barred = [...rules(base.prohibition), ...(more === null ? [] : [more])];
      const { prohibition: _, ...rest } = base;
      return {
        ...rest,
        permission: also === null ? narrowed : [...narrowed, also],
        ...(barred.length > 0 ? { prohibition: barred } : {}),
        ...(assignee === null ? {} : { assignee }),
      };
    });
}

function isRule(value: JsonValue): value is PolicyJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fact(value: readonly string[]): Fact {
  return { value, source: 'declared' };
}

/** Facts and a request from a seeded sequence: fast enough for ten thousand a pair. */
export function situations(seed: number): () => { request: DecisionRequest; facts: Facts } {
  let state = seed >>> 0 || 1;
  const next = (below: number) => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
  const requested = [...actions, 'odrl:print', 'odrl:sell', 'odrl:nothing'];
  return () => {
    const used = next(7);
    const purpose = [...purposes, 'other'].filter(() => next(3) === 0);
    return {
      request: {
        action: requested[next(requested.length)] ?? 'use',
        target: next(10) === 0 ? 'urn:causeway:maker:other' : target,
        assignee: [...people, 'urn:causeway:eve'][next(people.length + 1)] ?? people[0],
      },
      facts: {
        now: epoch + (next(8) - 1) * hour + (next(3) - 1),
        ...(next(5) === 0 || purpose.length === 0
          ? {}
          : { values: { purpose: fact(next(3) === 0 ? purpose : purpose.slice(0, 1)) } }),
        ...(next(6) === 0 ? {} : { counts: () => used }),
        ...(next(4) === 0 ? { reserved: () => true } : {}),
      },
    };
  };
}
