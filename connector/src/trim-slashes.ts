/** A base address without slashes at its end, for a path to be put behind it. */
export function trimSlashes(base: string): string {
  return base.replace(/\/+$/, '');
}
