import type { Truth } from '../model.js';

// Kleene's strong logic: unknown stays unknown unless the rest decides alone.

export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

/** True of nothing at all. */
export function every<T>(items: Iterable<T>, holds: (item: T) => Truth): Truth {
  let truth: Truth = true;
  for (const item of items) {
    const found = holds(item);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

/** False of nothing at all. */
export function some<T>(items: Iterable<T>, holds: (item: T) => Truth): Truth {
  let truth: Truth = false;
  for (const item of items) {
    const found = holds(item);
    if (found === true) return true;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

/** Unknown while an unknown one could be the only or the second. */
export function exactlyOne<T>(items: Iterable<T>, holds: (item: T) => Truth): Truth {
  let held = 0;
  let unknown = false;
  for (const item of items) {
    const found = holds(item);
    if (found === true) held += 1;
    if (found === undefined) unknown = true;
  }
  if (held > 1) return false;
  return unknown ? undefined : held === 1;
}

/** What holds whichever of the items is meant: true of all, false of all, else unknown. Unknown of nothing at all. */
export function whichever<T>(items: Iterable<T>, holds: (item: T) => Truth): Truth {
  let truth: Truth;
  let first = true;
  for (const item of items) {
    const found = holds(item);
    if (found === undefined) return undefined;
    if (first) truth = found;
    else if (found !== truth) return undefined;
    first = false;
  }
  return truth;
}
