/** A stretch on a scale that a text stands for: a point where `low` is `high`. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

const day = 86_400_000;
/** XSD 1.1 part 2, 3.3.7: zones lie within fourteen hours of UTC, so a text without one lies anywhere in between. */
const widest = 14 * 3_600_000;
const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * An `xsd:dateTime` or `xsd:date` in milliseconds since the epoch. Seconds may be missing, as in the examples of the Dataspace
 * Protocol and of IDS; finer than a millisecond is refused, because the boundary would move. A date is the midnight at which it
 * begins.
 */
export function spanOfInstant(text: string): (Span & { readonly date: boolean; readonly zone: boolean }) | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, year, month, date, hour, minute = '0', second = '0', fraction = '', zone] = match;
  if (fraction.length > 3 && /[1-9]/.test(fraction.slice(3))) return undefined;
  const clock = clockOf(
    Number(hour ?? '0'),
    Number(minute),
    Number(second),
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  );
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(date)) return undefined;
  if (clock === undefined) return undefined;
  const local = midnight.getTime() + clock;
  const kind = { date: hour === undefined, zone: zone !== undefined };
  if (zone === undefined) return { low: local - widest, high: local + widest, ...kind };
  const offset = zone === 'Z' ? 0 : zoneMinutes(zone);
  if (offset === undefined) return undefined;
  const at = local - offset * 60_000;
  return { low: at, high: at, ...kind };
}

function clockOf(hour: number, minute: number, second: number, milliseconds: number): number | undefined {
  if (hour === 24 && minute === 0 && second === 0 && milliseconds === 0) return day;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds;
}

function zoneMinutes(zone: string): number | undefined {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  if (minutes > 14 * 60 || Number(zone.slice(4)) > 59) return undefined;
  return zone.startsWith('-') ? -minutes : minutes;
}
