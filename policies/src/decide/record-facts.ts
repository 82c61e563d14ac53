import {
  type Constraint,
  type DecisionRequest,
  type Duty,
  type DutyState,
  type Fact,
  type FactSource,
  type Facts,
  factSources,
  type JsonValue,
  type Policy,
  type Rule,
  type Truth,
} from '../model.js';
import { factOf } from '../odrl/operands.js';
import { truthFrom } from './condition.js';
import {
  invalidRecord,
  isList,
  isObject,
  isText,
  isTruth,
  type JsonObject,
  member,
  numberMember,
  textMember,
} from './record-json.js';

/** Everything in `facts` that this policy may look at for this request, each with its source. */
export function factsText(policy: Policy, request: DecisionRequest, facts: Facts): JsonObject {
  const rules = [...policy.permissions, ...policy.prohibitions];
  const constraints = rules.flatMap((rule) => constraintsOf(policy, rule));
  const keys = [...new Set(constraints.map(({ operand }) => factOf(operand)))].sort();
  const counting = rules.filter((rule) =>
    constraintsOf(policy, rule).some(({ operand }) => factOf(operand) === 'count'),
  );
  const duties = policy.permissions.flatMap((rule) => rule.duties);
  return {
    now: { value: Number.isSafeInteger(facts.now) ? instantText(facts.now) : String(facts.now), source: 'measured' },
    assignee: {
      value: facts.assignee ?? request.assignee,
      source: facts.assignee === undefined ? 'declared' : 'attested',
    },
    ...group('values', valuesText(keys, facts)),
    ...group('counts', countsText(counting, facts)),
    ...list(
      'reserved',
      counting.filter(({ rule }) => facts.reserved?.(rule)).map(({ rule }) => rule),
    ),
    ...group('duties', dutiesText(duties, facts)),
    ...list('memberOf', membershipText(policy, rules, request, facts)),
    ...list('within', withinText(constraints, facts)),
  };
}

function group(key: string, value: JsonObject): JsonObject {
  return Object.keys(value).length > 0 ? { [key]: value } : {};
}

function list(key: string, value: JsonValue[]): JsonObject {
  return value.length > 0 ? { [key]: value } : {};
}

function instantText(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds);
}

function valuesText(keys: readonly string[], { values = {} }: Facts): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const fact = Object.hasOwn(values, key) ? values[key] : undefined;
      return fact === undefined ? [] : [[key, factText(fact)]];
    }),
  );
}

function factText({ value, source, unit }: Fact): JsonObject {
  const rest = { source, ...(unit === undefined ? {} : { unit }) };
  if (typeof value === 'number') return { number: String(value), ...rest };
  if (typeof value === 'string') return { value, ...rest };
  if ('low' in value) return { low: String(value.low), high: String(value.high), ...rest };
  return { value: value.map(String), ...rest };
}

function countsText(counting: readonly Rule[], { counts }: Facts): JsonObject {
  const found = counting.flatMap(({ rule }) => {
    const count = counts?.(rule);
    return count === undefined ? [] : [[rule, String(count)] as const];
  });
  return found.length > 0 ? { value: Object.fromEntries(found), source: 'measured' } : {};
}

function dutiesText(duties: readonly Duty[], facts: Facts): JsonObject {
  return Object.fromEntries(
    duties.flatMap(({ duty }) => {
      const state = facts.duties?.(duty);
      return state === undefined ? [] : [[duty, state]];
    }),
  );
}

function membershipText(
  policy: Policy,
  rules: readonly Rule[],
  { target, assignee }: DecisionRequest,
  facts: Facts,
): JsonValue[] {
  const pairs = new Map<string, JsonValue>();
  const note = (asked: string, named: readonly { readonly id: string; readonly collection: boolean }[]) => {
    for (const { id, collection } of named) {
      if (!collection || id === asked) continue;
      const holds = truthFrom(facts.memberOf?.(asked, id));
      if (holds !== undefined) pairs.set(JSON.stringify([asked, id]), { member: asked, collection: id, holds });
    }
  };
  for (const each of [policy, ...rules]) {
    note(target, each.target ? [each.target] : []);
    note(assignee, each.assignees ?? []);
  }
  return [...pairs.values()];
}

function withinText(constraints: readonly Atom[], { values = {}, within }: Facts): JsonValue[] {
  const pairs = new Map<string, JsonValue>();
  for (const { operand, operator, value } of constraints) {
    if (value.type !== 'terms' || (operator !== 'isA' && operator !== 'isPartOf' && operator !== 'hasPart')) continue;
    const key = factOf(operand);
    const fact = Object.hasOwn(values, key) ? values[key]?.value : undefined;
    const names = typeof fact === 'string' ? [fact] : Array.isArray(fact) ? fact : [];
    for (const name of names) {
      for (const { text } of value.terms) {
        const [inner, outer] = operator === 'hasPart' ? [text, name] : [name, text];
        const holds = inner === outer ? undefined : truthFrom(within?.(key, inner, outer));
        if (holds !== undefined) pairs.set(JSON.stringify([key, inner, outer]), { operand: key, inner, outer, holds });
      }
    }
  }
  return [...pairs.values()];
}

type Atom = Extract<Constraint, { readonly operand: string }>;

/** Every comparison that a decision by this rule may make. */
function constraintsOf(policy: Policy, rule: Rule): readonly Atom[] {
  const named = [policy, rule].flatMap(({ target, assignees }) => [...(target ? [target] : []), ...(assignees ?? [])]);
  return [
    ...rule.constraints,
    ...rule.actionRefinements,
    ...named.flatMap(({ refinements }) => refinements),
    ...rule.duties.flatMap((duty) => duty.constraints),
  ].flatMap(atomsOf);
}

function atomsOf(constraint: Constraint): readonly Atom[] {
  return 'operand' in constraint ? [constraint] : constraint.operands.flatMap(atomsOf);
}

/**
 * The facts of a record, as `decide` takes them. What it does not hold was not known.
 *
 * @throws PolicyError RECORD_INVALID
 */
export function factsIn(record: JsonObject): Facts {
  const now = textMember(member(record, 'now', isObject, '/facts'), 'value', '/facts/now');
  const assignee = member(record, 'assignee', isObject, '/facts');
  const attested = textMember(assignee, 'source', '/facts/assignee') === 'attested';
  const counts = optional(record, 'counts', isObject);
  const counted = counts && member(counts, 'value', isObject, '/facts/counts');
  const reserved = optional(record, 'reserved', isList) ?? [];
  const duties = optional(record, 'duties', isObject);
  const memberOf = optional(record, 'memberOf', isList);
  const within = optional(record, 'within', isList);
  return {
    now: instantIn(now),
    ...(attested ? { assignee: textMember(assignee, 'value', '/facts/assignee') } : {}),
    values: valuesIn(optional(record, 'values', isObject) ?? {}),
    ...(counted ? { counts: countsIn(counted) } : {}),
    ...(reserved.length > 0 ? { reserved: (rule) => reserved.includes(rule) } : {}),
    ...(duties ? { duties: dutiesIn(duties) } : {}),
    ...(memberOf ? { memberOf: relation(memberOf, '/facts/memberOf', ['member', 'collection']) } : {}),
    ...(within ? { within: relation(within, '/facts/within', ['operand', 'inner', 'outer']) } : {}),
  };
}

function optional<T extends JsonValue>(
  record: JsonObject,
  key: string,
  is: (value: JsonValue | undefined) => value is T,
): T | undefined {
  return Object.hasOwn(record, key) ? member(record, key, is, '/facts') : undefined;
}

function instantIn(text: string): number {
  return /^[+-]?\d+-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number(text);
}

function valuesIn(record: JsonObject): Readonly<Record<string, Fact>> {
  return Object.fromEntries(
    Object.keys(record).map((key) => [key, factIn(member(record, key, isObject, '/facts/values'), key)]),
  );
}

function factIn(fact: JsonObject, key: string): Fact {
  const path = `/facts/values/${key}`;
  const source = textMember(fact, 'source', path);
  if (!isSource(source)) throw invalidRecord(`${path}/source`);
  const unit = Object.hasOwn(fact, 'unit') ? textMember(fact, 'unit', path) : undefined;
  return { value: valueIn(fact, path), source, ...(unit === undefined ? {} : { unit }) };
}

function valueIn(fact: JsonObject, path: string): Fact['value'] {
  if (Object.hasOwn(fact, 'number')) return numberMember(fact, 'number', path);
  if (Object.hasOwn(fact, 'low'))
    return { low: numberMember(fact, 'low', path), high: numberMember(fact, 'high', path) };
  const { value } = fact;
  if (isText(value)) return value;
  if (isList(value) && value.every(isText)) return value;
  throw invalidRecord(`${path}/value`);
}

function isSource(text: string): text is FactSource {
  return factSources.some((source) => source === text);
}

function countsIn(record: JsonObject): (rule: string) => number {
  const counts = new Map(Object.keys(record).map((rule) => [rule, numberMember(record, rule, '/facts/counts/value')]));
  // A count that was not recorded was not known.
  return (rule) => counts.get(rule) ?? Number.NaN;
}

function dutiesIn(record: JsonObject): (duty: string) => DutyState | undefined {
  const states = new Map(
    Object.keys(record).map((duty) => {
      const state = textMember(record, duty, '/facts/duties');
      if (state !== 'pending' && state !== 'fulfilled' && state !== 'violated')
        throw invalidRecord(`/facts/duties/${duty}`);
      return [duty, state] as const;
    }),
  );
  return (duty) => states.get(duty);
}

function relation(
  entries: readonly JsonValue[],
  path: string,
  keys: readonly string[],
): (...names: readonly string[]) => Truth {
  const known = new Map(
    entries.map((entry, at) => {
      if (!isObject(entry)) throw invalidRecord(`${path}/${at}`);
      const names = keys.map((key) => textMember(entry, key, `${path}/${at}`));
      return [JSON.stringify(names), member(entry, 'holds', isTruth, `${path}/${at}`)] as const;
    }),
  );
  return (...names) => known.get(JSON.stringify(names));
}
