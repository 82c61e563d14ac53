import {
  type Constraint,
  type Fact,
  type FactSource,
  type Facts,
  factOf,
  factSources,
  type JsonValue,
  operandOf,
  type Policy,
  spanOfDuration,
  spanOfInstant,
  termOf,
} from '@causeway/policies';
import { CliError } from '../errors.js';
import { isObject, type Json, kindOf } from './json.js';
import { dutiesOf, membersOf, relationsOf } from './relations.js';

export interface World {
  readonly facts: Facts;
  /** Members of the world that mean nothing here: told, never used. */
  readonly ignored: readonly string[];
}

/** Members of a world that are no facts about an operand. */
const own = ['now', 'facts', 'count', 'reserved', 'duties', 'partOf', 'within'];

/**
 * The state of the world that a line is decided in.
 *
 * - `now`: an instant with its zone, or milliseconds since the epoch.
 * - any operand by its name, or under `facts`: a text, a number, a list of texts, or `{"value", "source"?, "unit"?}`; instants and
 *   durations as in a policy. Without a source it is only declared.
 * - `count`: uses before this one, under every rule or by rule (`{"permission/0": 3}`); `reserved`: the rules this use is counted under.
 * - `duties`: the state of duties by their key (`permission/0/duty/0`) or uid.
 * - `partOf`: to which collections a party or an asset belongs (`{"urn:anna": ["urn:staff"]}`); what is not said does not.
 * - `within`: which names lie within others, by operand (`{"spatial": {"CN-31": ["CN"]}}`); what is not said does not.
 *
 * @throws CliError LINE_MALFORMED
 */
export function readWorld(world: Json, policy: Policy): World {
  const values: Record<string, Fact> = {};
  const ignored: string[] = [];
  const named = isObject(world.facts) ? world.facts : {};
  for (const [name, value] of [...Object.entries(world), ...Object.entries(named)]) {
    const operand = operandNamed(name, policy);
    if (operand !== undefined && !clock.has(operand)) values[factOf(operand)] = factIn(name, value, operand);
    else if (!own.includes(name) && operand === undefined) ignored.push(name);
  }
  const duties = dutiesOf(world.duties, policy);
  const memberOf = membersOf(world.partOf);
  const within = relationsOf(world.within);
  const counts = countsOf(world.count ?? named.count);
  const reserved = Array.isArray(world.reserved) ? world.reserved : undefined;
  return {
    ignored,
    facts: {
      now: nowOf(world.now ?? world.dateTime ?? named.dateTime, policy),
      values,
      ...(counts ? { counts } : {}),
      ...(reserved ? { reserved: (rule: string) => reserved.includes(rule) } : {}),
      ...(duties ? { duties } : {}),
      ...(memberOf ? { memberOf } : {}),
      ...(within ? { within } : {}),
    },
  };
}

/** Not looked up among the facts. */
const clock: ReadonlySet<string> = new Set(['dateTime', 'count']);

/** The canonical operand of this name; one that only the policy knows, too. */
function operandNamed(name: string, policy: Policy): string | undefined {
  const term = termOf(name);
  if (operandOf(term)) return term;
  return mentioned(policy).has(term) ? term : undefined;
}

function mentioned({ permissions, prohibitions, assignees = [], target }: Policy): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (constraints: readonly Constraint[]) => {
    for (const each of constraints) {
      if ('operand' in each) found.add(each.operand);
      else walk(each.operands);
    }
  };
  for (const rule of [...permissions, ...prohibitions]) {
    walk([...rule.constraints, ...rule.actionRefinements, ...(rule.target?.refinements ?? [])]);
    for (const duty of rule.duties) walk([...duty.constraints, ...duty.actionRefinements]);
    for (const party of rule.assignees ?? []) walk(party.refinements);
  }
  for (const place of [...assignees, ...(target ? [target] : [])]) walk(place.refinements);
  return found;
}

function nowOf(value: JsonValue | undefined, policy: Policy): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string') {
    const span = spanOfInstant(value);
    if (span && span.low === span.high) return span.low;
  }
  // Where nothing asks for the time, any will do.
  if (value === undefined && ![...mentioned(policy)].some((operand) => factOf(operand) === 'dateTime')) return 0;
  throw malformed('now', 'an instant with its zone, such as 2027-01-01T00:00:00Z', value);
}

function factIn(name: string, json: JsonValue, operand: string): Fact {
  if (!isObject(json)) return { value: factValue(name, json, operand), source: 'declared' };
  const { value, source = 'declared', unit, ...range } = json;
  if (!isSource(source)) throw malformed(`${name}.source`, factSources.join(', '), source);
  if (unit !== undefined && typeof unit !== 'string') throw malformed(`${name}.unit`, 'an IRI', unit);
  return { value: factValue(name, value ?? range, operand), source, ...(unit === undefined ? {} : { unit }) };
}

function isSource(source: JsonValue): source is FactSource {
  return factSources.some((each) => each === source);
}

function factValue(name: string, json: JsonValue, operand: string): Fact['value'] {
  const scale = operandOf(operand)?.scale;
  if (typeof json === 'string') {
    if (scale === 'instant' || scale === 'duration') {
      const span = scale === 'instant' ? spanOfInstant(json) : spanOfDuration(json);
      if (!span) throw malformed(name, scale === 'instant' ? 'an instant' : 'a duration such as P30D', json);
      return { low: span.low, high: span.high };
    }
    const number = scale === 'number' || scale === 'integer' ? Number(json) : Number.NaN;
    return Number.isNaN(number) || json.trim() === '' ? json : number;
  }
  if (typeof json === 'number') return json;
  if (Array.isArray(json)) {
    const names = json.filter((each) => typeof each === 'string');
    if (names.length === json.length) return names;
  }
  if (isObject(json) && typeof json.low === 'number' && typeof json.high === 'number')
    return { low: json.low, high: json.high };
  throw malformed(name, 'a text, a number, or a list of texts', json);
}

function countsOf(value: JsonValue | undefined): Facts['counts'] {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return () => value;
  if (!isObject(value)) throw malformed('count', 'the number of uses before this one', value);
  return (rule) => {
    const used = value[rule];
    return typeof used === 'number' ? used : Number.NaN;
  };
}

function malformed(name: string, expected: string, value: JsonValue | undefined): CliError {
  const got = typeof value === 'string' ? `“${value.slice(0, 60)}”` : kindOf(value);
  return new CliError('LINE_MALFORMED', `expected world.${name} to be ${expected}, got ${got}`);
}
