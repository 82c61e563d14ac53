import type { Constraint, Rule } from '../model.js';
import { type Box, type Budget, intersectAll, subtractAll } from './box.js';

export interface Granting {
  readonly rule: Rule;
  readonly region: readonly Box[];
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
  const leaning = requests.map(({ rule, region }) => ({
    rule,
    region: subtractAll(region, free, budget),
    whole: region,
  }));
  for (const offer of counted) {
    const users = leaning.filter(({ region }) => intersectAll(region, offer.region, budget).length > 0);
    const [first] = users;
    if (first === undefined) continue;
    const touched = offer.region.filter((box) =>
      users.some(({ region }) => intersectAll(region, [box], budget).length > 0),
    );
    const growing = touched.every(({ use }) => use.every(([low]) => low <= 1));
    const alone = users.length === 1;
    if (alone && growing) continue;
    // Not every smaller number is allowed: the two counters must run in step, so nothing else may serve a use.
    if (alone && offers.length === 1 && requests.length === 1) continue;
    const most = Math.min(...touched.map(highest));
    const sum = users.reduce((all, { region }) => all + Math.max(...region.map(highest)), 0);
    if (!growing || sum > most) return users.at(-1)?.rule;
  }
  return undefined;
}

function highest({ use }: Box): number {
  return use.at(-1)?.[1] ?? 0;
}

function counts(constraint: Constraint): boolean {
  return 'operand' in constraint ? constraint.operand === 'count' : constraint.operands.some(counts);
}
