import { PolicyError } from './errors.js';
import type { AtomicConstraint, Constraint, JsonValue, Policy, PolicyJson, Problem, Rule } from './model.js';
import { auditorsTerm, wireTerm } from './odrl/terms.js';

/**
 * A policy in the spelling of the Dataspace Protocol 2025-1 (contract-schema.json): DSP's own terms bare, other ODRL terms as
 * compact `odrl:` IRIs, numbers and instants as typed values. Reading it again gives the same policy.
 *
 * Several assignees of an offer are a list under ODRL's own `assignee`: the official schema leaves the member open for offers,
 * and ODRL reads a list as the same rules for each (Information Model, 2.7.2). An agreement has exactly one, a string.
 *
 * @throws PolicyError NOT_ON_DSP: a Set, a policy without an id, a rule with a target of its own
 */
export function toWire(policy: Policy): PolicyJson {
  const problems = obstacles(policy);
  const [first] = problems;
  if (first) throw new PolicyError('NOT_ON_DSP', `${first.path || '/'}: ${first.message}`, problems);
  return {
    '@type': policy.kind,
    ...(policy.id === undefined ? {} : { '@id': policy.id }),
    ...(policy.profiles.length === 0 ? {} : { profile: alone(policy.profiles) }),
    ...(policy.conflict === 'invalid' ? {} : { 'odrl:conflict': { '@id': `odrl:${policy.conflict}` } }),
    ...(policy.target === undefined ? {} : { target: policy.target }),
    ...(policy.assigner === undefined ? {} : { assigner: policy.assigner }),
    ...(policy.assignees === undefined ? {} : { assignee: alone(policy.assignees) }),
    ...(policy.timestamp === undefined ? {} : { timestamp: policy.timestamp }),
    ...(policy.auditors === undefined ? {} : { [auditorsTerm]: [...policy.auditors] }),
    ...(policy.permissions.length === 0 ? {} : { permission: policy.permissions.map(ruleToWire) }),
    ...(policy.prohibitions.length === 0 ? {} : { prohibition: policy.prohibitions.map(ruleToWire) }),
  };
}

function obstacles(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string, message: string) => problems.push({ path, code: 'WIRE_CANNOT_CARRY', message });
  if (policy.kind === 'Set') add('/@type', 'the Dataspace Protocol carries Offers and Agreements, not Sets');
  if (policy.id === undefined) add('', 'the Dataspace Protocol demands an @id');
  for (const { path, target } of [...policy.permissions, ...policy.prohibitions]) {
    if (target !== undefined)
      add(`${path}/target`, 'under the Dataspace Protocol a rule has no target: the policy has it');
  }
  return problems;
}

function alone(names: readonly string[]): JsonValue {
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? only : [...names];
}

function ruleToWire(rule: Rule): JsonValue {
  return {
    ...(rule.id === undefined ? {} : { '@id': rule.id }),
    action: wireTerm(rule.action),
    ...(rule.assignees === undefined ? {} : { assignee: alone(rule.assignees) }),
    ...(rule.constraints.length === 0 ? {} : { constraint: rule.constraints.map(constraintToWire) }),
  };
}

function constraintToWire(constraint: Constraint): JsonValue {
  const id: PolicyJson = constraint.id === undefined ? {} : { '@id': constraint.id };
  if (!('operand' in constraint)) return { ...id, [constraint.logic]: constraint.operands.map(constraintToWire) };
  return {
    ...id,
    leftOperand: wireTerm(constraint.operand),
    operator: constraint.operator,
    rightOperand: valueToWire(constraint),
  };
}

function valueToWire(atom: AtomicConstraint): JsonValue {
  if (atom.operand === 'dateTime') return { '@value': atom.value.text, '@type': 'xsd:dateTime' };
  if (atom.operand === 'count') return { '@value': String(atom.value), '@type': 'xsd:integer' };
  const values = atom.value.map(({ text, iri }): JsonValue => (iri ? { '@id': text } : text));
  const [only] = values;
  const several = atom.operator === 'isAnyOf' || atom.operator === 'isNoneOf';
  return !several && only !== undefined ? only : values;
}
