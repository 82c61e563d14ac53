import { at } from './draws.js';
import { namedFirms, type Participant, participantsOf } from './firms.js';
import { type Product, productOf } from './product.js';
import { type Source, sourcingOf } from './sourcing.js';

export interface DemoOptions {
  /** A whole number; the same one gives the same bytes. */
  readonly seed: number;
  /** How many participants there are, the five named ones among them: 5 to 2,000, 45 unless given. */
  readonly participants?: number;
  /** 1 for 20,000 order lines, unless given; below 1 there are fewer parts, too. From 0.01 to 1,000. */
  readonly scale?: number;
}

const standard = { participants: 45, lines: 20_000, parts: 1_200, fewestParts: 260 };
/** Of all order lines, by the number of the buyer. */
const buyers = new Map([
  [0, 0.7],
  [1, 0.2],
  [4, 0.1],
]);

/** What every table is made from: bounded, whatever the number of order lines. */
export class World {
  readonly seed: number;
  readonly participants: readonly Participant[];
  readonly product: Product;
  readonly #lines: number;
  readonly #sources = new Map<string, readonly Source[]>();

  /** @throws RangeError for options out of their range */
  constructor({ seed, participants = standard.participants, scale = 1 }: DemoOptions) {
    demand('seed', Number.isSafeInteger(seed), 'a whole number', seed);
    const count = Number.isInteger(participants) && participants >= namedFirms.length && participants <= 2_000;
    demand('participants', count, `a whole number from ${namedFirms.length} to 2000`, participants);
    demand('scale', scale >= 0.01 && scale <= 1_000, 'a number from 0.01 to 1000', scale);
    this.seed = seed;
    this.participants = participantsOf(seed, participants);
    const parts = Math.max(standard.fewestParts, Math.round(standard.parts * Math.min(1, scale)));
    this.product = productOf(seed, parts);
    this.#lines = Math.round(standard.lines * scale);
    for (const buyer of this.buyers) {
      this.#sources.set(buyer.id, sourcingOf(seed, buyer, this.product, this.participants));
    }
  }

  get buyers(): readonly Participant[] {
    return [...buyers.keys()].map((place) => at(this.participants, place));
  }

  /** Those who buy something of a supplier. */
  customersOf(supplier: Participant): readonly Participant[] {
    return this.buyers.filter((buyer) => this.sources(buyer).some((source) => source.supplier === supplier));
  }

  sources(buyer: Participant): readonly Source[] {
    return this.#sources.get(buyer.id) ?? [];
  }

  /** How many order lines a buyer has. */
  linesOf(buyer: Participant): number {
    return Math.round(this.#lines * (buyers.get(this.participants.indexOf(buyer)) ?? 0));
  }

  /** What a supplier sells: each part once, whoever buys it. */
  soldBy(supplier: Participant): readonly Source[] {
    const own = [...this.#sources.values()].flat().filter((source) => source.supplier === supplier);
    return [...new Map(own.map((source) => [source.part, source])).values()];
  }
}

function demand(name: string, holds: boolean, expected: string, got: number): void {
  if (!holds) throw new RangeError(`${name}: expected ${expected}, got ${got}`);
}
