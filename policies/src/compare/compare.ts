import type { CompareContext, Comparison, Policy, Reason, Rule, Witness } from '../model.js';
import { type Box, Budget, intersectAll, Names, subtractAll, TooComplex } from './box.js';
import { voidingPair } from './conflict.js';
import { type Granting, unprovenCount } from './counts.js';
import { droppedProhibition, explainExcess } from './difference.js';
import { compareHeaders, inContext } from './headers.js';
import { isEmpty, scopeOf, type Universe, whereFalse, whereTrue } from './regions.js';
import { pointOf, replaying } from './witness.js';

/**
 * Whether a request asks no more than an offer grants: as meaning, not as text. `within` only when proven: whatever the request
 * would permit as an agreement, under any facts, the offer would permit, and every prohibition of the offer is kept. Otherwise
 * the reasons name each difference, and `exceeds` brings a concrete request and facts where one exists.
 *
 * Permissions and prohibitions become regions over action, target, assignee, purpose, time and number of use; a request is within
 * when its regions without the offer's leave nothing. The work is bounded: beyond the bound the verdict is `unknown`.
 *
 * @param context who requests and, for an offer out of a catalog, the dataset and the provider it stands for.
 */
export function compareRequest(request: Policy, offer: Policy, context?: CompareContext): Comparison {
  const headers = compareHeaders(request, offer, context);
  const asked = inContext(request, context, true);
  const granted = inContext(offer, context, false);
  // Whatever the context adds to a request narrows it: one that is not void by itself is not void in it.
  const pair = voidingPair(request) && voidingPair(asked);
  if (pair) {
    const [permission, { path }] = pair;
    return {
      verdict: 'unknown',
      reasons: [
        {
          code: 'POLICY_VOID',
          path,
          en: `it conflicts with ${permission.path}, so the request voids itself: set odrl:conflict to prohibit`,
          zh: `它与 ${permission.path} 冲突，请求因此自行失效：请将冲突策略设为 prohibit`,
        },
      ],
    };
  }
  const names = { targets: new Names(), assignees: new Names(), purposes: new Names() };
  const universe: Universe = { ...names, budget: new Budget() };
  try {
    const found = compareRules(asked, granted, universe);
    const reasons = [...headers.reasons, ...found.reasons];
    if (reasons.length === 0) return { verdict: 'within' };
    const verdict = headers.exceeds || found.exceeds ? 'exceeds' : 'unknown';
    return { verdict, reasons, ...(found.witness ? { witness: found.witness } : {}) };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    const reason: Reason = {
      code: 'TOO_COMPLEX',
      path: '',
      en: 'the two policies are too complex to compare: write the request as the offer stands, or simpler',
      zh: '两份策略过于复杂，无法比较：请按要约原文书写请求，或将其简化',
    };
    return { verdict: headers.exceeds ? 'exceeds' : 'unknown', reasons: [...headers.reasons, reason] };
  }
}

interface Found {
  readonly exceeds: boolean;
  readonly reasons: readonly Reason[];
  readonly witness?: Witness;
}

/** One policy that exceeds in a hundred places is told the first few. */
const mostReasons = 20;

function compareRules(request: Policy, offer: Policy, universe: Universe): Found {
  const { budget } = universe;
  const voided = voidingPair(offer) !== undefined;
  const offers = voided ? [] : offer.permissions.map((rule) => grantOf(offer, rule, universe));
  const requests = request.permissions.map((rule) => {
    const grant = grantOf(request, rule, universe);
    return request.conflict === 'perm' ? grant : { rule, region: unbarred(grant.region, request, universe) };
  });

  const reasons: Reason[] = [];
  const outside: Box[] = [];
  const covers = offers.flatMap(({ region }) => region);
  for (const { rule, region } of requests) {
    const uncovered = subtractAll(region, covers, budget);
    outside.push(...uncovered);
    for (const box of uncovered) reasons.push(...explainExcess(rule, box, offer, offers, universe));
  }
  for (const prohibition of offer.prohibitions) {
    const granted = offer.conflict === 'perm' ? [] : requests.flatMap(({ region }) => region);
    const breached = barredBy(prohibition, offer, granted, universe);
    const [lost] = [...breached, ...notKept(prohibition, offer, request, universe)];
    outside.push(...breached);
    if (lost) reasons.push(droppedProhibition(prohibition, request, lost));
  }
  if (reasons.length > 0) {
    const witness = witnessOf(outside, request, offer, universe);
    return { exceeds: true, reasons: distinct(reasons).slice(0, mostReasons), ...(witness ? { witness } : {}) };
  }
  const unproven = unprovenCount(requests, offers, budget);
  if (unproven === undefined) return { exceeds: false, reasons: [] };
  return {
    exceeds: false,
    reasons: [
      {
        code: 'COUNT_NOT_PROVEN',
        path: unproven.path,
        en: 'uses are counted per permission, and with the others this one could use more than the offer allows in all',
        zh: '使用次数按许可分别计数，此许可与其他许可合计可能超过要约允许的总次数',
      },
    ],
  };
}

function grantOf(policy: Policy, rule: Rule, universe: Universe): Granting {
  const scope = scopeOf(policy, rule, universe);
  const region = isEmpty(scope) ? [] : whereTrue(rule.constraints, universe);
  return { rule, region: intersectAll([scope], region, universe.budget) };
}

/** A region without what the policy's own prohibitions bar: where they are true, and where they cannot be decided. */
function unbarred(region: readonly Box[], policy: Policy, universe: Universe): Box[] {
  let rest = [...region];
  for (const prohibition of policy.prohibitions) rest = without(rest, prohibition, policy, universe);
  return rest;
}

function without(region: readonly Box[], prohibition: Rule, policy: Policy, universe: Universe): Box[] {
  const { budget } = universe;
  const scope = scopeOf(policy, prohibition, universe);
  const apart = subtractAll(region, [scope], budget);
  const inside = intersectAll(region, [scope], budget);
  return [...apart, ...intersectAll(inside, whereFalse(prohibition.constraints, universe), budget)];
}

function barredBy(prohibition: Rule, policy: Policy, region: readonly Box[], universe: Universe): Box[] {
  const inside = intersectAll(region, [scopeOf(policy, prohibition, universe)], universe.budget);
  return subtractAll(inside, whereFalse(prohibition.constraints, universe), universe.budget);
}

/**
 * Where a prohibition of the offer is not one of the request, for the parties and the target of the request. A prohibition says
 * something even of what is not permitted anyway, so an agreement must repeat it.
 */
function notKept(prohibition: Rule, offer: Policy, request: Policy, universe: Universe): Box[] {
  const { targets, assignees, budget } = universe;
  const scope = scopeOf(offer, prohibition, universe);
  const parties: Box = {
    ...scope,
    ...(request.target === undefined ? {} : { target: targets.set([request.target]) }),
    ...(request.assignees === undefined ? {} : { assignee: assignees.set(request.assignees) }),
  };
  const concerned = intersectAll([scope], [parties], budget);
  const barred = subtractAll(concerned, whereFalse(prohibition.constraints, universe), budget);
  return unbarred(barred, request, universe);
}

function witnessOf(outside: readonly Box[], request: Policy, offer: Policy, universe: Universe): Witness | undefined {
  const [asked, granted] = [replaying(request), replaying(offer)];
  for (const box of outside.slice(0, mostReasons)) {
    const witness = pointOf(box, universe);
    // The regions say that one permits and the other denies; the engine that decides has the last word.
    if (asked(witness).permit && !granted(witness).permit) return witness;
  }
  return undefined;
}

function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((each) => [`${each.code} ${each.path}`, each])).values()];
}
