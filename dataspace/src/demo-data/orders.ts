import { demandCurve, firstDay, lastDay, periodName, periodOf } from './calendar.js';
import { Draws } from './draws.js';
import type { Participant } from './firms.js';
import type { Part } from './product.js';
import { type Source, SourceDeck } from './sourcing.js';
import type { World } from './world.js';

export type OrderStatus = 'open' | 'confirmed' | 'partial' | 'delivered' | 'cancelled';

/** What a supplier made of a part in half a month. */
export interface Batch {
  readonly no: string;
  readonly supplier: Participant;
  readonly part: Part;
  readonly period: number;
}

export interface Delivery {
  readonly shipped: number;
  /** May lie after the data's last day: it is on its way then. */
  readonly arrived: number;
  readonly received: number;
  readonly rejected: number;
  readonly batch: Batch;
}

/** An order line and what came of it until the last day. Days count from 1970-01-01. */
export interface OrderLine {
  readonly poNo: string;
  readonly line: number;
  readonly source: Source;
  readonly quantity: number;
  readonly price: number;
  readonly ordered: number;
  readonly due: number;
  readonly confirmed: number | undefined;
  readonly status: OrderStatus;
  readonly contact: Contact;
  readonly deliveries: readonly Delivery[];
}

export interface Contact {
  readonly name: string;
  readonly phone: string;
}

const surnames = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙'];
// The last one is rare: two UTF-16 units, four bytes in GB18030.
const givenNames = ['伟', '秀英', '建国', '丽', '志强', '晓燕', '海涛', '敏', '俊杰', '雪梅', '𬱖'];
/** Most quantities are a few times the least one, some many times. */
const quantityShape = 1.4;
const mostTimes = 60;

/** The order lines of a buyer, by the day they were ordered; always the same, so nobody needs to keep them. */
export function* ordersOf(world: World, buyer: Participant): Generator<OrderLine> {
  const draws = new Draws(world.seed, `orders/${buyer.id}`);
  const sources = world.sources(buyer);
  const deck = new SourceDeck(sources);
  const suppliers = new Set(sources.map(({ supplier }) => supplier));
  const decks = new Map(
    [...suppliers].map((one) => [one, new SourceDeck(sources.filter(({ supplier }) => supplier === one))]),
  );
  const curve = demandCurve(draws);
  const contacts = Array.from({ length: 12 }, (_, place) => contact(draws, buyer, place));
  const total = world.linesOf(buyer);
  let day = 0;
  for (let [written, order] = [0, 1]; written < total; order += 1) {
    const lines = Math.min(draws.int(1, 6), total - written);
    while ((curve[day] ?? 1) < (written + 0.5) / total) day += 1;
    // Something is ordered until the last day, however little in all.
    const ordered = written + lines < total ? firstDay + day : lastDay;
    const poNo = `PO-${buyer.code}-${String(order).padStart(6, '0')}`;
    const who = draws.pick(contacts);
    const first = deck.draw(draws, ordered);
    const own = decks.get(first.supplier) ?? deck;
    for (let line = 1; line <= lines; line += 1) {
      const source = line === 1 ? first : own.draw(draws, ordered);
      yield placed(draws, { poNo, line, source, ordered, contact: who });
    }
    written += lines;
  }
}

function placed(draws: Draws, order: Pick<OrderLine, 'poNo' | 'line' | 'source' | 'ordered' | 'contact'>): OrderLine {
  const { source, ordered } = order;
  const quantity = source.moq * Math.min(mostTimes, Math.floor(draws.pareto(quantityShape)));
  const due = ordered + source.leadDays + draws.int(0, 15);
  const cancelled = draws.chance(0.02);
  const deliveries = cancelled ? [] : delivered(draws, { source, ordered, due, quantity });
  const answered = ordered + draws.int(1, 6);
  const confirmed = answered > lastDay ? undefined : due + (draws.chance(0.2) ? draws.int(1, 10) : 0);
  const came = deliveries.filter(({ arrived }) => arrived <= lastDay).reduce((sum, { received }) => sum + received, 0);
  return {
    ...{ ...order, quantity, due, deliveries, confirmed: came > 0 ? (confirmed ?? due) : confirmed },
    price: Math.round(source.price * draws.between(0.98, 1.02) * 100) / 100,
    status: cancelled ? 'cancelled' : statusOf(came, quantity, confirmed),
  };
}

function statusOf(came: number, quantity: number, confirmed: number | undefined): OrderStatus {
  if (came === quantity) return 'delivered';
  if (came > 0) return 'partial';
  return confirmed === undefined ? 'open' : 'confirmed';
}

/** One delivery, sometimes two; what is not shipped by the last day is not there. */
function delivered(
  draws: Draws,
  { source, ordered, due, quantity }: Pick<OrderLine, 'source' | 'ordered' | 'due' | 'quantity'>,
): Delivery[] {
  const { supplier, part } = source;
  const before = quantity >= 10 && draws.chance(0.1) ? Math.floor(quantity / 3) : 0;
  const shares = [before, quantity - before].filter((share) => share > 0);
  const first = Math.max(ordered + 2, due + draws.int(-4, 8));
  return shares
    .map((received, place) => {
      const arrived = first + place * draws.int(7, 14);
      const shipped = Math.max(ordered + 1, arrived - draws.int(1, 4));
      const rejected = draws.chance(0.04) ? Math.ceil(received * draws.between(0.01, 0.1)) : 0;
      return { shipped, arrived, received, rejected, batch: batchOf(supplier, part, periodOf(shipped)) };
    })
    .filter(({ shipped }) => shipped <= lastDay);
}

export function batchOf(supplier: Participant, part: Part, period: number): Batch {
  return { no: `${supplier.code}${periodName(period)}-${String(part.index).padStart(4, '0')}`, supplier, part, period };
}

/** Fictional: numbers that begin with 154 are given to nobody. */
function contact(draws: Draws, { code }: Participant, place: number): Contact {
  const given = place === 0 && code === 'XG' ? (givenNames.at(-1) ?? '') : draws.pick(givenNames);
  return { name: draws.pick(surnames) + given, phone: `154${String(draws.int(0, 99_999_999)).padStart(8, '0')}` };
}
