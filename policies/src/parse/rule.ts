import type { Asset, PolicyKind, Rule } from '../model.js';
import { ruleMembers } from '../odrl/members.js';
import { declaredOnlyTerm } from '../odrl/terms.js';
import { type Doing, readActions } from './action.js';
import { refuseAfterUse } from './after-use.js';
import { type Place, readConstraints } from './constraint.js';
import type { Definitions } from './definitions.js';
import { keyed, readDuties, readDuty, type WrittenDuty } from './duty.js';
import { isObject, kindOf, type Member } from './json.js';
import { readAssets, readParty, readPlaces } from './parties.js';
import { optional, type Reader } from './reader.js';

export interface RuleContext {
  readonly definitions: Definitions;
  readonly kind: PolicyKind | undefined;
  /** Several assets of the policy make a rule for each; one stays with the policy. */
  readonly targets: readonly Asset[];
  /** What the policy says for all its rules. */
  readonly action?: Member;
}

/** One rule as written; several where it names several actions or assets (Information Model, 2.7.1). */
export function readRule(
  reader: Reader,
  { value, path }: Member,
  kind: Rule['kind'],
  context: RuleContext,
  first: number,
): Rule[] {
  if (!isObject(value)) {
    reader.problem(path, 'VALUE_MALFORMED', `a ${kind} is an object, not ${kindOf(value)}`);
    return [];
  }
  const place = { definitions: context.definitions, uncounted: kind === 'prohibition' };
  const members = reader.members(value, path, ruleMembers[kind], `a ${kind}`);
  reader.type(members.get('@type'), [kind === 'permission' ? 'Permission' : 'Prohibition']);
  const id = optional(members.get('@id'), (member) => reader.iri(member.value, member.path, 'the id'));
  const targets = readTargets(reader, members.get('target'), place, context);
  const assigner = optional(members.get('assigner'), (member) => readParty(reader, member, 'the assigner', place));
  const assignees = optional(members.get('assignee'), (member) =>
    readPlaces(reader, member, 'Party', 'the assignee', place),
  );
  const constraints = readConstraints(reader, members.get('constraint'), place);
  const declaredOnly = reader.truth(members.get(declaredOnlyTerm));
  const duties = readPreconditions(reader, members.get('duty'), context.definitions);
  const remedial = { definitions: context.definitions, role: 'remedy', consequences: false } as const;
  const remedies = readDuties(reader, members.get('remedy'), remedial);
  const rules: Rule[] = [];
  for (const doing of doings(reader, members.get('action'), path, kind, context)) {
    for (const target of targets) {
      if (!reader.fits('rules', path)) return rules;
      const rule = `${kind}/${first + rules.length}`;
      rules.push({
        kind,
        rule,
        path,
        ...(id === undefined ? {} : { id }),
        ...doing,
        ...(target === undefined ? {} : { target }),
        ...(assigner === undefined ? {} : { assigner }),
        ...(assignees === undefined ? {} : { assignees }),
        constraints,
        duties: keyed(reader, duties, `${rule}/duty`),
        remedies: keyed(reader, remedies, `${rule}/remedy`),
        declaredOnly,
      });
    }
  }
  return rules;
}

function readTargets(reader: Reader, own: Member | undefined, place: Place, { targets }: RuleContext) {
  if (own === undefined) return targets.length > 1 ? targets : [undefined];
  if (targets.length > 1) {
    reader.problem(
      own.path,
      'VALUE_MALFORMED',
      'the policy names several targets for all its rules: keep one of the two',
    );
  }
  return readAssets(reader, own, place);
}

type MaybeDoing = Doing | Pick<Doing, 'actionRefinements'>;

function doings(
  reader: Reader,
  own: Member | undefined,
  path: string,
  kind: Rule['kind'],
  context: RuleContext,
): MaybeDoing[] {
  if (own !== undefined && context.action !== undefined) {
    reader.problem(own.path, 'VALUE_MALFORMED', `the policy names an action for all its rules: keep one of the two`);
    return [];
  }
  const named = own ?? context.action;
  if (named !== undefined) {
    return readActions(reader, named, { definitions: context.definitions, uncounted: kind === 'prohibition' });
  }
  if (context.kind === 'Set') return [{ actionRefinements: [] }];
  reader.problem(path, 'MEMBER_MISSING', `a ${kind} needs an action, such as use or odrl:read`, 'action');
  return [];
}

function readPreconditions(reader: Reader, member: Member | undefined, definitions: Definitions): WrittenDuty[] {
  return (member === undefined ? [] : reader.list(member)).flatMap((item) => {
    const found = readDuty(reader, item, { definitions, role: 'duty', consequences: true });
    for (const duty of found) refuseAfterUse(reader, duty, item);
    return found;
  });
}
