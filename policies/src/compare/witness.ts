import { compile } from '../decide/compile.js';
import { decide } from '../decide/decide.js';
import type { Decision, Facts, Policy, Witness } from '../model.js';
import { actionTerms } from '../odrl/actions.js';
import { type Box, missing } from './box.js';
import type { Intervals } from './intervals.js';
import type { Universe } from './regions.js';

/** One point of a box, as a request and facts. */
export function pointOf(box: Box, universe: Universe): Witness {
  const purpose = pick(box.purpose);
  const use = pick(box.use);
  return {
    request: {
      action: actionTerms[pick(box.action)] ?? 'use',
      target: universe.targets.nameOf(pick(box.target)),
      assignee: universe.assignees.nameOf(pick(box.assignee)),
    },
    facts: {
      now: pick(box.now),
      ...(purpose === missing ? {} : { purpose: [universe.purposes.nameOf(purpose)] }),
      ...(use === missing ? {} : { used: use - 1 }),
    },
  };
}

function pick(set: Intervals): number {
  const [low, high] = set.find(([from, to]) => from > missing || to > missing) ?? set[0] ?? [0, 0];
  if (low > missing) return low;
  if (Number.isFinite(high)) return high;
  return Number.isFinite(low) && low < missing ? low : Math.max(low, 0);
}

/** The facts a witness stands for, as `decide` takes them. */
export function factsOf({ facts: { now, purpose, used } }: Witness): Facts {
  return { now, ...(purpose ? { purpose } : {}), ...(used === undefined ? {} : { counts: () => used }) };
}

/** What a policy, taken as an offer, would decide at a witness. */
export function replaying(policy: Policy): (witness: Witness) => Decision {
  const compiled = compile({ ...policy, kind: 'Offer' });
  return (witness) => decide(compiled, witness.request, factsOf(witness), { as: 'offer' });
}
