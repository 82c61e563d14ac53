import { voidingPair } from '../compare/conflict.js';
import { PolicyError } from '../errors.js';
import type { ConflictStrategy, Policy, PolicyKind, Problem, Rule } from '../model.js';
import { auditorsTerm, knownContexts, knownProfiles, policyMembers, termOf } from '../odrl/terms.js';
import { bounded, isObject, kindOf, type Member, policyLimits, Reader } from './reader.js';
import { optional, readRule, refuseDuties } from './rule.js';
import { instantOf } from './value.js';

export type ParseResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** What must stand here. `Request`: an Offer as a ContractRequestMessage carries it. Default: any of the three classes. */
  readonly kind?: PolicyKind | 'Request';
}

const kinds = ['Offer', 'Agreement', 'Set'] as const;

/**
 * Reads an ODRL policy as JSON, in the spelling of the Dataspace Protocol 2025-1, of compact `odrl:` or of absolute IRIs. Strict:
 * a term that is not known anywhere in it, or is known and cannot be decided, makes the whole policy refused, with the JSON
 * pointer of every such place. Takes any value at all.
 */
export function parsePolicy(json: unknown, options: ParseOptions = {}): ParseResult {
  const reader = new Reader();
  const policy = bounded(json, reader) ? readDocument(reader, json, options) : undefined;
  if (policy === undefined || reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const pair = voidingPair(policy);
  if (pair) {
    const [permission, prohibition] = pair;
    reader.warning(
      prohibition.path,
      'POLICY_VOID',
      `it conflicts with ${permission.path}, and without odrl:conflict a conflict voids the policy: say prohibit`,
    );
  }
  return { ok: true, policy, warnings: reader.warnings };
}

/**
 * As `parsePolicy`, for a policy that has been checked before.
 * @throws PolicyError POLICY_INVALID
 */
export function readPolicy(json: unknown, options: ParseOptions = {}): Policy {
  const result = parsePolicy(json, options);
  if (result.ok) return result.policy;
  const [first] = result.problems;
  const more = result.problems.length > 1 ? ` (and ${result.problems.length - 1} more)` : '';
  throw new PolicyError('POLICY_INVALID', `${first?.path || '/'}: ${first?.message}${more}`, result.problems);
}

function readDocument(reader: Reader, json: unknown, options: ParseOptions): Policy | undefined {
  if (!isObject(json)) return reader.problem('', 'VALUE_MALFORMED', `a policy is an object, not ${kindOf(json)}`);
  const members = reader.members(json, '', policyMembers, 'a policy');
  const kind = readKind(reader, members.get('@type'), options);
  readContext(reader, members.get('@context'));
  if (!fewRules(reader, members)) return undefined;
  refuseDuties(reader, members.get('obligation'), 'an obligation is owed by whoever agrees');

  const identifier = (name: string) =>
    optional(members.get(name), ({ value, path }) => reader.iri(value, path, `the ${name}`));
  const id = identifier('@id');
  const target = identifier('target');
  const assigner = identifier('assigner');
  const assignees = optional(members.get('assignee'), (member) => reader.iris(member, 'the assignee'));
  const auditors = optional(members.get(auditorsTerm), (member) => reader.iris(member, 'the auditors'));
  const timestamp = readTimestamp(reader, members.get('timestamp'), kind);
  const permissions = readRules(reader, members.get('permission'), 'permission');
  const prohibitions = readRules(reader, members.get('prohibition'), 'prohibition');
  const profiles = readProfiles(reader, members.get('profile'));
  const conflict = readConflict(reader, members.get('conflict'));

  if (permissions.length === 0 && prohibitions.length === 0 && reader.problems.length === 0) {
    reader.problem('', 'MEMBER_MISSING', 'a policy needs a permission or a prohibition');
  }
  if (kind === 'Agreement') checkAgreement(reader, members, assignees);
  if (kind === undefined || reader.problems.length > 0) return undefined;
  return {
    kind,
    ...(id === undefined ? {} : { id }),
    profiles,
    conflict,
    ...(target === undefined ? {} : { target }),
    ...(assigner === undefined ? {} : { assigner }),
    ...(assignees === undefined ? {} : { assignees }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(auditors === undefined ? {} : { auditors }),
    permissions,
    prohibitions,
  };
}

function readKind(reader: Reader, member: Member | undefined, options: ParseOptions): PolicyKind | undefined {
  const expected = options.kind === 'Request' ? 'Offer' : options.kind;
  const allowed = expected === undefined ? kinds : [expected];
  if (member === undefined) {
    return reader.problem('', 'MEMBER_MISSING', `a policy needs @type: ${allowed.join(' or ')}`, expected);
  }
  const found = typeof member.value === 'string' ? termOf(member.value) : '';
  const kind = allowed.find((name) => name === found);
  if (kind !== undefined) return kind;
  return reader.problem(member.path, 'TYPE_UNEXPECTED', `@type here is ${allowed.join(' or ')}`, expected);
}

function readContext(reader: Reader, member: Member | undefined): void {
  for (const { value, path } of member ? reader.list(member) : []) {
    if (typeof value === 'string' && knownContexts.includes(value)) continue;
    reader.problem(path, 'CONTEXT_UNKNOWN', 'this @context could change what the terms mean: use that of DSP 2025-1');
  }
}

function readProfiles(reader: Reader, member: Member | undefined): string[] {
  const found = (member && reader.iris(member, 'the profile')) ?? [];
  for (const profile of found) {
    if (knownProfiles.includes(profile)) continue;
    reader.unknown(member?.path ?? '', 'PROFILE_UNKNOWN', 'the profile', profile, knownProfiles);
  }
  return found;
}

function readConflict(reader: Reader, member: Member | undefined): ConflictStrategy {
  if (member === undefined) return 'invalid';
  const text = reader.iri(member.value, member.path, 'the conflict strategy') ?? '';
  const strategies = ['invalid', 'prohibit', 'perm'] as const;
  const found = strategies.find((strategy) => strategy === termOf(text));
  if (found === undefined && text !== '') {
    reader.unknown(member.path, 'CONFLICT_UNKNOWN', 'the conflict strategy', text, strategies);
  }
  return found ?? 'invalid';
}

function readTimestamp(reader: Reader, member: Member | undefined, kind: PolicyKind | undefined): string | undefined {
  if (member === undefined) return undefined;
  if (kind !== undefined && kind !== 'Agreement') {
    return reader.problem(member.path, 'TERM_UNKNOWN', `a timestamp belongs to an Agreement, not to an ${kind}`);
  }
  // Nothing is decided by it, so other connectors may write it as finely as their clocks tell.
  const coarse = typeof member.value === 'string' && member.value.replace(/(\.\d{3})\d{1,9}/, '$1');
  if (typeof member.value === 'string' && coarse && instantOf(coarse) !== undefined) return member.value;
  return reader.problem(
    member.path,
    'VALUE_MALFORMED',
    'the timestamp is a date and time such as 2027-01-01T00:00:00Z',
  );
}

/** Rules are judged by pairs, so they are bounded by their number too, whatever their members are spelled like. */
function fewRules(reader: Reader, members: Map<string, Member>): boolean {
  let rules = 0;
  for (const name of ['permission', 'prohibition', 'obligation']) {
    const member = members.get(name);
    if (member === undefined) continue;
    rules += reader.list(member).length;
    if (rules <= policyLimits.rules) continue;
    reader.problem(member.path, 'LIMIT_EXCEEDED', `the policy has more than ${policyLimits.rules} rules: split it`);
    return false;
  }
  return true;
}

function readRules(reader: Reader, member: Member | undefined, kind: Rule['kind']): Rule[] {
  if (member === undefined) return [];
  // An empty list, which some peers send for every kind of rule, says what a missing one says.
  return reader.list(member).flatMap((item, index) => readRule(reader, item, kind, index) ?? []);
}

/** DSP 2025-1: an agreement names what it is about and both its parties, one of each. */
function checkAgreement(reader: Reader, members: Map<string, Member>, assignees: string[] | undefined): void {
  for (const name of ['target', 'assigner', 'assignee'] as const) {
    if (!members.has(name)) reader.problem('', 'MEMBER_MISSING', `an Agreement needs its ${name}`, name);
  }
  if ((assignees?.length ?? 0) > 1) {
    reader.problem(members.get('assignee')?.path ?? '', 'VALUE_MALFORMED', 'an Agreement has one assignee');
  }
}
