import type {
  AtomicConstraint,
  Constraint,
  Duty,
  FactSource,
  LogicalConstraint,
  OrderedValue,
  Policy,
  Rule,
} from '../model.js';
import type { Operator } from '../odrl/operands.js';

// Policies built member by member, for tests of what comes after the parser.

export function point(value: number): OrderedValue {
  return { type: 'ordered', text: String(value), datatype: 'xsd:decimal', low: value, high: value };
}

export function span(low: number, high: number): OrderedValue {
  return { type: 'ordered', text: `${low}..${high}`, datatype: 'xsd:decimal', low, high };
}

export interface AtomParts {
  readonly unit?: string;
  readonly source?: FactSource;
  readonly declaredOnly?: boolean;
  readonly path?: string;
}

export function ordered(
  operand: string,
  operator: Operator,
  value: number | OrderedValue,
  parts: AtomParts = {},
): AtomicConstraint {
  return { path: '', operand, operator, value: typeof value === 'number' ? scalarOf(operand, value) : value, ...parts };
}

function scalarOf(operand: string, value: number): OrderedValue {
  if (operand !== 'dateTime') return point(value);
  return { ...point(value), text: new Date(value).toISOString(), datatype: 'xsd:dateTime' };
}

export function named(
  operand: string,
  operator: Operator,
  names: readonly string[],
  parts: AtomParts = {},
): AtomicConstraint {
  const terms = names.map((text) => ({ text, iri: false }));
  return { path: '', operand, operator, value: { type: 'terms', terms }, ...parts };
}

export function logic(kind: LogicalConstraint['logic'], ...operands: readonly Constraint[]): LogicalConstraint {
  return { path: '', logic: kind, operands };
}

export function rule(kind: Rule['kind'], at: number, parts: Partial<Rule> = {}): Rule {
  return {
    kind,
    rule: `${kind}/${at}`,
    path: `/${kind}/${at}`,
    action: 'use',
    actionRefinements: [],
    constraints: [],
    duties: [],
    remedies: [],
    declaredOnly: false,
    ...parts,
  };
}

export function duty(key: string, parts: Partial<Duty> = {}): Duty {
  return {
    duty: key,
    path: `/${key}`,
    action: 'compensate',
    actionRefinements: [],
    constraints: [],
    consequences: [],
    declaredOnly: false,
    ...parts,
  };
}

export function agreement(parts: Partial<Policy> = {}): Policy {
  return {
    kind: 'Agreement',
    profiles: [],
    conflict: 'prohibit',
    permissions: [],
    prohibitions: [],
    obligations: [],
    ...parts,
  };
}
