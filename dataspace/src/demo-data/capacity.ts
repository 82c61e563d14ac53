import { isoDay } from './calendar.js';
import { Draws } from './draws.js';
import type { Participant } from './firms.js';
import { type OrderLine, ordersOf } from './orders.js';
import type { Category } from './part-names.js';
import type { Part } from './product.js';
import type { World } from './world.js';

/** An order line as the supplier has it: a few differ from the buyer's. */
export interface SalesLine extends OrderLine {
  readonly disagrees: boolean;
}

export interface Routing {
  readonly part: Part;
  readonly workCentre: string;
  readonly hoursPerUnit: number;
}

export interface CapacityRow {
  readonly month: string;
  readonly workCentre: string;
  readonly category: Category;
  readonly available: number;
  readonly planned: number;
  readonly committed: number;
}

const workCentres: Readonly<Record<string, readonly string[]>> = {
  HD: ['HD-TURN', 'HD-GRIND', 'HD-WELD', 'HD-ASSEMBLY', 'HD-TEST'],
  RF: ['RF-QUENCH', 'RF-TEMPER', 'RF-STRAIGHTEN'],
  TY: ['TY-MOULD', 'TY-MELT', 'TY-FETTLE'],
};
/** These of a supplier's order lines differ at every scale, and so many others in a thousand. */
const surelyDiffer = new Set([7, 19]);
const differ = 0.003;

/** What a supplier sold, from its side. */
export function* salesOf(world: World, supplier: Participant): Generator<SalesLine> {
  const draws = new Draws(world.seed, `sales/${supplier.id}`);
  let ordinal = 0;
  for (const buyer of world.customersOf(supplier)) {
    for (const line of ordersOf(world, buyer)) {
      if (line.source.supplier !== supplier) continue;
      const disagrees = surelyDiffer.has(ordinal) || draws.chance(differ);
      ordinal += 1;
      yield disagrees ? { ...line, ...otherwise(draws, line), disagrees } : { ...line, disagrees };
    }
  }
}

function otherwise(draws: Draws, { quantity, price, due }: OrderLine): Partial<OrderLine> {
  return draws.pick([
    { quantity: quantity + Math.max(1, Math.round(quantity / 10)) },
    { due: due + 7 },
    { price: Math.round(price * 103) / 100 },
  ]);
}

/** How long each part the supplier sells takes at each work centre. */
export function routingOf(world: World, supplier: Participant): Routing[] {
  const draws = new Draws(world.seed, `routing/${supplier.id}`);
  const centres = workCentres[supplier.code] ?? [];
  return world.soldBy(supplier).flatMap(({ part }) => {
    const heavy = Math.min(8, 0.05 + part.massKg / 60);
    return centres
      .filter((_, place) => place === 0 || draws.chance(0.7))
      .map((workCentre) => ({
        ...{ part, workCentre },
        hoursPerUnit: Math.max(0.001, Math.round(heavy * draws.between(0.05, 0.4) * 1_000) / 1_000),
      }));
  });
}

/** By month, work centre and category: the hours committed are at least those that the open sales of the month need. */
export function capacityOf(world: World, supplier: Participant): CapacityRow[] {
  const steps = new Map<Part, Routing[]>();
  for (const step of routingOf(world, supplier)) steps.set(step.part, [...(steps.get(step.part) ?? []), step]);
  const loads = new Map<string, { month: string; workCentre: string; category: Category; hours: number }>();
  for (const { source, due, quantity, status } of salesOf(world, supplier)) {
    if (status === 'cancelled') continue;
    for (const { part, workCentre, hoursPerUnit } of steps.get(source.part) ?? []) {
      const month = monthOf(due);
      const key = `${month}/${workCentre}/${part.category}`;
      const load = loads.get(key) ?? { month, workCentre, category: part.category, hours: 0 };
      loads.set(key, load);
      load.hours += quantity * hoursPerUnit;
    }
  }
  const draws = new Draws(world.seed, `capacity/${supplier.id}`);
  const rows = [...loads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, load]) => load);
  const usual = averages(rows);
  return rows.map(({ month, workCentre, category, hours }) => {
    // Other customers have their share, too. Rounded up: it stays enough.
    const committed = Math.ceil(hours * draws.between(1.02, 1.2) * 10) / 10;
    const available = (usual.get(`${workCentre}/${category}`) ?? hours) * (month === festival ? 0.7 : 1.4);
    return {
      ...{ month, workCentre, category, committed },
      available: tenth(available),
      planned: tenth(committed * draws.between(1, 1.1)),
    };
  });
}

const festival = '2026-02';

function averages(rows: readonly { workCentre: string; category: Category; hours: number }[]): Map<string, number> {
  const sums = new Map<string, { hours: number; months: number }>();
  for (const { workCentre, category, hours } of rows) {
    const key = `${workCentre}/${category}`;
    const sum = sums.get(key) ?? { hours: 0, months: 0 };
    sums.set(key, { hours: sum.hours + hours, months: sum.months + 1 });
  }
  return new Map([...sums].map(([key, { hours, months }]) => [key, hours / months]));
}

function tenth(hours: number): number {
  return Math.round(hours * 10) / 10;
}

function monthOf(day: number): string {
  return isoDay(day).slice(0, 7);
}
