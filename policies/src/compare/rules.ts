import type { Policy, Reason, Rule, Witness } from '../model.js';
import { voidingPair } from './conflict.js';
import { type Granting, unprovenCount } from './counts.js';
import { droppedProhibition, explainExcess } from './difference.js';
import { setOf } from './intervals.js';
import type { Box, Region } from './space.js';
import type { Universe } from './universe.js';
import { otherwise, pointOf, replaying } from './witness.js';

/** No reasons: the rules of the request are within those of the offer. */
export interface Found {
  readonly verdict: 'exceeds' | 'unknown';
  readonly reasons: readonly Reason[];
  readonly witness?: Witness;
}

/** One policy that exceeds in a hundred places is told the first few. */
const mostReasons = 20;

/** Whether permissions and prohibitions of a request are within those of an offer. */
export function compareRules(request: Policy, offer: Policy, universe: Universe): Found {
  const { space } = universe;
  const offers = voidingPair(offer) ? [] : grantsOf(offer, universe);
  const requests = grantsOf(request, universe).map(({ rule, region }): Granting => {
    return { rule, region: request.conflict === 'perm' ? region : unbarred(region, request, universe) };
  });

  const reasons: Reason[] = [];
  const outside: Box[] = [];
  const covers = offers.flatMap(({ region }) => region);
  const asked = requests.flatMap(({ region }) => region);
  for (const { rule, region } of requests) {
    const uncovered = universe.together(space.subtractAll(region, covers), asked);
    outside.push(...uncovered);
    for (const box of uncovered.slice(0, mostReasons)) {
      reasons.push(...explainExcess(rule, box, offer, offers, universe));
    }
  }
  let notRepeated = false;
  for (const prohibition of rulesOf(offer, 'prohibition', universe)) {
    const granted = offer.conflict === 'perm' ? [] : asked;
    const breached = universe.together(barredBy(prohibition, offer, granted, universe), asked);
    const lost = notKept(prohibition, offer, request, universe);
    outside.push(...breached);
    notRepeated ||= lost.length > 0;
    const [first] = [...breached, ...lost];
    if (first) reasons.push(droppedProhibition(prohibition, request, first, universe));
  }
  if (reasons.length > 0) {
    const witness = universe.view === 'decided' ? witnessOf(outside, request, offer, universe) : undefined;
    // A prohibition that is not repeated is a difference of the texts, which no single use needs to show; so is a duty exchanged for
    // another, whose states nobody can name apart. What else is not shown by a use may hang on what is not known here.
    const proven = notRepeated || universe.view === 'stated' || reasons.every(({ code }) => code === 'DUTY_DROPPED');
    const shown = distinct(reasons).slice(0, mostReasons);
    return { verdict: witness || proven ? 'exceeds' : 'unknown', reasons: shown, ...(witness ? { witness } : {}) };
  }
  const unproven = unprovenCount(requests, offers, universe);
  if (unproven === undefined) return { verdict: 'unknown', reasons: [] };
  return {
    verdict: 'unknown',
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

function rulesOf(policy: Policy, kind: Rule['kind'], universe: Universe): readonly Rule[] {
  return universe.rulesOf(policy).filter((rule) => rule.kind === kind);
}

/** What each permission grants by itself, before any prohibition. */
export function grantsOf(policy: Policy, universe: Universe): readonly Granting[] {
  return rulesOf(policy, 'permission', universe).map((rule) => ({
    rule,
    region: universe.judge.whereTrue(universe.rule(policy, rule)),
  }));
}

/** A region without what the policy's own prohibitions bar: where they are true, and where they cannot be decided. */
export function unbarred(region: Region, policy: Policy, universe: Universe): Region {
  let rest = region;
  for (const prohibition of rulesOf(policy, 'prohibition', universe)) {
    if (rest.length === 0) break;
    rest = universe.judge.spared(rest, universe.rule(policy, prohibition));
  }
  return rest;
}

function barredBy(prohibition: Rule, policy: Policy, region: Region, universe: Universe): Region {
  let rest = region;
  for (const part of universe.parts(policy, prohibition)) {
    if (rest.length === 0) break;
    rest = universe.space.subtractAll(rest, universe.judge.whereFalse(part));
  }
  return rest;
}

/**
 * Where a prohibition of the offer is not one of the request, for the parties and the target of the request. A prohibition says
 * something even of what is not permitted anyway, so an agreement must repeat it.
 */
function notKept(prohibition: Rule, offer: Policy, request: Policy, universe: Universe): Region {
  const { space, targets, assignees } = universe;
  const plain = (named: readonly { readonly id: string; readonly collection: boolean }[] | undefined) =>
    named?.every(({ collection }) => !collection) ? named.map(({ id }) => id) : undefined;
  const [target, parties] = [plain(request.target && [request.target]), plain(request.assignees)];
  const concerned = space.region([
    ...(target ? [targets.name.among(target)] : []),
    ...(parties ? [assignees.name.among(parties)] : []),
    // A prohibition is not counted, so it says the same whatever the number of the use.
    [universe.use.dimension, setOf([1])],
  ]);
  return unbarred(barredBy(prohibition, offer, concerned, universe), request, universe);
}

/** A request and facts that the request permits and the offer denies, whatever is presumed of the world besides. */
function witnessOf(outside: readonly Box[], request: Policy, offer: Policy, universe: Universe): Witness | undefined {
  const [asks, grants] = [replaying(request), replaying(offer)];
  for (const box of outside.slice(0, mostReasons)) {
    const point = pointOf(universe, box, [request]);
    const { witness } = point;
    // The regions say that one permits and the other denies; the engine that decides has the last word.
    if (!asks(witness).permit || grants(witness).permit) continue;
    // Were it otherwise in the world, the request might permit less, but the offer must not permit as much.
    if (otherwise(point).some((change) => asks(witness, change).permit && grants(witness, change).permit)) continue;
    return witness;
  }
  return undefined;
}

function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((each) => [`${each.code} ${each.path}`, each])).values()];
}
