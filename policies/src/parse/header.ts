import type { Classification, ConflictStrategy, Policy, PolicyKind } from '../model.js';
import { metadataMembers } from '../odrl/members.js';
import { spanOfInstant } from './instant.js';
import { isObject, kindOf, type Member, pointer } from './json.js';
import type { Reader } from './reader.js';

const kinds = ['Offer', 'Agreement', 'Set'] as const;

/** The class of a policy. Without one it is a Set, as is ODRL's own `Policy` (Information Model, 2.1). */
export function readKind(
  reader: Reader,
  member: Member | undefined,
  expected: PolicyKind | undefined,
): PolicyKind | undefined {
  const allowed = expected === undefined ? kinds : [expected];
  if (member === undefined) {
    if (expected === undefined || expected === 'Set') return 'Set';
    return reader.problem('', 'MEMBER_MISSING', `a policy needs @type: ${expected} here`, expected);
  }
  const [value, ...others] = reader.list(member).map((item) => item.value);
  const found = typeof value === 'string' && others.length === 0 ? reader.term(value) : '';
  const kind = allowed.find((name) => name === (found === 'Policy' ? 'Set' : found));
  if (kind !== undefined) return kind;
  return reader.wrongType(others.length === 0 ? value : member.value, member.path, allowed);
}

export function readConflict(reader: Reader, member: Member | undefined): ConflictStrategy {
  if (member === undefined) return 'invalid';
  const text = reader.iri(member.value, member.path, 'the conflict strategy') ?? '';
  const strategies = ['invalid', 'prohibit', 'perm'] as const;
  const found = strategies.find((strategy) => strategy === reader.term(text));
  if (found === undefined && text !== '') {
    reader.unknown(member.path, 'CONFLICT_UNKNOWN', 'the conflict strategy', text, strategies);
  }
  return found ?? 'invalid';
}

export function readTimestamp(reader: Reader, member: Member, kind: PolicyKind | undefined): string | undefined {
  const { value, path } = member;
  if (kind !== undefined && kind !== 'Agreement') {
    return reader.problem(path, 'TERM_UNKNOWN', `a timestamp belongs to an Agreement, not to an ${kind}`);
  }
  // Nothing is decided by it, so other connectors may write it as finely as their clocks tell.
  const coarse = typeof value === 'string' ? value.replace(/(\.\d{3})\d{1,9}/, '$1') : '';
  if (typeof value === 'string' && spanOfInstant(coarse)?.date === false) return value;
  const words = 'the timestamp is a date and time such as 2027-01-01T00:00:00Z';
  return reader.problem(path, 'VALUE_MALFORMED', words);
}

const domains = ['research', 'production', 'operation', 'management', 'platform'] as const;

/** `{"level":"2","domain":"production"}`: domain and level of the 2020 guideline on industrial data. */
export function readClassification(reader: Reader, { value, path }: Member): Classification | undefined {
  if (!isObject(value)) {
    const words = `the classification is {"level":"1"}, with a domain or without, not ${kindOf(value)}`;
    return reader.problem(path, 'VALUE_MALFORMED', words);
  }
  for (const key of Object.keys(value)) {
    if (key === 'level' || key === 'domain') continue;
    return reader.unknown(pointer(path, key), 'TERM_UNKNOWN', 'the member', key, ['level', 'domain']);
  }
  const level = ([1, 2, 3] as const).find((each) => String(each) === String(value.level));
  if (level === undefined || typeof value.level === 'object') {
    return reader.problem(
      pointer(path, 'level'),
      'VALUE_MALFORMED',
      'the level is 1, 2 or 3, where 3 is the highest',
      '3',
    );
  }
  if (value.domain === undefined) return { level };
  const domain = domains.find((each) => each === value.domain);
  if (domain !== undefined) return { level, domain };
  const text = typeof value.domain === 'string' ? value.domain : kindOf(value.domain);
  return reader.unknown(pointer(path, 'domain'), 'TERM_UNKNOWN', 'the domain', text, domains);
}

/** What is said about the document itself: texts, sorted. */
export function readMetadata(reader: Reader, members: ReadonlyMap<string, Member>): Policy['metadata'] {
  const found: Record<string, readonly string[]> = {};
  for (const name of metadataMembers) {
    const member = members.get(name);
    const texts = member && reader.iris(member, name);
    if (texts !== undefined) found[name] = texts;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
