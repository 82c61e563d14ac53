import type { JsonValue, PolicyJson } from '../model.js';
import type { Random } from './random.js';
import {
  actionsIn,
  attribute,
  constraintsFor,
  epoch,
  hour,
  type Operand,
  operands,
  target,
} from './random-constraints.js';

export { epoch, hour };

/** An offer and a request, as they would come over the wire. */
export interface RandomPair {
  readonly offer: PolicyJson;
  readonly request: PolicyJson;
}

const people = ['urn:causeway:anna', 'urn:causeway:bo'] as const;

/**
 * A random offer and a request about it: mostly the offer with a few changes, some of which narrow it and some of which widen it, and
 * sometimes another offer altogether. Constraints speak of few operands and few values, so that they meet at their boundaries.
 */
export function randomPair(random: Random): RandomPair {
  const about = random.times(1 + random.next(3), () => random.pick(operands));
  const offer = policyOf(random, about);
  if (random.once(4)) return { offer, request: policyOf(random, about) };
  return { offer, request: changed(random, offer, about) };
}

function policyOf(random: Random, about: readonly Operand[]): PolicyJson {
  const permission = random.times(1 + (random.once(3) ? 1 : 0), () => ruleOf(random, about, 3));
  const prohibition = random.once(3) ? [ruleOf(random, uncounted(about), 2, false)] : [];
  return {
    '@type': 'Offer',
    '@id': 'urn:uuid:policy',
    target,
    'odrl:conflict': { '@id': `odrl:${random.once(12) ? 'perm' : random.once(20) ? 'invalid' : 'prohibit'}` },
    permission,
    ...(prohibition.length > 0 ? { prohibition } : {}),
    ...(random.once(8) ? { assignee: random.once(2) ? people[0] : [...people] } : {}),
  };
}

function ruleOf(random: Random, about: readonly Operand[], depth: number, guarded = true): PolicyJson {
  const constraint = constraintsFor(random, about, depth);
  const refinement = random.once(10) ? constraintsFor(random, about, 1).slice(0, 1) : [];
  const action = random.pick(actionsIn);
  const duty =
    guarded && random.once(12) ? [{ action: random.once(2) ? 'odrl:obtainConsent' : 'odrl:compensate' }] : [];
  return {
    action: refinement.length > 0 ? [{ 'rdf:value': { '@id': `odrl:${action}` }, refinement }] : `odrl:${action}`,
    ...(constraint.length > 0 ? { constraint } : {}),
    ...(duty.length > 0 && about.length < 3 ? { duty } : {}),
  };
}

function uncounted(about: readonly Operand[]): readonly Operand[] {
  return about.filter(({ name }) => name !== 'count');
}

function rulesIn(value: JsonValue | undefined): PolicyJson[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: JsonValue): value is PolicyJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One to three changes: a constraint more or less or another, another action, a rule more or less. */
function changed(random: Random, base: PolicyJson, about: readonly Operand[]): PolicyJson {
  let permission = rulesIn(base['permission']);
  let prohibition = rulesIn(base['prohibition']);
  let changedPolicy: PolicyJson = base;
  for (let left = random.once(8) ? 0 : 1 + random.next(4); left > 0; left--) {
    const at = random.next(permission.length);
    const rule = permission[at] ?? {};
    const constraint = Array.isArray(rule['constraint']) ? rule['constraint'] : [];
    const kind = random.next(9);
    if (kind <= 2) permission = permission.with(at, withConstraints(rule, [...constraint, attribute(random, about)]));
    if (kind === 3) permission = permission.with(at, withConstraints(rule, constraint.slice(1)));
    if (kind === 4) {
      const moved = constraint.map((each, place) => (place === 0 ? attribute(random, about) : each));
      permission = permission.with(at, withConstraints(rule, moved));
    }
    if (kind === 5 && !Array.isArray(rule['action'])) {
      permission = permission.with(at, { ...rule, action: `odrl:${random.pick(actionsIn)}` });
    }
    if (kind === 6) prohibition = random.once(2) ? [] : [...prohibition, ruleOf(random, uncounted(about), 2, false)];
    if (kind === 7) permission = [...permission, ruleOf(random, about, 2)];
    if (kind === 8) changedPolicy = { ...changedPolicy, assignee: random.pick(people) };
  }
  const { prohibition: _, ...rest } = changedPolicy;
  return { ...rest, permission, ...(prohibition.length > 0 ? { prohibition } : {}) };
}

function withConstraints(rule: PolicyJson, constraint: JsonValue[]): PolicyJson {
  const { constraint: _, ...rest } = rule;
  return constraint.length > 0 ? { ...rest, constraint } : rest;
}
