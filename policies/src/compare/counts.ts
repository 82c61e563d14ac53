import type { Constraint, Rule } from '../model.js';
import { type Box, type Budget, intersectAll, subtractAll } from './box.js';

export interface Granting {
  readonly rule: Rule;
  readonly region: readonly Box[];
}

interface Leaning extends Granting {
  /** What no uncounted permission of the offer covers. */
  readonly rest: readonly Box[];
}

/**
 * Uses are counted per rule, so two permissions of a request that lean on one counted permission of the offer could use it up
 * twice. Returns a permission of the request for which the counts are not proven to stay within the offer's; presumes that every
 * region of the request lies within the offer's regions.
 */
export function unprovenCount(
  requests: readonly Granting[],
  offers: readonly Granting[],
  budget: Budget,
): Rule | undefined {
  const counted = offers.filter(({ rule }) => rule.constraints.some(counts));
  const free = offers.filter((offer) => !counted.includes(offer)).flatMap(({ region }) => region);
  const leaning = requests
    .map((request): Leaning => ({ ...request, rest: subtractAll(request.region, free, budget) }))
    .filter(({ rest }) => rest.length > 0);
  if (paired(leaning, counted, budget)) return undefined;
  for (const offer of counted) {
    const users = leaning.filter(({ rest }) => intersectAll(rest, offer.region, budget).length > 0);
    const touched = offer.region.filter((box) =>
      users.some(({ rest }) => intersectAll(rest, [box], budget).length > 0),
    );
    // One request's counter is never behind the offer's, so every smaller number must be allowed too.
    const safe = touched.every(growing);
    if (users.length < 2 && safe) continue;
    const most = Math.min(...touched.map(highest));
    const sum = users.reduce((total, { rest }) => total + Math.max(...rest.map(highest)), 0);
    if (!safe || sum > most) return users.at(-1)?.rule;
  }
  return undefined;
}

/** Whether each leaning permission can have a counted permission of the offer for itself alone (a bipartite matching). */
function paired(leaning: readonly Leaning[], counted: readonly Granting[], budget: Budget): boolean {
  const choices = leaning.map(({ region, rest }) =>
    counted.filter((offer) => {
      if (subtractAll(rest, offer.region, budget).length > 0) return false;
      // Either every use counts in both, so the counters run in step, or a smaller number is as good.
      return offer.region.every(growing) || subtractAll(region, offer.region, budget).length === 0;
    }),
  );
  const taken = new Map<Granting, number>();
  const place = (at: number, tried: Set<Granting>): boolean =>
    (choices[at] ?? []).some((offer) => {
      if (tried.has(offer)) return false;
      tried.add(offer);
      const holder = taken.get(offer);
      if (holder !== undefined && !place(holder, tried)) return false;
      taken.set(offer, at);
      return true;
    });
  return leaning.every((_, at) => place(at, new Set()));
}

function growing({ use }: Box): boolean {
  return use.every(([low]) => low <= 1);
}

function highest({ use }: Box): number {
  return use.at(-1)?.[1] ?? 0;
}

function counts(constraint: Constraint): boolean {
  return 'operand' in constraint ? constraint.operand === 'count' : constraint.operands.some(counts);
}
