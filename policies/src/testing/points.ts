import { atomsOf, constraintsOf } from '../compare/parts.js';
import type { DecisionRequest, Fact, FactSource, Facts, Policy } from '../model.js';
import { actionTerms } from '../odrl/actions.js';
import { factOf } from '../odrl/operands.js';
import type { Random } from './random.js';

export interface Situated {
  readonly request: DecisionRequest;
  readonly facts: Facts;
}

const acts = ['use', 'read', 'display', 'distribute', 'transfer', 'sell'].filter((act) => actionTerms.includes(act));

/**
 * Everything that a decision under one of these policies could tell apart: each operand at every value that a policy mentions, between
 * any two of them and beyond them, known only so far between any two of these, missing, of every source and unit; every name, a name
 * that nobody mentioned, and two names at once. All combinations when they are at most `most`, otherwise so many of them.
 *
 * It knows nothing of regions: it is what they are tested against.
 */
export function* pointsOf(policies: readonly Policy[], random: Random, most: number): Generator<Situated> {
  const choices = choicesOf(policies);
  const all = choices.reduce((product, { values }) => product * values.length, 1);
  const count = Math.min(all, most);
  for (let at = 0; at < count; at++) {
    const found: Record<string, unknown> = {};
    let rest = at;
    for (const { key, values } of choices) {
      found[key] = values[all <= most ? rest % values.length : random.next(values.length)];
      rest = Math.floor(rest / values.length);
    }
    yield situated(found, choices);
  }
}

interface Choice {
  readonly key: string;
  readonly values: readonly unknown[];
}

function choicesOf(policies: readonly Policy[]): readonly Choice[] {
  const atoms = policies.flatMap(constraintsOf).flatMap(atomsOf);
  const keys = [...new Set(atoms.map(({ operand }) => factOf(operand)))];
  const people = policies.flatMap((policy) => (policy.assignees ?? []).map(({ id }) => id));
  const duties = policies.flatMap(({ permissions }) => permissions.flatMap((rule) => rule.duties));
  const related = atoms.some(({ operator }) => operator === 'isPartOf' || operator === 'hasPart' || operator === 'isA');
  const used = policies.flatMap(({ permissions }) => permissions).length > 0 ? acts : ['use'];
  const choices: Choice[] = [
    { key: '@action', values: used },
    { key: '@assignee', values: [...new Set([...people, 'urn:causeway:eve'])] },
    { key: '@duties', values: duties.length > 0 ? [true, false] : [false] },
    { key: '@within', values: related ? [undefined, false, true] : [undefined] },
  ];
  for (const key of keys) {
    const own = atoms.filter(({ operand }) => factOf(operand) === key);
    const ends = own.flatMap(({ value }) => (value.type === 'ordered' ? [value.low, value.high] : []));
    if (key === 'dateTime') choices.push({ key, values: ranksOf(ends) });
    else if (key === 'count') choices.push({ key, values: [undefined, 0, 1, 2, 3, 4] });
    else choices.push({ key, values: [undefined, ...factsOf(own, ends)] });
  }
  return choices;
}

function factsOf(atoms: ReturnType<typeof atomsOf>, ends: readonly number[]): Fact[] {
  const units = [...new Set(atoms.map(({ unit }) => unit))];
  const sources: FactSource[] = atoms.some(({ source }) => source !== undefined)
    ? ['attested', 'measured', 'declared']
    : ['declared'];
  const kinds = units.flatMap((unit) => sources.map((source) => ({ source, ...(unit === undefined ? {} : { unit }) })));
  const values: Fact['value'][] = [];
  if (ends.length > 0) {
    const ranks = ranksOf(ends);
    values.push(...ranks);
    for (const [at, low] of ranks.entries()) for (const high of ranks.slice(at + 1)) values.push({ low, high });
  } else {
    const names = new Set(
      atoms.flatMap(({ value }) => (value.type === 'terms' ? value.terms.map(({ text }) => text) : [])),
    );
    const all = [...names, 'urn:other'];
    values.push(...all.map((name) => [name]));
    for (const [at, first] of all.entries()) for (const second of all.slice(at + 1)) values.push([first, second]);
    if (all.length > 2) values.push(all);
  }
  return values.flatMap((value) => kinds.map((kind) => ({ value, ...kind })));
}

/** The values and one between each two and beyond. */
function ranksOf(ends: readonly number[]): number[] {
  const sorted = [...new Set(ends)].sort((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  const between = sorted.flatMap((at, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [at] : [at, Number.isInteger((at + next) / 2) ? (at + next) / 2 : at + (next - at) / 2];
  });
  return [first - 1, ...between, last + 1];
}

function situated(found: Readonly<Record<string, unknown>>, choices: readonly Choice[]): Situated {
  const values: Record<string, Fact> = {};
  for (const { key } of choices) {
    const fact = found[key];
    if (isFact(fact)) values[key] = fact;
  }
  const { dateTime, count } = found;
  const within = found['@within'];
  return {
    request: {
      action: String(found['@action']),
      target: 'urn:causeway:maker:steel',
      assignee: String(found['@assignee']),
    },
    facts: {
      now: typeof dateTime === 'number' ? dateTime : 0,
      values,
      ...(typeof count === 'number' ? { counts: () => count } : {}),
      ...(found['@duties'] === true ? { duties: () => 'fulfilled' as const } : {}),
      ...(typeof within === 'boolean' ? { within: () => within } : {}),
    },
  };
}

function isFact(value: unknown): value is Fact {
  return typeof value === 'object' && value !== null && 'source' in value;
}
