import type { AtomicConstraint, Constraint } from '../model.js';
import { type DecidedOperand, decidedOperands, type Operator, operators, undecidedOperands } from '../odrl/operands.js';
import { constraintMembers, termOf } from '../odrl/terms.js';
import { isObject, kindOf, type Member, type Reader } from './reader.js';
import { readCount, readInstant, readPurposes } from './value.js';

const logics = ['and', 'or', 'xone', 'andSequence'] as const;

/** ODRL 2.2 Information Model, 2.5: a constraint, or a logical constraint over constraints. */
export function readConstraint(reader: Reader, { value, path }: Member, ruleKind: string): Constraint | undefined {
  if (!isObject(value)) {
    return reader.problem(path, 'VALUE_MALFORMED', `a constraint is an object, not ${kindOf(value)}`);
  }
  const members = reader.members(value, path, constraintMembers, 'a constraint');
  const present = logics.filter((logic) => members.has(logic));
  const atomic = ['leftOperand', 'operator', 'rightOperand'].filter((name) => members.has(name));
  const named = members.get('@id');
  const id = named && reader.iri(named.value, named.path, 'the id');
  const identity = id === undefined ? {} : { id };
  const types = present.length > 0 ? ['LogicalConstraint', 'Constraint'] : ['AtomicConstraint', 'Constraint'];
  readType(reader, members.get('@type'), types);

  const [logic, ...others] = present;
  if (logic === undefined) return readAtomic(reader, members, path, ruleKind, identity);
  if (others.length > 0 || atomic.length > 0) {
    const extra = [...others, ...atomic].join(', ');
    return reader.problem(path, 'VALUE_MALFORMED', `${logic} stands beside ${extra}: a constraint is one or the other`);
  }
  const list = reader.list(members.get(logic) ?? { value: [], path });
  if (list.length === 0) return reader.problem(path, 'VALUE_EMPTY', `${logic} joins no constraints: add some`);
  const operands = list.flatMap((item) => readConstraint(reader, item, ruleKind) ?? []);
  return { path, ...identity, logic, operands };
}

/** `@type` says nothing new here, so only the right one may stand. */
export function readType(reader: Reader, member: Member | undefined, allowed: readonly string[]): void {
  if (member === undefined) return;
  const type = typeof member.value === 'string' ? termOf(member.value) : undefined;
  if (type === undefined || !allowed.includes(type)) {
    reader.problem(member.path, 'TYPE_UNEXPECTED', `@type here is ${allowed.join(' or ')}, or is left out`, allowed[0]);
  }
}

function readAtomic(
  reader: Reader,
  members: Map<string, Member>,
  path: string,
  ruleKind: string,
  identity: { id?: string },
): AtomicConstraint | undefined {
  const left = members.get('leftOperand');
  const middle = members.get('operator');
  const right = members.get('rightOperand');
  if (!left || !middle || !right) {
    const missing = Object.entries({ leftOperand: left, operator: middle, rightOperand: right });
    const names = missing.filter(([, member]) => !member).map(([name]) => name);
    return reader.problem(path, 'MEMBER_MISSING', `a constraint needs ${names.join(', ')} (or and, or, xone)`);
  }
  const operand = readOperand(reader, left);
  const operator = readOperator(reader, middle);
  if (operand === undefined || operator === undefined) return undefined;
  const valid: readonly Operator[] = decidedOperands[operand];
  if (!valid.includes(operator)) {
    const list = valid.join(', ');
    return reader.problem(middle.path, 'OPERATOR_NOT_VALID', `${operator} is not decided for ${operand}: use ${list}`);
  }
  const base = { path, ...identity, operator };
  if (operand === 'dateTime') {
    const value = readInstant(reader, right);
    return value && { ...base, operand, value };
  }
  if (operand === 'count') {
    if (ruleKind === 'prohibition') {
      // A prohibited use is never made, so nothing would ever be counted under the prohibition.
      return reader.problem(path, 'COUNT_IN_PROHIBITION', 'a prohibition counts no uses: limit the permission instead');
    }
    const value = readCount(reader, right);
    return value === undefined ? undefined : { ...base, operand, value };
  }
  const value = readPurposes(reader, right, operator === 'isAnyOf' || operator === 'isNoneOf');
  return value && { ...base, operand, value };
}

function readOperand(reader: Reader, member: Member): DecidedOperand | undefined {
  const text = reader.iri(member.value, member.path, 'the left operand');
  if (text === undefined) return undefined;
  const term = termOf(text);
  if (term === 'dateTime' || term === 'count' || term === 'purpose') return term;
  const known: readonly string[] = undecidedOperands;
  if (known.includes(term)) {
    return reader.problem(
      member.path,
      'OPERAND_NOT_DECIDED',
      `${term} is an operand of ODRL that is not decided here; decided are ${Object.keys(decidedOperands).join(', ')}`,
    );
  }
  return reader.unknown(member.path, 'OPERAND_UNKNOWN', 'the left operand', text, [
    ...Object.keys(decidedOperands),
    ...known,
  ]);
}

function readOperator(reader: Reader, member: Member): Operator | undefined {
  const text = reader.iri(member.value, member.path, 'the operator');
  if (text === undefined) return undefined;
  const found = operators.find((operator) => operator === termOf(text));
  return found ?? reader.unknown(member.path, 'OPERATOR_UNKNOWN', 'the operator', text, operators);
}
