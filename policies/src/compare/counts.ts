import type { Rule } from '../model.js';
import { factOf } from '../odrl/operands.js';
import { highest } from './intervals.js';
import { atomsOf } from './parts.js';
import type { Box, Region } from './space.js';
import type { Universe } from './universe.js';

export interface Granting {
  readonly rule: Rule;
  readonly region: Region;
}

interface Leaning extends Granting {
  /** What no uncounted permission of the offer covers. */
  readonly rest: Region;
}

/**
 * Uses are counted per rule, so two permissions of a request that lean on one counted permission of the offer could use it up
 * twice. Returns a permission of the request for which the counts are not proven to stay within the offer's; presumes that every
 * region of the request lies within the offer's regions.
 */
export function unprovenCount(
  requests: readonly Granting[],
  offers: readonly Granting[],
  universe: Universe,
): Rule | undefined {
  const { space } = universe;
  const counted = offers.filter(({ rule }) => isCounted(rule));
  if (counted.length === 0) return undefined;
  const free = offers.filter((offer) => !counted.includes(offer)).flatMap(({ region }) => region);
  const leaning = requests
    .map((request): Leaning => ({ ...request, rest: space.subtractAll(request.region, free) }))
    .filter(({ rest }) => rest.length > 0);
  if (paired(leaning, counted, universe)) return undefined;
  for (const offer of counted) {
    const users = leaning.filter(({ rest }) => space.intersectAll(rest, offer.region).length > 0);
    const touched = offer.region.filter((box) => users.some(({ rest }) => space.intersectAll(rest, [box]).length > 0));
    // One request's counter is never behind the offer's, so every smaller number must be allowed too.
    const safe = touched.every((box) => isGrowing(box, universe));
    if (users.length < 2 && safe) continue;
    const most = Math.min(...touched.map((box) => mostUses(box, universe)));
    const sum = users.reduce((total, { rest }) => total + Math.max(...rest.map((box) => mostUses(box, universe))), 0);
    if (!safe || sum > most) return users.at(-1)?.rule;
  }
  return undefined;
}

/** Whether each leaning permission can have a counted permission of the offer for itself alone (a bipartite matching). */
function paired(leaning: readonly Leaning[], counted: readonly Granting[], universe: Universe): boolean {
  const { space } = universe;
  const choices = leaning.map(({ region, rest }) =>
    counted.filter((offer) => {
      if (space.subtractAll(rest, offer.region).length > 0) return false;
      // Either every use counts in both, so the counters run in step, or a smaller number is as good.
      return (
        offer.region.every((box) => isGrowing(box, universe)) || space.subtractAll(region, offer.region).length === 0
      );
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

function isGrowing(box: Box, { space, use }: Universe): boolean {
  return space.at(box, use.dimension).every(([low]) => low <= 1);
}

function mostUses(box: Box, { space, use }: Universe): number {
  return highest(space.at(box, use.dimension));
}

/** Whether the number of a use matters to it. */
export function isCounted({ constraints, actionRefinements }: Rule): boolean {
  return [...constraints, ...actionRefinements].flatMap(atomsOf).some(({ operand }) => factOf(operand) === 'count');
}
