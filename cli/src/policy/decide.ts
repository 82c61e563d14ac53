import { canonicalJson, digestOf } from '@causeway/evidence';
import {
  compile,
  type DecisionRequest,
  decide as decided,
  type Policy,
  type Problem,
  parsePolicy,
  recordDecision,
  replayDecision,
  reportRules,
} from '@causeway/policies';
import type { Answer } from './answers.js';
import { isObject, type Json, member, text } from './json.js';
import { readWorld } from './world.js';

export interface DecideLine {
  readonly lenientDuties: boolean;
  /** Answer with the record by which the decision is replayed. */
  readonly record: boolean;
}

const kinds = { Agreement: 'agreement', Offer: 'offer', Set: 'set' } as const;

/**
 * `{"policy", "request", "world"}` → `{"decision": "permit"|"deny", "active", "reasons"}`; `active` is what the single rule says by
 * itself, with several rules whether any is active, and `rules` tells each. An Offer or a Set is asked what it would grant. With a
 * `record` instead of request and world the recorded decision is taken again: `same` says whether with the same verdict.
 */
export function decide(line: Json, options: DecideLine): Answer {
  const json = member(line, 'policy');
  if (line.record !== undefined) {
    const { decision, same, engine } = replayDecision(line.record, json);
    // A record of a connector names the policy it was taken under: another one proves nothing about it.
    const named = isObject(line.record) ? line.record['policy'] : undefined;
    const policyDiffers = named !== undefined && named !== digestOf(canonicalJson(json));
    return {
      decision: decision.permit ? 'permit' : 'deny',
      reasons: decision.reasons,
      same: same && !policyDiffers,
      ...(policyDiffers ? { policyDiffers } : {}),
      engine,
      // What the start statement of the transfer names.
      digest: digestOf(canonicalJson(line.record)),
      ...(same && !policyDiffers ? {} : { failed: true }),
    };
  }
  const request = requestOf(member(line, 'request'));
  const result = parsePolicy(json);
  // What is not understood is denied by name; the world may hold names that only such a policy knows.
  if (!result.ok) return { decision: 'deny', active: false, reasons: result.problems.map(reasonOf) };
  return answer(result.policy, request, line, options);
}

function answer(policy: Policy, request: DecisionRequest, line: Json, { lenientDuties, record }: DecideLine): Answer {
  const { facts, ignored } = readWorld(isObject(line.world) ? line.world : {}, policy);
  const compiled = compile(policy);
  const options = { as: kinds[policy.kind], ...(lenientDuties ? { lenientDuties } : {}) };
  const decision = decided(compiled, request, facts, options);
  const reports = reportRules(compiled, request, facts, options);
  return {
    decision: decision.permit ? 'permit' : 'deny',
    active: reports.some(({ active }) => active === true),
    reasons: decision.reasons,
    ...(reports.length > 1
      ? { rules: reports.map(({ rule, active }) => ({ rule, active: active ?? 'unknown' })) }
      : {}),
    ...(ignored.length > 0 ? { ignored } : {}),
    ...(record ? { record: recordDecision({ policy, request, facts, options, decision }) } : {}),
  };
}

function requestOf(json: Json): DecisionRequest {
  const named = (name: string) => text(json, name, 'request.');
  return { action: named('action'), target: named('target'), assignee: named('assignee') };
}

function reasonOf({ code, path, message }: Problem) {
  return {
    code,
    path,
    en: `the policy is not understood, so it permits nothing: ${message}`,
    zh: `策略未能被理解，因此不予许可：${message}`,
  };
}
