import { firstDayOf, isWorkday, lastDay, stockDays } from './calendar.js';
import { Draws } from './draws.js';
import type { Participant } from './firms.js';
import { ordersOf } from './orders.js';
import type { Part } from './product.js';
import type { World } from './world.js';

/** A part in a place at the end of a day: `onHand` is yesterday's, plus what came in, less what went out. */
export interface StockRow {
  readonly day: number;
  readonly site: string;
  readonly part: Part;
  readonly batchNo: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly inTransit: number;
  readonly safetyLevel: number;
  readonly received: number;
  readonly produced: number;
  readonly issued: number;
  readonly shipped: number;
}

const firstStockDay = lastDay - stockDays + 1;
/** A delivery is used up by then: what came earlier is not in stock any more. */
const longestUseDays = 25;

/** The stock of a firm, day by day: what it received and uses up, and what it makes and ships. */
export function* stockOf(world: World, firm: Participant): Generator<StockRow> {
  const items = itemsOf(world, firm);
  for (let day = firstStockDay; day <= lastDay; day += 1) {
    for (const item of items) {
      const row = item.step(day);
      if (row) yield row;
    }
  }
}

type Flow = Map<number, number>;

/** A batch of a part at one site, over time. */
class Item {
  readonly received: Flow = new Map();
  readonly produced: Flow = new Map();
  readonly shipped: Flow = new Map();
  readonly departed: Flow = new Map();
  readonly arrived: Flow = new Map();
  /** Most that is used up on a workday. */
  rate = 0;
  onHand = 0;
  inTransit = 0;
  readonly #site: string;
  readonly #part: Part;
  readonly #batchNo: string;

  constructor(site: string, part: Part, batchNo: string) {
    this.#site = site;
    this.#part = part;
    this.#batchNo = batchNo;
  }

  /** Goes on by a day; tells nothing while nothing is there, comes or goes. */
  step(day: number): StockRow | undefined {
    const received = this.received.get(day) ?? 0;
    const produced = this.produced.get(day) ?? 0;
    const shipped = this.shipped.get(day) ?? 0;
    const issued = isWorkday(day) ? Math.min(this.rate, this.onHand + received) : 0;
    const before = this.onHand;
    this.onHand = before + received + produced - issued - shipped;
    this.inTransit += (this.departed.get(day) ?? 0) - (this.arrived.get(day) ?? 0);
    if (before + received + produced + this.inTransit === 0) return undefined;
    const tomorrow = this.rate + (this.shipped.get(day + 1) ?? 0);
    return {
      ...{ day, site: this.#site, part: this.#part, batchNo: this.#batchNo, onHand: this.onHand },
      ...{ received, produced, issued, shipped, inTransit: this.inTransit },
      reserved: Math.min(this.onHand, tomorrow),
      safetyLevel: Math.max(1, Math.ceil(this.#part.unit === 'pcs' ? 400 / (10 + this.#part.massKg) : 200)),
    };
  }
}

function itemsOf(world: World, firm: Participant): Item[] {
  const draws = new Draws(world.seed, `stock/${firm.id}`);
  return [...inbound(world, firm, draws), ...outbound(world, firm, draws)];
}

/** What the firm bought: used up within weeks of its arrival. */
function inbound(world: World, firm: Participant, draws: Draws): Item[] {
  const items = new Map<string, Item>();
  for (const { deliveries } of world.buyers.includes(firm) ? ordersOf(world, firm) : []) {
    for (const { batch, shipped, arrived, received, rejected } of deliveries) {
      const accepted = received - rejected;
      const age = firstStockDay - arrived;
      if (age >= longestUseDays) continue;
      const item = itemIn(items, batch.no, () => new Item(siteOf(firm, batch.part), batch.part, batch.no));
      item.rate = Math.max(item.rate, Math.ceil(accepted / draws.int(6, longestUseDays - 8)));
      if (age > 0) {
        item.onHand += Math.floor(accepted * (1 - age / longestUseDays));
        continue;
      }
      add(item.received, arrived, accepted);
      add(item.arrived, arrived, received);
      if (shipped < firstStockDay) item.inTransit += received;
      else add(item.departed, shipped, received);
    }
  }
  return [...items.values()];
}

/** What the firm sells: each batch is made on the first day of its half-month, with something to spare. */
function outbound(world: World, firm: Participant, draws: Draws): Item[] {
  const items = new Map<string, { readonly item: Item; readonly made: number; left: number }>();
  for (const buyer of world.customersOf(firm)) {
    for (const { source, deliveries } of ordersOf(world, buyer)) {
      if (source.supplier !== firm) continue;
      for (const { batch, shipped, received } of deliveries) {
        if (shipped < firstStockDay) continue;
        const entry = itemIn(items, batch.no, () => ({
          ...{ item: new Item(siteOf(firm, batch.part), batch.part, batch.no), left: draws.int(0, 3) },
          made: firstDayOf(batch.period),
        }));
        entry.left += received;
        add(entry.item.shipped, shipped, received);
      }
    }
  }
  return [...items.values()].map(({ item, made, left }) => {
    if (made < firstStockDay) item.onHand = left;
    else item.produced.set(made, left);
    return item;
  });
}

function siteOf({ code }: Participant, { index }: Part): string {
  return `${code}-0${1 + (index % 2)}`;
}

function itemIn<T>(items: Map<string, T>, key: string, create: () => T): T {
  const found = items.get(key) ?? create();
  items.set(key, found);
  return found;
}

function add(flow: Flow, day: number, quantity: number): void {
  flow.set(day, (flow.get(day) ?? 0) + quantity);
}
