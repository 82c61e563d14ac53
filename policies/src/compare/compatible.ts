import { isAmbiguous } from '../decide/readings.js';
import type { AtomicConstraint, Compatibility, Knowledge, Policy, Reason } from '../model.js';
import { Budget, TooComplex } from './budget.js';
import { voidingPair } from './conflict.js';
import { intersection } from './intervals.js';
import { onOneClock } from './one-clock.js';
import { atomsOf, constraintsOf, declaresOnly } from './parts.js';
import { restraintOf } from './restraint.js';
import { grantsOf, unbarred } from './rules.js';
import type { Region } from './space.js';
import { Universe } from './universe.js';
import { otherwise, pointOf, replaying } from './witness.js';

/** So many places where the two meet are looked at for a use that both permit. */
const mostPlaces = 20;

/**
 * Whether two policies can both be kept by one use. `Conflict`: proven that no request, whatever the facts, is permitted by both.
 * `Compatible`: a use that both permit exists (the witness, replayed through `decide`), and nothing that is not written decides whether
 * it does. `Unknown` otherwise. The left is the policy that somebody wants to use to its limits, the right the one it must respect:
 * docs/decisions/0011 says what follows for limits, clocks and silence.
 *
 * @param knowledge what is known of names and collections besides what the tables of operands say
 */
export function comparePolicies(left: Policy, right: Policy, knowledge: Knowledge = {}): Compatibility {
  return compareBoth(left, right, new Budget(), knowledge);
}

/** As `comparePolicies`, with this much work. */
export function compareBoth(left: Policy, right: Policy, budget: Budget, knowledge: Knowledge = {}): Compatibility {
  const [ours, theirs] = onOneClock(left, right);
  try {
    for (const policy of [ours, theirs]) {
      const pair = voidingPair(policy);
      if (pair) return { verdict: 'Conflict', reasons: [voided(pair[0].path, pair[1].path)] };
    }
    const universe = new Universe([ours, theirs], budget, { knowledge });
    const [permitted, permitted2] = [permittedBy(ours, universe), permittedBy(theirs, universe)];
    const met = universe.space.intersectAll(permitted, permitted2);
    const both = universe.together(met, met);
    if (both.length === 0) {
      const silent = [ours, theirs].find(({ permissions }) => permissions.length === 0);
      if (silent && !prohibitsAll(ours, theirs, universe)) return unknown(noPermission);
      if (!isApart(ours, theirs, budget, knowledge)) return unknown(undecidable);
      return { verdict: 'Conflict', reasons: [apart(permitted, permitted2, universe)] };
    }
    const stated = statedApart(ours, theirs, budget, knowledge);
    return stated ? unknown(stated) : meeting(ours, theirs, both, universe);
  } catch (error) {
    if (error instanceof TooComplex) return unknown(tooComplex);
    throw error;
  }
}

function meeting(ours: Policy, theirs: Policy, both: Region, universe: Universe): Compatibility {
  const restraint = restraintOf(ours, theirs);
  if (typeof restraint !== 'function') return unknown(restraint);
  const [mine, yours] = [replaying(ours), replaying(theirs)];
  let held: Reason | undefined;
  for (const box of both.slice(0, mostPlaces)) {
    const point = pointOf(universe, box, [ours, theirs]);
    const { witness } = point;
    const shows = [{}, ...otherwise(point)].every(
      (change) => mine(witness, change).permit && yours(witness, change).permit,
    );
    if (!shows) continue;
    const reason = restraint(witness);
    if (!reason) return { verdict: 'Compatible', reasons: [], witness };
    held ??= reason;
  }
  return unknown(held ?? notShown);
}

function permittedBy(policy: Policy, universe: Universe): Region {
  const granted = grantsOf(policy, universe).flatMap(({ region }) => region);
  return policy.conflict === 'perm' ? granted : unbarred(granted, policy, universe);
}

/** A policy that only prohibits permits nothing; it conflicts with one whose whole permission it prohibits. */
function prohibitsAll(ours: Policy, theirs: Policy, universe: Universe): boolean {
  const [granting, barring] = ours.permissions.length > 0 ? [ours, theirs] : [theirs, ours];
  const granted = permittedBy(granting, universe);
  return granted.length > 0 && unbarred(granted, barring, universe).length === 0;
}

/** Whether they have nothing in common even where what nobody can decide were in their favour, such as the zone of a time. */
function isApart(ours: Policy, theirs: Policy, budget: Budget, knowledge: Knowledge): boolean {
  const vague = [ours, theirs].flatMap(constraintsOf).flatMap(atomsOf).some(isVague);
  if (!vague) return true;
  const universe = new Universe([ours, theirs], budget, { certainty: 'possible', knowledge });
  const [first, second] = [permittedBy(ours, universe), permittedBy(theirs, universe)];
  return universe.space.intersectAll(first, second).length === 0;
}

function isVague({ operand, value, source }: AtomicConstraint): boolean {
  return isAmbiguous(operand) || source !== undefined || (value.type === 'ordered' && value.low < value.high);
}

/** What is declared only is agreed all the same: where that keeps the policies apart, one use may still break what was promised. */
function statedApart(ours: Policy, theirs: Policy, budget: Budget, knowledge: Knowledge): Reason | undefined {
  if (!declaresOnly(ours) && !declaresOnly(theirs)) return undefined;
  const universe = new Universe([ours, theirs], budget, { view: 'stated', knowledge });
  const both = universe.space.intersectAll(permittedBy(ours, universe), permittedBy(theirs, universe));
  return both.length === 0 ? declared : undefined;
}

function apart(left: Region, right: Region, { space }: Universe): Reason {
  for (let at = 0; at < space.dimensions; at++) {
    const disjoint = left.every((a) => right.every((b) => intersection(space.at(a, at), space.at(b, at)).length === 0));
    const { what, of } = space.about(at);
    if (!disjoint || left.length === 0 || right.length === 0 || what === 'duty') continue;
    const name = of ?? what;
    return {
      code: 'NO_COMMON_USE',
      path: '',
      en: `no use is permitted by both: what they permit of ${name} has nothing in common`,
      zh: `没有任何使用为双方所许可：双方对 ${name} 的许可没有交集`,
    };
  }
  return { code: 'NO_COMMON_USE', path: '', en: 'no use is permitted by both', zh: '没有任何使用为双方所许可' };
}

function unknown(reason: Reason): Compatibility {
  return { verdict: 'Unknown', reasons: [reason] };
}

function voided(permission: string, prohibition: string): Reason {
  return {
    code: 'POLICY_VOID',
    path: prohibition,
    en: `it conflicts with ${permission}, so this policy voids itself and permits nothing`,
    zh: `它与 ${permission} 冲突，该策略因此自行失效，不许可任何使用`,
  };
}

const noPermission: Reason = {
  code: 'NOTHING_COMPARED',
  path: '',
  en: 'one of the policies permits nothing, and does not prohibit all that the other permits',
  zh: '其中一方策略未许可任何使用，也未全部禁止另一方所许可的使用',
};
const undecidable: Reason = {
  code: 'UNDECIDABLE',
  path: '',
  en: 'no use is known to be permitted by both, but only because it can never be decided: an operand of several dimensions, a time without a zone',
  zh: '无法确认任何使用为双方所许可，但这只是因为其无法判定：例如多维操作数或未注明时区的时间',
};
const notShown: Reason = {
  code: 'RELATION_UNKNOWN',
  path: '',
  en: 'whether one use is permitted by both depends on what is not known here, such as whether one name lies within another',
  zh: '是否存在双方均许可的使用，取决于此处未知的事实，例如某一名称是否属于另一名称',
};
const declared: Reason = {
  code: 'DECLARED_ONLY_DIFFERS',
  path: '',
  en: 'what the policies declare without enforcing it keeps them apart',
  zh: '双方仅作声明而不强制执行的条款互不相容',
};
const tooComplex: Reason = {
  code: 'TOO_COMPLEX',
  path: '',
  en: 'the two policies are too complex to compare',
  zh: '两份策略过于复杂，无法比较',
};
