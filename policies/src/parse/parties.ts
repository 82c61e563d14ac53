import type { Asset, Party } from '../model.js';
import { placeMembers } from '../odrl/members.js';
import { type Place, readConstraints } from './constraint.js';
import { isObject, type Member } from './json.js';
import { optional, type Reader } from './reader.js';

/** Classes of vCard that IDS and the Information Model put beside ODRL's. They say nothing that is decided. */
const people = ['vcard:Individual', 'vcard:Group', 'vcard:Organization', 'vcard:Organisation'];
const classes = {
  Party: { collection: 'PartyCollection', more: people },
  Asset: { collection: 'AssetCollection', more: [] },
} as const;

/** Parties or assets: an identifier, or an object with a refinement; each once. */
export function readPlaces(
  reader: Reader,
  member: Member,
  kind: 'Party' | 'Asset',
  what: string,
  place: Place,
): Party[] {
  const items = reader.list(member);
  if (items.length === 0) {
    reader.problem(
      member.path,
      'VALUE_EMPTY',
      `${what} names ${kind === 'Party' ? 'nobody' : 'nothing'}: leave it out`,
    );
  }
  const found = items.flatMap((item) => readPlace(reader, item, kind, what, place) ?? []);
  const plain = found.filter(({ refinements }) => refinements.length === 0);
  const refined = found.filter(({ refinements }) => refinements.length > 0);
  const each = new Map(plain.map((one) => [`${one.collection} ${one.id}`, one]));
  return [...[...each.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), ...refined];
}

export function readAssets(reader: Reader, member: Member, place: Place): Asset[] {
  return readPlaces(reader, member, 'Asset', 'the target', place);
}

/** One party without refinement, as assigner or auditor. */
export function readParty(reader: Reader, member: Member, what: string, place: Place): string | undefined {
  const [one, ...others] = readPlaces(reader, member, 'Party', what, place);
  if (others.length > 0)
    return reader.problem(member.path, 'VALUE_MALFORMED', `${what} is one party: split the policy`);
  if (one && one.refinements.length > 0) {
    return reader.problem(
      member.path,
      'TERM_NOT_DECIDED',
      `${what} is named by its id: a refinement selects nobody here`,
    );
  }
  return one?.id;
}

function readPlace(
  reader: Reader,
  item: Member,
  kind: 'Party' | 'Asset',
  what: string,
  place: Place,
): Party | undefined {
  const { value, path } = item;
  if (!isObject(value)) {
    const id = reader.iri(value, path, what);
    return id === undefined ? undefined : { id, collection: false, refinements: [] };
  }
  const { collection, more } = classes[kind];
  const members = reader.members(value, path, placeMembers, what);
  const type = reader.type(members.get('@type'), [kind, collection], more);
  const text = (name: string) => optional(members.get(name), (member) => reader.iri(member.value, member.path, what));
  const [id, source] = [text('@id'), text('source')];
  if ((id === undefined) === (source === undefined)) {
    const words =
      id === undefined
        ? `${what} needs its uid, or the source of a collection`
        : `${what} has uid and source: keep one`;
    return reader.problem(path, id === undefined ? 'MEMBER_MISSING' : 'VALUE_MALFORMED', words);
  }
  const refinement = members.get('refinement');
  // A single party that must have some quality is written with its uid; the Information Model only speaks of members.
  const refinements = readConstraints(reader, refinement, place);
  if (refinement !== undefined && reader.list(refinement).length === 0) {
    reader.problem(refinement.path, 'VALUE_EMPTY', 'the refinement says nothing: leave it out');
  }
  return { id: id ?? source ?? '', collection: source !== undefined || type === collection, refinements };
}
