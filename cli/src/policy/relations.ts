import type { Duty, DutyState, Facts, JsonValue, Policy } from '@causeway/policies';
import { CliError } from '../errors.js';
import { isObject } from './json.js';

/** Collections by member; a list of pairs says the same. A member of a collection within another belongs to both. */
export function membersOf(json: JsonValue | undefined): Facts['memberOf'] {
  const wider = pairsOf(json, 'partOf');
  return wider && ((member, collection) => reaches(wider, member, collection));
}

/** The same for the names of each operand. A list of `[operand, inner, outer]` says the same. */
export function relationsOf(json: JsonValue | undefined): Facts['within'] {
  if (json === undefined) return undefined;
  const byOperand = new Map<string, Pairs>();
  if (Array.isArray(json)) {
    for (const each of json) {
      const [operand, ...pair] = Array.isArray(each) ? each : [];
      if (typeof operand !== 'string') throw malformed('within', '[operand, inner, outer]');
      add(byOperand.get(operand) ?? started(byOperand, operand), pair, 'within');
    }
  } else if (isObject(json)) {
    for (const [operand, pairs] of Object.entries(json)) byOperand.set(operand, pairsOf(pairs, 'within') ?? new Map());
  } else throw malformed('within', 'names by operand');
  return (operand, inner, outer) => reaches(byOperand.get(operand) ?? new Map(), inner, outer);
}

type Pairs = Map<string, Set<string>>;

function started(byOperand: Map<string, Pairs>, operand: string): Pairs {
  const pairs: Pairs = new Map();
  byOperand.set(operand, pairs);
  return pairs;
}

function pairsOf(json: JsonValue | undefined, name: string): Pairs | undefined {
  if (json === undefined) return undefined;
  const pairs: Pairs = new Map();
  if (Array.isArray(json)) for (const pair of json) add(pairs, pair, name);
  else if (isObject(json))
    for (const [inner, outer] of Object.entries(json))
      for (const each of listOf(outer)) add(pairs, [inner, each], name);
  else throw malformed(name, 'names and what they belong to');
  return pairs;
}

function add(pairs: Pairs, pair: JsonValue, name: string): void {
  const [inner, outer, ...more] = Array.isArray(pair) ? pair : isObject(pair) ? named(pair) : [];
  if (typeof inner !== 'string' || typeof outer !== 'string' || more.length > 0) throw malformed(name, 'two names');
  const known = pairs.get(inner);
  if (known) known.add(outer);
  else pairs.set(inner, new Set([outer]));
}

/** `{"member", "collection"}`, or `{"inner", "outer"}` */
function named({ member, collection, inner, outer, ...more }: { [key: string]: JsonValue }): (JsonValue | undefined)[] {
  return [member ?? inner, collection ?? outer, ...Object.values(more)];
}

function listOf(json: JsonValue): JsonValue[] {
  return Array.isArray(json) ? json : [json];
}

function reaches(wider: Pairs, inner: string, outer: string): boolean {
  const seen = new Set([inner]);
  for (const at of seen) {
    for (const next of wider.get(at) ?? []) {
      if (next === outer) return true;
      seen.add(next);
    }
  }
  return false;
}

const states: Readonly<Record<string, DutyState>> = {
  pending: 'pending',
  fulfilled: 'fulfilled',
  violated: 'violated',
};
const unset = ['unset', 'nonset', 'notset'];

/** States by the key of the duty in its policy, or by its uid; what is not named is not set. */
export function dutiesOf(json: JsonValue | undefined, policy: Policy): Facts['duties'] {
  if (json === undefined) return undefined;
  const found = new Map<string, DutyState>();
  const keys = keysOf(policy);
  for (const [name, state] of statesIn(json)) {
    // `Fulfilled`, `report:Non-Set`: the word counts, however it is written.
    const plain = typeof state === 'string' ? state.replace(/^.*[:/#]|[-_]/g, '').toLowerCase() : '';
    const known = Object.hasOwn(states, plain) ? states[plain] : undefined;
    if (known === undefined && !unset.includes(plain))
      throw malformed('duties', 'pending, fulfilled, violated or unset');
    for (const key of keys.get(name) ?? [name]) if (known) found.set(key, known);
  }
  return (duty) => found.get(duty);
}

function statesIn(json: JsonValue): [string, JsonValue][] {
  if (isObject(json)) return Object.entries(json);
  if (!Array.isArray(json)) throw malformed('duties', 'states by duty');
  return json.map((each) => {
    const { duty, uid = duty, state, ...more } = isObject(each) ? each : {};
    if (typeof uid !== 'string' || state === undefined || Object.keys(more).length > 0)
      throw malformed('duties', '{"duty", "state"}');
    return [uid, state];
  });
}

/** A uid may stand at several duties. */
function keysOf({ permissions, prohibitions, obligations }: Policy): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  const walk = (duty: Duty) => {
    if (duty.id !== undefined) keys.set(duty.id, [...(keys.get(duty.id) ?? []), duty.duty]);
    duty.consequences.forEach(walk);
  };
  obligations.forEach(walk);
  for (const rule of [...permissions, ...prohibitions]) [...rule.duties, ...rule.remedies].forEach(walk);
  return keys;
}

function malformed(name: string, expected: string): CliError {
  return new CliError('LINE_MALFORMED', `expected each of world.${name} to be ${expected}`);
}
