import { type AtomicConstraint, type Constraint, type FactSource, factSources } from '../model.js';
import { constraintMembers } from '../odrl/members.js';
import { type Operand, type Operator, operators } from '../odrl/scale.js';
import { declaredOnlyTerm, sourceTerm } from '../odrl/terms.js';
import type { Definitions } from './definitions.js';
import { isObject, kindOf, type Member, shown } from './json.js';
import { optional, type Reader } from './reader.js';
import { readValue } from './value.js';

const logics = ['and', 'or', 'xone', 'andSequence'] as const;
const atomic = ['leftOperand', 'operator', 'rightOperand', 'rightOperandReference', 'dataType', 'unit', sourceTerm];

/** What a constraint stands in, and what it may refer to. */
export interface Place {
  readonly definitions: Definitions;
  /** A prohibited use is never made, so nothing would ever be counted under the prohibition. */
  readonly uncounted: boolean;
}

/** ODRL 2.2 Information Model, 2.5: constraints and logical constraints over constraints. All of a list must hold. */
export function readConstraints(reader: Reader, member: Member | undefined, place: Place): Constraint[] {
  return (member ? reader.list(member) : []).flatMap((item) => readConstraint(reader, item, place) ?? []);
}

function readConstraint(reader: Reader, item: Member, place: Place): Constraint | undefined {
  const found = place.definitions.resolve(reader, item, 'constraint');
  if (found === undefined) return undefined;
  const { value, path } = found;
  if (!reader.fits('constraints', path)) return undefined;
  if (!isObject(value)) {
    return reader.problem(path, 'VALUE_MALFORMED', `a constraint is an object, not ${kindOf(value)}`);
  }
  const members = reader.members(value, path, constraintMembers, 'a constraint');
  const present = logics.filter((logic) => members.has(logic));
  const id = optional(members.get('@id'), (member) => reader.iri(member.value, member.path, 'the id'));
  const identity = id === undefined ? {} : { id };
  reader.type(members.get('@type'), [present.length > 0 ? 'LogicalConstraint' : 'AtomicConstraint', 'Constraint']);

  const [logic, ...others] = present;
  if (logic === undefined) return readAtomic(reader, members, path, place, identity);
  const extra = [...others, ...[...atomic, declaredOnlyTerm].filter((name) => members.has(name))];
  if (extra.length > 0) {
    const words = `${logic} stands beside ${extra.join(', ')}: a constraint is one or the other`;
    return reader.problem(path, 'VALUE_MALFORMED', words);
  }
  const list = reader.list(members.get(logic) ?? { value: [], path });
  if (list.length === 0) return reader.problem(path, 'VALUE_EMPTY', `${logic} joins no constraints: add some`);
  const operands = list.flatMap((each) => readConstraint(reader, each, found.inside(place)) ?? []);
  if (logic === 'xone' && operands.some(isDeclaredOnly)) {
    const words = 'what is declared only is not decided, so nobody could tell whether exactly one of these holds';
    return reader.problem(path, 'VALUE_MALFORMED', words);
  }
  return { path, ...identity, logic, operands };
}

function readAtomic(
  reader: Reader,
  members: Map<string, Member>,
  path: string,
  place: Place,
  identity: { id?: string },
): AtomicConstraint | undefined {
  const left = members.get('leftOperand');
  const middle = members.get('operator');
  const right = rightOperand(reader, members, path, place);
  if (!left || !middle || !members.has('rightOperand')) {
    const names = ['leftOperand', 'operator', 'rightOperand'].filter((name) => !members.has(name));
    if (names.join() !== 'rightOperand' || !members.has('rightOperandReference')) {
      return reader.problem(path, 'MEMBER_MISSING', `a constraint needs ${names.join(', ')} (or and, or, xone)`);
    }
  }
  const operand = left && readOperand(reader, left);
  const operator = middle && readOperator(reader, middle);
  const unit = optional(members.get('unit'), (member) => readUnit(reader, member, operand));
  const source = optional(members.get(sourceTerm), (member) => readSource(reader, member));
  const declaredOnly = reader.truth(members.get(declaredOnlyTerm));
  if (!operand || !operator || !middle || !right) return undefined;
  if (!operand.operators.includes(operator)) {
    const list = operand.operators.join(', ');
    return reader.problem(
      middle.path,
      'OPERATOR_NOT_VALID',
      `${operator} says nothing of ${operand.term}: use ${list}`,
    );
  }
  if (operand.term === 'count' && place.uncounted) {
    return reader.problem(path, 'COUNT_IN_PROHIBITION', 'a prohibition counts no uses: limit the permission instead');
  }
  const value = readValue(reader, right, operand, operator, members.get('dataType'));
  return (
    value && {
      path,
      ...identity,
      operand: operand.term,
      operator,
      value,
      ...(unit === undefined ? {} : { unit }),
      ...(source === undefined ? {} : { source }),
      ...(declaredOnly ? { declaredOnly } : {}),
    }
  );
}

function readOperand(reader: Reader, member: Member): Operand | undefined {
  const text = reader.iri(member.value, member.path, 'the left operand');
  if (text === undefined) return undefined;
  const found = reader.vocabulary.operand(reader.term(text));
  if (found === undefined) {
    return reader.unknown(member.path, 'OPERAND_UNKNOWN', 'the left operand', text, reader.vocabulary.operandNames);
  }
  return 'found' in found ? found.found : reader.undeclared(member.path, text, found.undeclared);
}

function readOperator(reader: Reader, member: Member): Operator | undefined {
  const text = reader.iri(member.value, member.path, 'the operator');
  if (text === undefined) return undefined;
  const found = operators.find((operator) => operator === reader.term(text));
  return found ?? reader.unknown(member.path, 'OPERATOR_UNKNOWN', 'the operator', text, operators);
}

/** The value itself, or what a reference stands for, when whoever asks has looked it up. */
function rightOperand(reader: Reader, members: Map<string, Member>, path: string, place: Place): Member | undefined {
  const right = members.get('rightOperand');
  const reference = members.get('rightOperandReference');
  if (reference === undefined) return right;
  if (right !== undefined) {
    return reader.problem(path, 'VALUE_MALFORMED', 'rightOperand stands beside rightOperandReference: keep one');
  }
  return place.definitions.referred(reader, reference);
}

/** Units are compared by name and never converted, so any IRI will do; where a scale has none, a unit would mean nothing. */
function readUnit(reader: Reader, member: Member, operand: Operand | undefined): string | undefined {
  const text = reader.iri(member.value, member.path, 'the unit');
  if (text === undefined) return undefined;
  if (operand !== undefined && operand.scale !== 'number') {
    return reader.problem(member.path, 'UNIT_UNKNOWN', `${operand.term} has no unit, so not “${shown(text)}”`);
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text)) return text;
  return reader.problem(member.path, 'UNIT_UNKNOWN', `a unit is an IRI, and “${shown(text)}” is not one`);
}

function readSource(reader: Reader, member: Member): FactSource | undefined {
  const text = reader.iri(member.value, member.path, 'the source');
  if (text === undefined) return undefined;
  const found = factSources.find((source) => source === text);
  return found ?? reader.unknown(member.path, 'TERM_UNKNOWN', 'the source of facts', text, factSources);
}

function isDeclaredOnly(constraint: Constraint): boolean {
  return 'operand' in constraint ? constraint.declaredOnly === true : constraint.operands.some(isDeclaredOnly);
}
