import { PolicyError } from '../errors.js';
import type { Asset, Duty, JsonValue, Party, Policy, PolicyKind, Problem, Rule } from '../model.js';
import { auditorsTerm, classificationTerm, unboundTokensTerm } from '../odrl/terms.js';
import type { Profile } from '../profiles/profile.js';
import { bounded } from './bounds.js';
import { readDeclared } from './declared.js';
import { keyed, readDuty, type WrittenDuty } from './duty.js';
import { readClassification, readConflict, readKind, readMetadata, readTimestamp } from './header.js';
import { type Document, readLine } from './inherit.js';
import { isObject, kindOf, type Member } from './json.js';
import { readAssets, readParty, readPlaces } from './parties.js';
import { optional, Reader } from './reader.js';
import { readRule } from './rule.js';
import { Vocabulary } from './vocabulary.js';
import { warnOf } from './warnings.js';

export type ParseResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Everything a policy may refer to is handed in: nothing is ever fetched. */
export interface ParseOptions {
  /** What must stand here. `Request`: an Offer as a ContractRequestMessage carries it. Default: any of the three classes. */
  readonly kind?: PolicyKind | 'Request';
  /** Profiles beside those known here, with their operands. */
  readonly profiles?: readonly Profile[];
  /** Policies to inherit from, by id. */
  readonly policies?: Readonly<Record<string, JsonValue>>;
  /** Constraints that are referred to by id only. */
  readonly constraints?: Readonly<Record<string, JsonValue>>;
  /** Values of `rightOperandReference`, by IRI. */
  readonly references?: Readonly<Record<string, JsonValue>>;
}

/**
 * Reads an ODRL policy as JSON, in the spelling of the Dataspace Protocol 2025-1, of compact IRIs or of absolute ones. Strict: a
 * term that is not known anywhere in it, or is known and cannot be decided, makes the whole policy refused, with the JSON pointer
 * of every such place. Takes any value at all.
 */
export function parsePolicy(json: unknown, options: ParseOptions = {}): ParseResult {
  const reader = new Reader(new Vocabulary(options.profiles));
  const policy = bounded(json, reader) ? readDocument(reader, json, options) : undefined;
  if (policy === undefined || reader.problems.length > 0) return { ok: false, problems: reader.problems };
  return { ok: true, policy, warnings: [...reader.warnings, ...warnOf(policy)] };
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
  const document = readLine(reader, json, options);
  const { members } = document;
  const profiles = [
    ...new Set(document.declarations.flatMap(({ context, profile }) => readDeclared(reader, context, profile))),
  ].sort();
  const kind = readKind(reader, members.get('@type'), options.kind === 'Request' ? 'Offer' : options.kind);
  const shared = readShared(reader, document);
  const { permissions, prohibitions, obligations } = readRules(reader, document, kind, shared.targets);
  if (document.rules.length === 0 && reader.problems.length === 0) {
    reader.problem('', 'MEMBER_MISSING', 'a policy needs a permission, a prohibition or an obligation');
  }
  const id = optional(members.get('@id'), ({ value, path }) => reader.iri(value, path, 'the id'));
  const conflict = readConflict(reader, members.get('conflict'));
  const auditors = optional(members.get(auditorsTerm), (member) => reader.iris(member, 'the auditors'));
  const classification = optional(members.get(classificationTerm), (member) => readClassification(reader, member));
  const unboundTokens = reader.truth(members.get(unboundTokensTerm));
  const timestamp = optional(members.get('timestamp'), (member) => readTimestamp(reader, member, kind));
  const metadata = readMetadata(reader, members);
  if (kind === undefined || reader.problems.length > 0) return undefined;

  const [target, ...others] = shared.targets;
  const policy: Policy = {
    kind,
    ...(id === undefined ? {} : { id }),
    profiles,
    conflict: document.strategies ? 'invalid' : conflict,
    ...(target === undefined || others.length > 0 ? {} : { target }),
    ...(shared.assigner === undefined ? {} : { assigner: shared.assigner }),
    ...(shared.assignees === undefined ? {} : { assignees: shared.assignees }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(auditors === undefined ? {} : { auditors }),
    ...(classification === undefined ? {} : { classification }),
    ...(unboundTokens ? { unboundTokens } : {}),
    permissions,
    prohibitions,
    obligations,
  };
  if (kind === 'Agreement') checkAgreement(reader, policy, members.get('assignee'));
  return withOneAssigner(policy);
}

interface Shared {
  readonly targets: readonly Asset[];
  readonly assigner: string | undefined;
  readonly assignees: readonly Party[] | undefined;
}

function readShared(reader: Reader, { members, definitions }: Document): Shared {
  const place = { definitions, uncounted: true };
  // IDS names the parties of a contract beside those of its rules.
  const party = (name: string, other: string) => {
    const [own, ids] = [members.get(name), members.get(other)];
    if (own !== undefined && ids !== undefined)
      reader.problem(ids.path, 'MEMBER_TWICE', `${name} stands here too: keep one`);
    return own ?? ids;
  };
  return {
    targets: optional(members.get('target'), (member) => readAssets(reader, member, place)) ?? [],
    assigner: optional(party('assigner', 'ids:provider'), (member) => readParty(reader, member, 'the assigner', place)),
    assignees: optional(party('assignee', 'ids:consumer'), (member) =>
      readPlaces(reader, member, 'Party', 'the assignee', place),
    ),
  };
}

function readRules(reader: Reader, document: Document, kind: PolicyKind | undefined, targets: readonly Asset[]) {
  const found = { permission: [] as Rule[], prohibition: [] as Rule[] };
  const duties: WrittenDuty[] = [];
  const action = document.members.get('action');
  const common = action === undefined ? {} : { action };
  for (const { kind: rule, item, definitions } of document.rules) {
    if (rule === 'obligation') {
      const context = { definitions, role: rule, consequences: true, ...common } as const;
      duties.push(...readDuty(reader, item, context));
    } else {
      const context = { definitions, kind, targets, ...common };
      found[rule].push(...readRule(reader, item, rule, context, found[rule].length));
    }
  }
  return {
    permissions: found.permission,
    prohibitions: found.prohibition,
    obligations: keyed(reader, duties, 'obligation'),
  };
}

/** An agreement says what each rule is about and between whom, for all of them or for each (DSP demands it for all). */
function checkAgreement(reader: Reader, policy: Policy, assignee: Member | undefined): void {
  const rules = [...policy.permissions, ...policy.prohibitions];
  const missing = (['target', 'assigner'] as const).filter(
    (name) => !policy[name] && rules.some((rule) => !rule[name]),
  );
  const nobody = !policy.assignees && [...rules, ...policy.obligations].some((rule) => !rule.assignees);
  for (const name of [...missing, ...(nobody ? ['assignee'] : [])]) {
    reader.problem('', 'MEMBER_MISSING', `an Agreement needs its ${name}`, name);
  }
  if ((policy.assignees?.length ?? 0) > 1) {
    reader.problem(assignee?.path ?? '', 'VALUE_MALFORMED', 'an Agreement has one assignee');
  }
}

/** One assigner of all rules is the policy's, wherever it is written: the two spellings are the same (Information Model, 2.7.2). */
function withOneAssigner(policy: Policy): Policy {
  const [first, ...others] = [...policy.permissions, ...policy.prohibitions, ...policy.obligations];
  const common = others.every(({ assigner }) => assigner === first?.assigner) ? first?.assigner : undefined;
  const assigner = policy.assigner ?? common;
  if (assigner === undefined) return policy;
  return {
    ...policy,
    assigner,
    permissions: policy.permissions.map((rule) => (rule.assigner === assigner ? withoutAssigner(rule) : rule)),
    prohibitions: policy.prohibitions.map((rule) => (rule.assigner === assigner ? withoutAssigner(rule) : rule)),
    obligations: policy.obligations.map((duty) => (duty.assigner === assigner ? dutyWithoutAssigner(duty) : duty)),
  };
}

function withoutAssigner({ assigner: _, ...rule }: Rule): Rule {
  return rule;
}

function dutyWithoutAssigner({ assigner: _, ...duty }: Duty): Duty {
  return duty;
}
