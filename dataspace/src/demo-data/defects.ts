import { isoDay, lastDay, stockDays } from './calendar.js';
import { wrongCheck } from './credit-code.js';
import type { Draws } from './draws.js';
import type { OrderLine } from './orders.js';
import type { DemoRow, Value } from './table.js';

// What is wrong with the data on purpose, so that whoever looks at it has something to find. Each passes rows on.

type Rows = Iterable<readonly Value[]>;

/** Some rows come twice. */
export function* duplicated(
  draws: Draws,
  { times, of }: { times: number; of: number },
  rows: Rows,
): Generator<DemoRow> {
  const twice = new Set(Array.from({ length: times }, (_, place) => Math.floor(((place + draws.next()) * of) / times)));
  let place = 0;
  for (const values of rows) {
    yield { values };
    if (twice.has(place)) yield { values, planted: 'duplicate' };
    place += 1;
  }
}

/** The last participant's credit code has another check character than it should. */
export function* wrongCode(rows: readonly (readonly Value[])[]): Generator<DemoRow> {
  for (const [place, values] of rows.entries()) {
    const [id = '', code = '', ...rest] = values;
    if (place < rows.length - 1) yield { values };
    else yield { values: [id, wrongCheck(String(code)), ...rest], planted: 'wrong-check-digit' };
  }
}

/** A length is in millimetres where its part is kept in metres. */
export function* unitMixUp(rows: Rows): Generator<DemoRow> {
  let planted = false;
  for (const values of rows) {
    const [parent = '', child = '', from = '', quantity = 0, unit = '', ...rest] = values;
    if (planted || unit !== 'm') {
      yield { values };
      continue;
    }
    planted = true;
    yield {
      values: [parent, child, from, Math.round(Number(quantity) * 1_000), 'mm', ...rest],
      planted: 'unit-mix-up',
    };
  }
}

/** A part is made of one that is in no list of parts. */
export function* orphanPart(rows: Iterable<DemoRow>): Generator<DemoRow> {
  let last: DemoRow | undefined;
  for (const row of rows) {
    yield row;
    last = row;
  }
  const [parent = '', , from = '', , , ...rest] = last?.values ?? [];
  yield { values: [parent, 'XG-4099-99', from, 1, 'pcs', ...rest], planted: 'orphan-part' };
}

/** On the last day one part more is issued than is there. */
export function* negative(rows: Rows): Generator<DemoRow> {
  const today = isoDay(lastDay);
  let planted = false;
  for (const values of rows) {
    const [day = '', site = '', part = '', batch = '', onHand = 0, , inTransit = 0, safety = 0, received = 0] = values;
    const [produced = 0, issued = 0, shipped = 0] = values.slice(9);
    if (planted || day !== today || onHand === 0) {
      yield { values };
      continue;
    }
    planted = true;
    const taken = Number(issued) + Number(onHand) + 1;
    const row = [day, site, part, batch, -1, 0, inTransit, safety, received, produced, taken, shipped];
    yield { values: row, planted: 'negative-stock' };
  }
}

/** The receipts of these orders; two of them say that they came before they were ordered. */
export function* tooEarly(draws: Draws, lines: number, orders: Iterable<OrderLine>): Generator<DemoRow> {
  // Of the first half of the orders: long before the days of which the stock is told.
  const wanted = [draws.int(0, Math.floor(lines / 4)), draws.int(Math.floor(lines / 4) + 1, Math.floor(lines / 2))];
  let place = 0;
  for (const { poNo, line, ordered, deliveries } of orders) {
    for (const { batch, arrived, received, rejected } of deliveries) {
      if (arrived > lastDay) continue;
      const due = place >= (wanted[0] ?? Number.POSITIVE_INFINITY) && arrived <= lastDay - stockDays;
      if (due) wanted.shift();
      const date = isoDay(due ? ordered - 3 : arrived);
      yield {
        values: [poNo, line, batch.no, date, received, rejected],
        ...(due && { planted: 'receipt-before-order' }),
      };
    }
    place += 1;
  }
}
