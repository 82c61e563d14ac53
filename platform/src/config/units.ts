const durations = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const sizes = new Map([
  ['', 1],
  ['B', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** Milliseconds of `30s`; `undefined` for what is no duration. */
export function parseDuration(text: string): number | undefined {
  return measure(text, durations);
}

/** Bytes of `16MiB` or of a plain number; `undefined` for what is no size. */
export function parseSize(text: string): number | undefined {
  return measure(text, sizes);
}

/** The shortest exact spelling: `16MiB`. */
export function formatSize(bytes: number): string {
  const [unit = 'B', factor = 1] = [...sizes].reverse().find(([, each]) => bytes > 0 && bytes % each === 0) ?? [];
  return `${bytes / factor}${unit || 'B'}`;
}

function measure(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = units.get(unit);
  if (number === undefined || factor === undefined) return undefined;
  const value = Number(number) * factor;
  return Number.isSafeInteger(value) ? value : undefined;
}
