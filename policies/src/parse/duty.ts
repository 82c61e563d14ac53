import { type Duty, type PartyFunction, partyFunctions } from '../model.js';
import { dutyMembers } from '../odrl/members.js';
import { declaredOnlyTerm } from '../odrl/terms.js';
import { readActions } from './action.js';
import { readConstraints } from './constraint.js';
import type { Definitions } from './definitions.js';
import { isObject, kindOf, type Member } from './json.js';
import { readAssets, readParty, readPlaces } from './parties.js';
import { optional, type Reader } from './reader.js';

export type DutyRole = 'duty' | 'obligation' | 'remedy' | 'consequence';

export interface DutyContext {
  readonly definitions: Definitions;
  readonly role: DutyRole;
  /** Whether the duty may have consequences: neither a consequence nor a remedy has any (Information Model, 2.6.4 and 2.6.7). */
  readonly consequences: boolean;
  /** What the policy says for all its rules. */
  readonly action?: Member;
}

/** A duty as it is written, before it has its place among the rules. */
export type WrittenDuty = Omit<Duty, 'duty' | 'consequences'> & { readonly consequences: readonly WrittenDuty[] };

/** The duties of one list. */
export function readDuties(reader: Reader, member: Member | undefined, context: DutyContext): WrittenDuty[] {
  return (member === undefined ? [] : reader.list(member)).flatMap((item) => readDuty(reader, item, context));
}

/** Duties with their keys, counted from zero under this prefix. */
export function keyed(reader: Reader, duties: readonly WrittenDuty[], prefix: string): Duty[] {
  return duties
    .filter(({ path }) => reader.fits('duties', path))
    .map((each, at) => {
      const duty = `${prefix}/${at}`;
      return { duty, ...each, consequences: keyed(reader, each.consequences, `${duty}/consequence`) };
    });
}

/** One duty as written; several where it names several actions or assets (Information Model, 2.7.1). */
export function readDuty(reader: Reader, item: Member, context: DutyContext): WrittenDuty[] {
  const found = context.definitions.resolve(reader, item, context.role);
  if (found === undefined) return [];
  const { value, path } = found;
  if (!isObject(value)) {
    reader.problem(path, 'VALUE_MALFORMED', `a duty is an object, not ${kindOf(value)}`);
    return [];
  }
  const place = found.inside({ definitions: context.definitions, uncounted: false });
  const members = reader.members(value, path, dutyMembers, `a ${context.role}`);
  reader.type(members.get('@type'), ['Duty', ...(context.role === 'obligation' ? ['Obligation'] : [])]);
  const id = optional(members.get('@id'), (member) => reader.iri(member.value, member.path, 'the id'));
  const targets = optional(members.get('target'), (member) => readAssets(reader, member, place)) ?? [undefined];
  const assigner = optional(members.get('assigner'), (member) => readParty(reader, member, 'the assigner', place));
  const assignees = optional(members.get('assignee'), (member) =>
    readPlaces(reader, member, 'Party', 'the assignee', place),
  );
  const nextPolicy = optional(members.get('hasPolicy'), (member) =>
    reader.iri(member.value, member.path, 'the policy'),
  );
  const functions = readFunctions(reader, members, place);
  const constraints = readConstraints(reader, members.get('constraint'), place);
  const declaredOnly = reader.truth(members.get(declaredOnlyTerm));
  const named = members.get('action') ?? context.action;
  if (named === undefined) {
    reader.problem(path, 'MEMBER_MISSING', 'a duty needs an action, such as odrl:delete or odrl:inform', 'action');
    return [];
  }
  const later = members.get('consequence');
  if (later !== undefined && !context.consequences && reader.list(later).length > 0) {
    reader.problem(
      later.path,
      'TERM_NOT_DECIDED',
      `a ${context.role} has no consequences of its own: write an obligation`,
    );
  }
  const consequences = context.consequences
    ? readDuties(reader, later, { definitions: place.definitions, role: 'consequence', consequences: false })
    : [];
  return readActions(reader, named, place).flatMap((doing) =>
    targets.map((target) => ({
      path,
      ...(id === undefined ? {} : { id }),
      ...doing,
      ...(target === undefined ? {} : { target }),
      ...(assigner === undefined ? {} : { assigner }),
      ...(assignees === undefined ? {} : { assignees }),
      ...(functions.length === 0 ? {} : { functions }),
      ...(nextPolicy === undefined ? {} : { nextPolicy }),
      constraints,
      consequences,
      declaredOnly,
    })),
  );
}

function readFunctions(
  reader: Reader,
  members: Map<string, Member>,
  place: Parameters<typeof readPlaces>[4],
): PartyFunction[] {
  return partyFunctions.flatMap((name) => {
    const member = members.get(name);
    if (member === undefined) return [];
    return [{ function: name, parties: readPlaces(reader, member, 'Party', `the ${name}`, place) }];
  });
}
