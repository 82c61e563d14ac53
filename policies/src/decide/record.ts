import type { DecideOptions, Decision, DecisionRequest, Facts, JsonValue, Policy, PolicyJson } from '../model.js';
import { readPolicy } from '../parse/policy.js';
import { compile } from './compile.js';
import { decide } from './decide.js';
import { engineVersion } from './engine.js';
import { factsIn, factsText } from './record-facts.js';
import { invalidRecord, isObject, member, textMember } from './record-json.js';

export interface Decided {
  readonly policy: Policy;
  readonly request: DecisionRequest;
  readonly facts: Facts;
  readonly options?: DecideOptions;
  readonly decision: Decision;
}

export const recordVersion = '2';

/**
 * What an auditor needs to take the same decision again, beside the policy: request, every fact that the policy looks at with its
 * source, engine, verdict. Plain JSON with every number as text, so it can be canonicalised and signed. The caller may add members
 * of its own (the digest of the policy, the transfer); `replayDecision` passes over them.
 */
export function recordDecision({ policy, request, facts, options = {}, decision }: Decided): {
  [key: string]: JsonValue;
} {
  return {
    version: recordVersion,
    engine: engineVersion,
    request: { action: request.action, target: request.target, assignee: request.assignee },
    ...(options.as === undefined ? {} : { as: options.as }),
    ...(options.lenientDuties ? { lenientDuties: true } : {}),
    facts: factsText(policy, request, facts),
    verdict: verdictText(decision),
  };
}

function verdictText({ permit, rule, reserve, until, reasons }: Decision): { [key: string]: JsonValue } {
  return {
    permit,
    ...(rule === undefined ? {} : { rule }),
    reserve: reserve.map((each) => ({ rule: each.rule, limit: String(each.limit) })),
    reasons: reasons.map(({ code, path }) => ({ code, path })),
    ...(until === undefined ? {} : { until: String(until) }),
  };
}

export interface Replay {
  /** What this engine decides on the record's request and facts. */
  readonly decision: Decision;
  /** Whether that is the record's verdict: permit or deny, under the same rule, with the same reservations, for the same reasons. */
  readonly same: boolean;
  /** The engine that wrote the record. With another than this one a difference may be the engine's. */
  readonly engine: string;
}

/**
 * Takes a recorded decision again, from the record and the policy alone.
 *
 * @param record as `recordDecision` made it, or as it was parsed from JSON
 * @param json the policy that was decided
 * @throws PolicyError RECORD_INVALID, POLICY_INVALID
 */
export function replayDecision(record: JsonValue, json: PolicyJson): Replay {
  if (!isObject(record)) throw invalidRecord('');
  if (record['version'] !== recordVersion) throw invalidRecord('/version');
  const asked = member(record, 'request', isObject);
  const request = {
    action: textMember(asked, 'action', '/request'),
    target: textMember(asked, 'target', '/request'),
    assignee: textMember(asked, 'assignee', '/request'),
  };
  const facts = factsIn(member(record, 'facts', isObject));
  const decision = decide(compile(readPolicy(json)), request, facts, optionsIn(record));
  const verdict = member(record, 'verdict', isObject);
  return {
    decision,
    same: sameJson(verdictText(decision), verdict),
    engine: textMember(record, 'engine', ''),
  };
}

function optionsIn(record: { [key: string]: JsonValue }): DecideOptions {
  const { as, lenientDuties } = record;
  if (as !== undefined && as !== 'agreement' && as !== 'offer' && as !== 'set') throw invalidRecord('/as');
  return { ...(as === undefined ? {} : { as }), lenientDuties: lenientDuties === true };
}

/** Every member of ours, whatever else stands beside it. */
function sameJson(ours: JsonValue | undefined, theirs: JsonValue | undefined): boolean {
  if (Array.isArray(ours)) {
    return (
      Array.isArray(theirs) && ours.length === theirs.length && ours.every((each, at) => sameJson(each, theirs[at]))
    );
  }
  if (!isObject(ours)) return ours === theirs;
  if (!isObject(theirs)) return false;
  const keys = new Set([...Object.keys(ours), ...verdictMembers.filter((key) => Object.hasOwn(theirs, key))]);
  return [...keys].every((key) => sameJson(ours[key], theirs[key]));
}

const verdictMembers = ['permit', 'rule', 'reserve', 'reasons', 'until'];
