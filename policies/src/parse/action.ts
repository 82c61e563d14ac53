import type { Constraint } from '../model.js';
import type { ActionTerm } from '../odrl/actions.js';
import { actionMembers } from '../odrl/members.js';
import { type Place, readConstraints } from './constraint.js';
import { isObject, type Member } from './json.js';
import type { Reader } from './reader.js';

export interface Doing {
  readonly action: ActionTerm;
  readonly actionRefinements: readonly Constraint[];
}

/** The actions a rule names: each makes a rule of its own (Information Model, 2.7.1). */
export function readActions(reader: Reader, member: Member, place: Place): Doing[] {
  const list = reader.list(member);
  if (list.length === 0) {
    reader.problem(member.path, 'VALUE_EMPTY', 'the list of actions is empty: name one, such as use or odrl:read');
  }
  return list.flatMap((item) => readAction(reader, item, place) ?? []);
}

/** A name; or `{"rdf:value": name, "refinement": […]}`, which JSON-LD also lets stand as `{"@id": name, "refinement": […]}`. */
function readAction(reader: Reader, item: Member, place: Place): Doing | undefined {
  const { value, path } = item;
  if (!isObject(value)) return plain(reader, item, []);
  const members = reader.members(value, path, actionMembers, 'an action');
  reader.type(members.get('@type'), ['Action']);
  const [name, other] = [members.get('rdf:value'), members.get('@id')];
  if (name === undefined && other === undefined) {
    return reader.problem(path, 'MEMBER_MISSING', 'an action needs its name as rdf:value', 'rdf:value');
  }
  if (name !== undefined && other !== undefined) {
    return reader.problem(path, 'VALUE_MALFORMED', 'an action has one name: rdf:value stands beside an id');
  }
  const refinements = readConstraints(reader, members.get('refinement'), place);
  return plain(reader, name ?? other ?? item, refinements);
}

function plain(reader: Reader, member: Member, actionRefinements: readonly Constraint[]): Doing | undefined {
  const text = reader.iri(member.value, member.path, 'the action');
  if (text === undefined) return undefined;
  const found = reader.vocabulary.action(reader.term(text));
  if (found === undefined) {
    return reader.unknown(member.path, 'ACTION_UNKNOWN', 'the action', text, reader.vocabulary.actionNames);
  }
  if ('undeclared' in found) return reader.undeclared(member.path, text, found.undeclared);
  return { action: found.found, actionRefinements };
}
