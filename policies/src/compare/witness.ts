import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import type { Decision, DutyState, Fact, Facts, Policy, Witness } from '../model.js';
import { has, lowest } from './intervals.js';
import { Presumed, type Question, weightOf } from './presumed.js';
import type { Box } from './space.js';
import type { Universe } from './universe.js';

/** A point of a box, and what it takes for granted that is nobody's to choose. */
export interface Point {
  readonly witness: Witness;
  /** Relations between names that both are the policies' own: whether they hold is a matter of the world, not of a use. */
  readonly presumed: readonly Question[];
}

/** At most this many names of one fact are tried for one box. */
const mostNames = 8;

/** One point of a box, as a request and facts: the one that presumes least about names. */
export function pointOf(universe: Universe, box: Box, policies: readonly Policy[]): Point {
  const { space } = universe;
  const values: Record<string, Fact> = {};
  for (const quantity of universe.quantities.values()) {
    const fact = quantity.pick(box);
    if (fact) values[quantity.operand] = fact;
  }
  const relations = new Presumed();
  for (const terms of universe.terms.values()) {
    const found = lightest(terms.picks(box));
    if (!found) continue;
    values[terms.key] = found.fact;
    for (const name of found.names) relations.add(found, (relation) => terms.question(relation, name));
  }
  const target = lightest(universe.targets.name.candidates(box));
  const assignee = lightest(universe.assignees.name.candidates(box));
  const members = new Presumed();
  for (const picked of [target, assignee]) {
    if (picked) members.add(picked, (collection) => ['', picked.name, collection]);
  }
  const now = universe.now.pick(space.at(box, universe.now.dimension)) ?? 0;
  const use = universe.use.pick(space.at(box, universe.use.dimension));
  const duties = fulfilled(universe, box, policies);
  const memberOf = members.list.map(([, member, collection]) => [member, collection] as const);
  return {
    witness: {
      request: {
        action: universe.actions.termOf(lowest(space.at(box, universe.actions.dimension))),
        target: target?.name ?? '',
        assignee: assignee?.name ?? '',
      },
      facts: {
        now,
        ...(Object.keys(values).length > 0 ? { values } : {}),
        ...(use === undefined ? {} : { used: use - 1 }),
        ...(members.said ? { memberOf } : {}),
        ...(relations.said ? { within: relations.list } : {}),
        ...(Object.keys(duties).length > 0 ? { duties } : {}),
      },
    },
    presumed: [...relations.open, ...members.open],
  };
}

/** The one that presumes least, the first of equals. `undefined` among them: no fact is needed. */
function lightest<T extends Parameters<typeof weightOf>[0]>(picks: Iterable<T | undefined>): T | undefined {
  let best: { readonly pick: T; readonly weight: number } | undefined;
  let tried = 0;
  for (const pick of picks) {
    if (!pick) break;
    const weight = weightOf(pick);
    if (best === undefined || weight < best.weight) best = { pick, weight };
    tried += 1;
    if (weight === 0 || tried >= mostNames) break;
  }
  return best?.pick;
}

function fulfilled(universe: Universe, box: Box, policies: readonly Policy[]): Record<string, DutyState> {
  const { space } = universe;
  const found: Record<string, DutyState> = {};
  for (const policy of policies) {
    for (const { duties } of policy.permissions) {
      for (const duty of duties) {
        const deed = universe.deedOf(duty);
        if (deed !== undefined && !has(space.at(box, deed), 0)) found[duty.duty] = 'fulfilled';
      }
    }
  }
  return found;
}

/** The facts a witness stands for, as `decide` takes them. */
export function factsOf({ facts }: Witness): Facts {
  const { now, values, used, duties, memberOf, within } = facts;
  return {
    now,
    ...(values ? { values } : {}),
    ...(used === undefined ? {} : { counts: () => used }),
    ...(duties ? { duties: (duty) => duties[duty] } : {}),
    ...(memberOf
      ? { memberOf: (member, collection) => memberOf.some((pair) => pair[0] === member && pair[1] === collection) }
      : {}),
    ...(within
      ? { within: (operand, inner, outer) => within.some(([a, b, c]) => a === operand && b === inner && c === outer) }
      : {}),
  };
}

/** What a policy, taken as an offer, would decide at a point. */
export function replaying(policy: Policy): (witness: Witness, change?: Partial<Facts>) => Decision {
  const compiled = compile({ ...policy, kind: 'Offer' });
  return (witness, change = {}) =>
    decide(compiled, witness.request, { ...factsOf(witness), ...change }, { as: 'offer' });
}

/** The facts with everything presumed one way, and the other: what holds in both does not hang on a presumption. */
export function otherwise({ witness, presumed }: Point): readonly Partial<Facts>[] {
  if (presumed.length === 0) return [];
  const { within, memberOf } = factsOf(witness);
  const asked = new Set(presumed.map((question) => JSON.stringify(question)));
  return [true, false].map((truth) => ({
    within: (operand, inner, outer) =>
      asked.has(JSON.stringify([operand, inner, outer])) ? truth : within?.(operand, inner, outer),
    memberOf: (member, collection) =>
      asked.has(JSON.stringify(['', member, collection])) ? truth : memberOf?.(member, collection),
  }));
}
