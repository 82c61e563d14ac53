import { PolicyError } from './errors.js';
import type { AtomicConstraint, Constraint, Duty, JsonValue, Party, Policy, PolicyJson, Rule } from './model.js';
import { obstacles } from './obstacles.js';
import { listOperators } from './odrl/scale.js';
import {
  auditorsTerm,
  classificationTerm,
  declaredOnlyTerm,
  sourceTerm,
  unboundTokensTerm,
  wireTerm,
} from './odrl/terms.js';
import type { Profile } from './profiles/profile.js';
import { allProfiles } from './profiles/table.js';

/**
 * A policy in the spelling of the Dataspace Protocol 2025-1 (contract-schema.json): DSP's own terms bare, other ODRL terms as
 * compact `odrl:` IRIs, terms of profiles as absolute IRIs, numbers and instants as typed values. Reading it again gives the same
 * policy.
 *
 * Several assignees of an offer are a list under ODRL's own `assignee`: the official schema leaves the member open for offers,
 * and ODRL reads a list as the same rules for each (Information Model, 2.7.2). An agreement has exactly one, a string. Our own
 * members (`urn:causeway:v1:…`) stand where they belong: the schemas allow them, and their keys are absolute IRIs.
 *
 * @throws PolicyError NOT_ON_DSP: `problems` names every part that the protocol cannot carry unchanged, with its path
 */
export function toWire(policy: Policy): PolicyJson {
  const problems = obstacles(policy);
  const [first] = problems;
  if (first) throw new PolicyError('NOT_ON_DSP', `${first.path || '/'}: ${first.message}`, problems);
  return toJson(policy);
}

/** The whole policy as JSON-LD-shaped JSON, in the same spelling; nothing of it is lost. Reading it again gives the same policy. */
export function toJson(policy: Policy): PolicyJson {
  const writer = new Writer(policy.profiles);
  return {
    '@type': policy.kind,
    ...(policy.id === undefined ? {} : { '@id': policy.id }),
    ...(policy.profiles.length === 0 ? {} : { profile: alone(policy.profiles) }),
    ...(policy.conflict === 'invalid' ? {} : { 'odrl:conflict': { '@id': `odrl:${policy.conflict}` } }),
    ...(policy.target === undefined ? {} : { target: writer.party(policy.target, 'Asset') }),
    ...(policy.assigner === undefined ? {} : { assigner: policy.assigner }),
    ...(policy.assignees === undefined ? {} : { assignee: writer.parties(policy.assignees) }),
    ...(policy.timestamp === undefined ? {} : { timestamp: policy.timestamp }),
    ...writer.metadata(policy.metadata),
    ...(policy.auditors === undefined ? {} : { [auditorsTerm]: [...policy.auditors] }),
    ...writer.classification(policy),
    ...(policy.unboundTokens ? { [unboundTokensTerm]: true } : {}),
    ...writer.list('permission', policy.permissions, (rule) => writer.rule(rule)),
    ...writer.list('prohibition', policy.prohibitions, (rule) => writer.rule(rule)),
    ...writer.list('obligation', policy.obligations, (duty) => writer.duty(duty)),
  };
}

function alone(names: readonly string[]): JsonValue {
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? only : [...names];
}

/** Writes the parts of one policy: which namespace a profile's term has depends on the profile that was declared. */
class Writer {
  readonly #profiles: readonly Profile[];

  constructor(declared: readonly string[]) {
    const first = allProfiles.filter(({ iris }) => iris.some((iri) => declared.includes(iri)));
    this.#profiles = [...first, ...allProfiles];
  }

  term(term: string): string {
    return wireTerm(term, this.#profiles);
  }

  list<T>(name: string, items: readonly T[], write: (item: T) => JsonValue): PolicyJson {
    return items.length === 0 ? {} : { [name]: items.map(write) };
  }

  metadata(metadata: Policy['metadata']): PolicyJson {
    return Object.fromEntries(Object.entries(metadata ?? {}).map(([name, texts]) => [this.term(name), alone(texts)]));
  }

  classification({ classification }: Policy): PolicyJson {
    if (classification === undefined) return {};
    const { level, domain } = classification;
    return { [classificationTerm]: { level: String(level), ...(domain === undefined ? {} : { domain }) } };
  }

  party(party: Party, kind: 'Party' | 'Asset'): JsonValue {
    const { id, collection, refinements } = party;
    if (!collection && refinements.length === 0) return id;
    return {
      '@type': collection ? `odrl:${kind}Collection` : `odrl:${kind}`,
      // A collection that is refined is named by its source, and must not have an id of its own (Information Model, 2.3.4).
      ...(collection && refinements.length > 0 ? { 'odrl:source': id } : { '@id': id }),
      ...this.list('odrl:refinement', refinements, (each) => this.constraint(each)),
    };
  }

  parties(parties: readonly Party[]): JsonValue {
    const written = parties.map((each) => this.party(each, 'Party'));
    const [only, ...others] = written;
    return only !== undefined && others.length === 0 ? only : written;
  }

  rule(rule: Rule): JsonValue {
    return {
      ...(rule.id === undefined ? {} : { '@id': rule.id }),
      ...(rule.action === undefined ? {} : { action: this.action(rule.action, rule.actionRefinements) }),
      ...(rule.target === undefined ? {} : { target: this.party(rule.target, 'Asset') }),
      ...(rule.assigner === undefined ? {} : { assigner: rule.assigner }),
      ...(rule.assignees === undefined ? {} : { assignee: this.parties(rule.assignees) }),
      ...this.list('constraint', rule.constraints, (each) => this.constraint(each)),
      ...this.list('duty', rule.duties, (each) => this.duty(each)),
      ...this.list('odrl:remedy', rule.remedies, (each) => this.duty(each)),
      ...(rule.declaredOnly ? { [declaredOnlyTerm]: true } : {}),
    };
  }

  duty(duty: Duty): JsonValue {
    return {
      ...(duty.id === undefined ? {} : { '@id': duty.id }),
      action: this.action(duty.action, duty.actionRefinements),
      ...(duty.target === undefined ? {} : { target: this.party(duty.target, 'Asset') }),
      ...(duty.assigner === undefined ? {} : { assigner: duty.assigner }),
      ...(duty.assignees === undefined ? {} : { assignee: this.parties(duty.assignees) }),
      ...Object.fromEntries(
        (duty.functions ?? []).map((each) => [`odrl:${each.function}`, this.parties(each.parties)]),
      ),
      ...(duty.nextPolicy === undefined ? {} : { 'odrl:hasPolicy': { '@id': duty.nextPolicy } }),
      ...this.list('constraint', duty.constraints, (each) => this.constraint(each)),
      ...this.list('odrl:consequence', duty.consequences, (each) => this.duty(each)),
      ...(duty.declaredOnly ? { [declaredOnlyTerm]: true } : {}),
    };
  }

  action(action: string, refinements: readonly Constraint[]): JsonValue {
    const name = this.term(action);
    if (refinements.length === 0) return name;
    return {
      'rdf:value': { '@id': action.includes(':') ? name : `odrl:${action}` },
      'odrl:refinement': refinements.map((each) => this.constraint(each)),
    };
  }

  constraint(constraint: Constraint): JsonValue {
    const id: PolicyJson = constraint.id === undefined ? {} : { '@id': constraint.id };
    if (!('operand' in constraint)) {
      return { ...id, [constraint.logic]: constraint.operands.map((each) => this.constraint(each)) };
    }
    return {
      ...id,
      leftOperand: this.term(constraint.operand),
      operator: constraint.operator,
      rightOperand: valueJson(constraint),
      ...(constraint.unit === undefined ? {} : { 'odrl:unit': { '@id': constraint.unit } }),
      ...(constraint.source === undefined ? {} : { [sourceTerm]: constraint.source }),
      ...(constraint.declaredOnly ? { [declaredOnlyTerm]: true } : {}),
    };
  }
}

function valueJson({ value, operator }: AtomicConstraint): JsonValue {
  if (value.type === 'ordered') return { '@value': value.text, '@type': value.datatype };
  const values = value.terms.map(({ text, iri }): JsonValue => (iri ? { '@id': text } : text));
  const [only] = values;
  return !listOperators.includes(operator) && only !== undefined ? only : values;
}
