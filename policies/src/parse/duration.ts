import type { Span } from './instant.js';

const day = 86_400_000;
const pattern =
  /^(-)?P(?:(\d{1,6})W|(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,3})0*)?S)?)?)$/;

/** Fewest and most days in so many months after another, from none to eleven: February is among them, or it is not. */
const fewest = [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334];
const most = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];

/** An `xsd:duration` (or ISO 8601 weeks) in milliseconds. Months and years have no fixed length, and span what they may have. */
export function spanOfDuration(text: string): Span | undefined {
  const match = pattern.exec(text);
  if (!match || /[PT]$/.test(text)) return undefined;
  const [sign, weeks, years, months, days, hours, minutes, seconds, fraction = ''] = match.slice(1);
  const clock =
    ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1_000 +
    Number(fraction.padEnd(3, '0'));
  const fixed = (Number(weeks ?? 0) * 7 + Number(days ?? 0)) * day + clock;
  const all = Number(years ?? 0) * 12 + Number(months ?? 0);
  const [whole, rest] = [Math.floor(all / 12), all % 12];
  // Every fourth year has a leap day, but for at most one in a century.
  const leapsAtLeast = Math.max(0, Math.floor(whole / 4) - Math.ceil(whole / 100));
  const low = fixed + (whole * 365 + leapsAtLeast + (fewest[rest] ?? 0)) * day;
  const high = fixed + (whole * 365 + Math.ceil(whole / 4) + (most[rest] ?? 0)) * day;
  return sign === undefined ? { low, high } : { low: negative(high), high: negative(low) };
}

function negative(value: number): number {
  return value === 0 ? 0 : -value;
}

/** A number of months alone that people rather mean as minutes: `P60M` for an hour, which is `PT60M`. */
export function minutesMeant(text: string): string | undefined {
  const months = /^P(\d{1,6})M$/.exec(text)?.[1];
  if (months === undefined || Number(months) < 10 || [12, 18, 24, 36, 48].includes(Number(months))) return undefined;
  return `PT${months}M`;
}
