/** Codes that ISO 3166 reserves for unions of countries: what lies within them is not in a code. */
const unions: readonly string[] = ['EU', 'EZ', 'UN'];
const place = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/;

/**
 * Whether one name of an operand lies within another, as far as names tell: a subdivision in its country (ISO 3166-2 `CN-31` in
 * `CN`), and no country in another. `undefined`: nobody here knows.
 */
export function within(operand: string, inner: string, outer: string): boolean | undefined {
  if (operand !== 'spatial') return undefined;
  const [small, large] = [place.exec(inner), place.exec(outer)];
  if (!small || !large) return undefined;
  if (small[1] === large[1])
    return large[2] === undefined ? true : small[2] === undefined ? undefined : small[2] === large[2];
  return unions.includes(small[1] ?? '') || unions.includes(large[1] ?? '') ? undefined : false;
}
