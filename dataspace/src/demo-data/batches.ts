import { Draws } from './draws.js';
import type { Participant } from './firms.js';
import { type Batch, batchOf, ordersOf } from './orders.js';
import { heatTreated, type Part } from './product.js';
import type { World } from './world.js';

/** What went into a batch: one row an input, one with none where nothing is known of it. */
export interface BatchInput {
  readonly output: Batch;
  /** Another supplier's batch, or what a mill calls its melt. */
  readonly input: string;
}

/** Batches made in one half-month were delivered and used in later ones. */
const ahead = 2;
/** So many of the treated parts in it are told of a batch. */
const mostInputs = 3;

/**
 * Which batch went into which: from what the OEM receives through hydraulics and heat treatment to the castings supplier's melts.
 * As many as there are sources and half-months, whatever the number of order lines.
 */
export class Batches {
  /** By supplier, then by number. */
  readonly #delivered = new Map<Participant, Map<string, Batch>>();
  readonly #inputs = new Map<Participant, BatchInput[]>();

  constructor(world: World) {
    for (const buyer of world.buyers) {
      for (const { deliveries } of ordersOf(world, buyer)) for (const { batch } of deliveries) this.#add(batch);
    }
    const [, hydraulics, heatTreatment, castings] = world.participants;
    if (!hydraulics || !heatTreatment || !castings) throw new RangeError('expected the named firms');
    const treated = new TreatedParts(world);
    // Down the chain: what one needs of the next one is among that one's batches before its turn comes.
    this.#link(hydraulics, ({ part, period }) =>
      treated.in(part).map((inner) => this.#add(this.#latest(heatTreatment, inner, period - ahead)).no),
    );
    this.#link(heatTreatment, ({ part, period }) => {
      const blank = treated.blankOf(part);
      return blank ? [this.#add(batchOf(castings, blank, period - ahead)).no] : [];
    });
    const melts = new Draws(world.seed, 'melts');
    this.#link(castings, ({ no }) => [`L${no.slice(2, 6)}${String(melts.int(0, 9_999)).padStart(4, '0')}`]);
  }

  of(supplier: Participant): readonly BatchInput[] {
    return this.#inputs.get(supplier) ?? [];
  }

  /** Of the suppliers who publish nothing: nobody knows what went in. */
  ofOthers(publishing: readonly Participant[]): BatchInput[] {
    const others = [...this.#delivered].filter(([supplier]) => !publishing.includes(supplier));
    return others.flatMap(([, batches]) => sorted(batches).map((output) => ({ output, input: '' })));
  }

  #link(supplier: Participant, inputs: (batch: Batch) => readonly string[]): void {
    const batches = sorted(this.#delivered.get(supplier) ?? new Map<string, Batch>());
    const rows = batches.flatMap((output) => {
      const found = inputs(output);
      return (found.length > 0 ? found : ['']).map((input) => ({ output, input }));
    });
    this.#inputs.set(supplier, rows);
  }

  #add(batch: Batch): Batch {
    const own = this.#delivered.get(batch.supplier) ?? new Map<string, Batch>();
    this.#delivered.set(batch.supplier, own.set(batch.no, batch));
    return batch;
  }

  /** The last one delivered by then; before there was any, one from stock. */
  #latest(supplier: Participant, part: Part, period: number): Batch {
    for (let earlier = period; earlier > period - 12; earlier -= 1) {
      const found = this.#delivered.get(supplier)?.get(batchOf(supplier, part, earlier).no);
      if (found) return found;
    }
    return batchOf(supplier, part, period);
  }
}

/** In the order in which they were made. */
function sorted(batches: ReadonlyMap<string, Batch>): Batch[] {
  return [...batches.values()].sort((a, b) => a.period - b.period || a.part.index - b.part.index);
}

/** The parts under a part that heat treatment makes hard, and what these are made of. */
class TreatedParts {
  readonly #children: ReadonlyMap<Part, readonly Part[]>;
  readonly #known = new Map<Part, readonly Part[]>();

  constructor({ product: { bom } }: World) {
    const children = new Map<Part, Part[]>();
    for (const { parent, child } of bom) {
      const own = children.get(parent) ?? [];
      children.set(parent, own);
      own.push(child);
    }
    this.#children = children;
  }

  in(part: Part): readonly Part[] {
    const known = this.#known.get(part);
    if (known) return known;
    const within = (this.#children.get(part) ?? []).flatMap((child) =>
      heatTreated.has(child.category) ? [child] : this.in(child),
    );
    const found = within.slice(0, mostInputs);
    this.#known.set(part, found);
    return found;
  }

  blankOf(part: Part): Part | undefined {
    return this.#children.get(part)?.find(({ category }) => category === 'forging');
  }
}
