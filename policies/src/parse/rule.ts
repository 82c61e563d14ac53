import type { Rule } from '../model.js';
import { actionNames, actionOf } from '../odrl/actions.js';
import { ruleMembers, termOf } from '../odrl/terms.js';
import { readConstraint, readType } from './constraint.js';
import { isObject, kindOf, type Member, type Reader } from './reader.js';

export function readRule(reader: Reader, { value, path }: Member, kind: Rule['kind'], index: number): Rule | undefined {
  if (!isObject(value)) return reader.problem(path, 'VALUE_MALFORMED', `a ${kind} is an object, not ${kindOf(value)}`);
  const members = reader.members(value, path, ruleMembers, `a ${kind}`);
  readType(reader, members.get('@type'), [kind === 'permission' ? 'Permission' : 'Prohibition']);
  refuseDuties(reader, members.get('duty'), 'a duty blocks its permission until it is fulfilled');
  refuseDuties(reader, members.get('remedy'), 'a remedy is owed once the prohibition is broken');

  const id = optional(members.get('@id'), (member) => reader.iri(member.value, member.path, 'the id'));
  const target = optional(members.get('target'), (member) => reader.iri(member.value, member.path, 'the target'));
  const assignees = optional(members.get('assignee'), (member) => reader.iris(member, 'the assignee'));
  const constraint = members.get('constraint');
  const constraints = (constraint ? reader.list(constraint) : []).flatMap(
    (item) => readConstraint(reader, item, kind) ?? [],
  );
  const action = readAction(reader, members.get('action'), path, kind);
  if (action === undefined) return undefined;
  return {
    kind,
    rule: `${kind}/${index}`,
    path,
    ...(id === undefined ? {} : { id }),
    action,
    ...(target === undefined ? {} : { target }),
    ...(assignees === undefined ? {} : { assignees }),
    constraints,
  };
}

/**
 * Nothing fulfils duties yet, so a rule with one could only ever deny, and an agreement over it would promise what nobody
 * keeps: the policy is refused instead.
 */
export function refuseDuties(reader: Reader, member: Member | undefined, why: string): void {
  if (member === undefined) return;
  for (const item of reader.list(member)) {
    reader.problem(item.path, 'DUTY_NOT_DECIDED', `duties are not kept here yet, and ${why}: the policy is refused`);
  }
}

export function optional<T>(member: Member | undefined, read: (member: Member) => T | undefined): T | undefined {
  return member === undefined ? undefined : read(member);
}

function readAction(reader: Reader, member: Member | undefined, path: string, kind: string) {
  if (member === undefined) {
    return reader.problem(path, 'MEMBER_MISSING', `a ${kind} needs an action, such as use or odrl:read`);
  }
  if (isObject(member.value) && Object.keys(member.value).some((key) => termOf(key) === 'refinement')) {
    return reader.problem(
      member.path,
      'TERM_NOT_DECIDED',
      'refined actions are not decided here: name one plain action',
    );
  }
  const [only, ...others] = reader.list(member);
  if (only === undefined || others.length > 0) {
    return reader.problem(member.path, 'VALUE_MALFORMED', 'a rule has one action: write one rule for each');
  }
  const text = reader.iri(only.value, only.path, 'the action');
  if (text === undefined) return undefined;
  return actionOf(termOf(text)) ?? reader.unknown(only.path, 'ACTION_UNKNOWN', 'the action', text, actionNames);
}
