import { at, type Draws } from './draws.js';

// Days are counted from 1970-01-01, in China's calendar; there are no hours here.

const dayMs = 86_400_000;

/** Orders are placed on these days, 18 months; the last one is the data's today. */
export const firstDay = dayOf('2025-05-01');
export const lastDay = dayOf('2026-10-31');
export const stockDays = 90;

/** Days on which less is ordered, and how much of the usual remains. */
const holidays = [
  ['2025-05-01', '2025-05-05', 0.2],
  ['2025-10-01', '2025-10-08', 0.15],
  // Spring Festival: the new year begins on 2026-02-17; suppliers' people leave before it and come back after the lanterns.
  ['2026-02-09', '2026-02-15', 0.3],
  ['2026-02-16', '2026-02-24', 0.02],
  ['2026-02-25', '2026-03-03', 0.35],
  ['2026-05-01', '2026-05-05', 0.2],
  ['2026-10-01', '2026-10-08', 0.15],
] as const;

export function dayOf(date: string): number {
  return Date.parse(date) / dayMs;
}

/** Few days, written many times. */
const written = new Map<number, string>();

/** As ISO 8601: 2026-02-17. */
export function isoDay(day: number): string {
  const known = written.get(day) ?? new Date(day * dayMs).toISOString().slice(0, 10);
  written.set(day, known);
  return known;
}

export function isWorkday(day: number): boolean {
  return activity(day) >= 0.3;
}

/** How much is ordered on a day, beside a usual one's 1. */
function activity(day: number): number {
  const date = isoDay(day);
  const [, , left] = holidays.find(([from, to]) => date >= from && date <= to) ?? ['', '', 1];
  const weekday = new Date(day * dayMs).getUTCDay();
  return weekday === 0 ? Math.min(left, 0.08) : weekday === 6 ? Math.min(left, 0.25) : left;
}

/** By day from `firstDay` on: which share of everything has been ordered when it ends. */
export function demandCurve(draws: Draws): Float64Array {
  const curve = new Float64Array(lastDay - firstDay + 1);
  let total = 0;
  for (let place = 0; place < curve.length; place += 1) {
    total += activity(firstDay + place) * draws.between(0.75, 1.25);
    curve[place] = total;
  }
  return curve.map((sum) => sum / total);
}

/** Half-months, counted: what a supplier makes of a part in one of them is a batch. */
export function periodOf(day: number): number {
  const date = isoDay(day);
  const months = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  return months * 2 + (Number(date.slice(8)) > 15 ? 1 : 0);
}

/** As batches are numbered: 2608A. */
export function periodName(period: number): string {
  const months = Math.floor(period / 2);
  const year = String(Math.floor(months / 12) % 100).padStart(2, '0');
  return `${year}${String((months % 12) + 1).padStart(2, '0')}${at(['A', 'B'], period % 2)}`;
}

export function firstDayOf(period: number): number {
  const months = Math.floor(period / 2);
  return Date.UTC(Math.floor(months / 12), months % 12, period % 2 === 0 ? 1 : 16) / dayMs;
}
