import { dayOf, firstDay, lastDay } from './calendar.js';
import { at, Draws } from './draws.js';
import type { Participant } from './firms.js';
import { heatTreated, type Part, type Product } from './product.js';

/** A supplier of a part to a buyer, while it is one. Days count from 1970-01-01. */
export interface Source {
  readonly part: Part;
  readonly buyer: Participant;
  readonly supplier: Participant;
  readonly supplierPartNo: string;
  readonly sharePct: number;
  readonly leadDays: number;
  readonly moq: number;
  readonly from: number;
  /** The last day; undefined while it goes on. */
  readonly to: number | undefined;
  readonly price: number;
  /** How much of it is ordered, beside others. */
  readonly weight: number;
}

const sourcedFrom = dayOf('2025-01-01');
/** Of demand by rank: with it a fifth of the parts has about four fifths of the demand. */
const paretoExponent = 1.05;

/** What a buyer buys, and of whom; on every day the shares of a part come to 100. */
export function sourcingOf(
  seed: number,
  buyer: Participant,
  { parts }: Product,
  participants: readonly Participant[],
): Source[] {
  const draws = new Draws(seed, `sourcing/${buyer.id}`);
  const bought = draws.shuffled(parts.filter((part) => buys(buyer, part)));
  return bought.flatMap((part, rank) => {
    const sellers = participants.filter(({ id, sells }) => id !== buyer.id && sells.includes(part.category));
    // In a small space nobody else may sell it.
    const others = participants.filter(({ tier, id }) => tier === 1 && id !== buyer.id);
    return sourcesOf(
      draws,
      buyer,
      part,
      sellers.length > 0 ? sellers : others,
      (rank + 1) ** -paretoExponent * preference(part),
    );
  });
}

/** Whole hydraulic groups, and what is treated with heat, are ordered more often: the firms in the demonstration make these. */
function preference({ hydraulic, level, category }: Part): number {
  return (hydraulic && level <= 3) || heatTreated.has(category) ? 4 : 1;
}

function buys(buyer: Participant, { index, level, make, category, hydraulic }: Part): boolean {
  if (buyer.tier === 1) return hydraulic && level === 4;
  if (make || heatTreated.has(category) || category === 'forging') return false;
  return buyer.code === 'XG' || index % 3 === 0;
}

function sourcesOf(
  draws: Draws,
  buyer: Participant,
  part: Part,
  sellers: readonly Participant[],
  demand: number,
): Source[] {
  // The named firms come first in the list of participants: they are wherever they can be.
  const [leading, ...rest] = sellers;
  const others = draws.shuffled(rest);
  const named = leading && !leading.code.startsWith('S') ? leading : undefined;
  const [first = named, second, third] = named ? [named, ...others] : draws.shuffled(sellers);
  if (!first) return [];
  const price = priceOf(draws, part);
  const source = (supplier: Participant, sharePct: number, from = sourcedFrom, to?: number): Source => ({
    ...{ part, buyer, supplier, sharePct, from, to },
    supplierPartNo: `${supplier.code}-${String(10_000 + ((part.index * 7_919) % 90_000))}`,
    leadDays: draws.int(2, 12) * 5,
    moq: moqOf(draws, part),
    price: Math.round(price * draws.between(0.92, 1.08) * 100) / 100,
    weight: (demand * sharePct) / 100,
  });
  const how = draws.next();
  if (!second || how < 0.45) return [source(first, 100)];
  if (how < 0.55 && !heatTreated.has(part.category)) {
    const changed = draws.int(firstDay + 60, lastDay - 120);
    return [source(second, 100, sourcedFrom, changed - 1), source(first, 100, changed)];
  }
  if (!third || how < 0.85) {
    const share = draws.int(11, 16) * 5;
    return [source(first, share), source(second, 100 - share)];
  }
  return [source(first, 50), source(second, 30), source(third, 20)];
}

function priceOf(draws: Draws, { category, massKg, unit }: Part): number {
  if (unit !== 'pcs') return draws.between(4, 90);
  const perKg = ['cylinder', 'valve', 'pump', 'motor'].includes(category) ? 95 : 32;
  return 1.5 + massKg * perKg * draws.between(0.7, 1.4);
}

function moqOf(draws: Draws, { category, level, unit }: Part): number {
  if (unit === 'kg') return draws.pick([500, 1_000, 2_000]);
  if (level <= 3) return draws.pick([1, 2, 4]);
  return ['fastener', 'seal', 'spring'].includes(category) ? draws.pick([100, 200, 500]) : draws.pick([5, 10, 20]);
}

/** The sources of a buyer, to draw from by weight. */
export class SourceDeck {
  readonly #sources: readonly Source[];
  readonly #bounds: Float64Array;

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
    let total = 0;
    this.#bounds = Float64Array.from(sources, ({ weight }) => {
      total += weight;
      return total;
    });
  }

  /** One that is valid on that day: the next one, where the one drawn is not. @throws RangeError when none is */
  draw(draws: Draws, day: number): Source {
    const drawn = this.#place(draws.next() * (this.#bounds.at(-1) ?? 0));
    for (let step = 0; step < this.#sources.length; step += 1) {
      const source = at(this.#sources, (drawn + step) % this.#sources.length);
      if (source.from <= day && day <= (source.to ?? day)) return source;
    }
    throw new RangeError(`expected a source that is valid on day ${day}`);
  }

  #place(sum: number): number {
    let [low, high] = [0, this.#sources.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[middle] ?? 0) > sum) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
