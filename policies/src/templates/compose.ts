import { PolicyError } from '../errors.js';
import type { Classification, JsonValue, PolicyJson, Problem } from '../model.js';
import { actionOf, includedIn } from '../odrl/actions.js';
import { termOf } from '../odrl/terms.js';
import { readPolicy } from '../parse/policy.js';
import { auditorsTerm, classificationTerm } from '../profiles/causeway.js';
import { toWire } from '../wire.js';
import { contradictions } from './contradictions.js';
import type { Part } from './part.js';

export interface OfferHead {
  /** The `@id` of the offer. */
  readonly id: string;
  /** The dataset; an offer in a catalog has none, it stands under its dataset. */
  readonly target?: string;
}

/**
 * Puts the parts together to one offer in the spelling of the wire: one permission under all conditions. What it permits, each part
 * permits. Its conflict strategy is `prohibit`: under ODRL's default a prohibition within the permitted action would void it.
 *
 * @throws PolicyError TEMPLATES_CONTRADICT when nothing would be permitted: parts for other parties, of actions that exclude each
 *   other, with conditions no use meets, or a prohibition of all that is permitted
 * @throws PolicyError POLICY_INVALID when a term is not understood, with the path into the offer
 */
export function compose({ id, target }: OfferHead, parts: readonly Part[]): PolicyJson {
  const problems: Problem[] = [];
  const assignees = common(parts, problems);
  const action = narrowest(parts, problems);
  const classification = agreedClassification(parts, problems);
  if (problems.length > 0) throw contradictory(problems);
  const constraint = unique(parts.flatMap((part) => part.constraints ?? []));
  const duty = unique(parts.flatMap((part) => part.duties ?? []));
  const prohibition = unique(parts.flatMap((part) => part.prohibitions ?? []));
  const obligation = unique(parts.flatMap((part) => part.obligations ?? []));
  const auditors = [...new Set(parts.flatMap((part) => part.auditors ?? []))];
  const profiles = [...new Set(parts.flatMap((part) => part.profiles ?? []))];
  const offer: PolicyJson = {
    '@type': 'Offer',
    '@id': id,
    ...(profiles.length === 0 ? {} : { profile: profiles }),
    'odrl:conflict': { '@id': 'odrl:prohibit' },
    ...(target === undefined ? {} : { target }),
    ...(assignees === undefined ? {} : { assignee: assignees }),
    ...(auditors.length === 0 ? {} : { [auditorsTerm]: auditors }),
    ...(classification === undefined ? {} : { [classificationTerm]: classificationJson(classification) }),
    permission: [{ action, ...listed('constraint', constraint), ...listed('duty', duty) }],
    ...listed('prohibition', prohibition),
    ...listed('obligation', obligation),
  };
  const policy = readPolicy(offer, { kind: 'Offer' });
  const clashes = contradictions(policy);
  if (clashes.length > 0) throw contradictory(clashes);
  return toWire(policy);
}

function listed(member: string, list: readonly PolicyJson[]): PolicyJson {
  return list.length === 0 ? {} : { [member]: [...list] };
}

/** Two templates may ask for the same. */
function unique(list: readonly PolicyJson[]): PolicyJson[] {
  const seen = new Set<string>();
  return list.filter((each) => {
    const text = JSON.stringify(each);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

function common(parts: readonly Part[], problems: Problem[]): JsonValue[] | undefined {
  let shared: readonly string[] | undefined;
  for (const { assignees } of parts) {
    if (assignees === undefined) continue;
    const before = shared;
    shared = before === undefined ? [...new Set(assignees)] : before.filter((id) => assignees.includes(id));
    if (shared.length > 0 || assignees.length === 0) continue;
    problems.push(clash('/assignee', `nobody is among both ${before?.join(', ')} and ${assignees.join(', ')}`));
    break;
  }
  return shared === undefined ? undefined : [...shared];
}

function narrowest(parts: readonly Part[], problems: Problem[]): string {
  let action: string | undefined;
  for (const { action: next } of parts) {
    if (next === undefined) continue;
    const [held, asked] = [action === undefined ? undefined : known(action), known(next)];
    // What is no action the parser refuses, with its place.
    if (action === undefined || held === undefined || asked === undefined || includedIn(asked, held)) action = next;
    else if (!includedIn(held, asked))
      problems.push(clash('/permission/0/action', `${action} is no ${next}, and ${next} no ${action}`));
  }
  return action ?? 'use';
}

function known(action: string): string | undefined {
  return actionOf(termOf(action));
}

function agreedClassification(parts: readonly Part[], problems: Problem[]): Classification | undefined {
  const all = parts.flatMap(({ classification }) => (classification ? [classification] : []));
  const [first] = all;
  const other = all.find(({ level, domain }) => level !== first?.level || domain !== first?.domain);
  if (first && other) {
    problems.push(
      clash(`/${classificationTerm}`, `the data cannot be both of level ${first.level} and of level ${other.level}`),
    );
  }
  return first;
}

function classificationJson({ level, domain }: Classification): PolicyJson {
  return { level: String(level), ...(domain === undefined ? {} : { domain }) };
}

function clash(path: string, message: string): Problem {
  return { path, code: 'UNREALISABLE', message };
}

function contradictory(problems: readonly Problem[]): PolicyError {
  const [first] = problems;
  return new PolicyError('TEMPLATES_CONTRADICT', `nothing would be permitted: ${first?.message}`, problems);
}
