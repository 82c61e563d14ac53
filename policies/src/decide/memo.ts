import type { Constraint } from '../model.js';

const most = 1_024;
const longest = 4_096;

/**
 * Makes something of constraints once for all that say the same. Thousands of agreements are made from a few offers: what they share is
 * then compiled once, and stays in the processor's cache. Told apart by what they say, never by a `uid`, which different policies use
 * for different constraints.
 *
 * INVARIANT: `make` depends on nothing but operands, operators, values, units and sources.
 */
export function memoized<T>(
  make: (constraints: readonly Constraint[]) => T,
): (constraints: readonly Constraint[]) => T {
  const known = new Map<string, { readonly made: T }>();
  return (constraints) => {
    const key = JSON.stringify(constraints, said);
    if (key.length > longest) return make(constraints);
    const found = known.get(key);
    if (found !== undefined) return found.made;
    // Bounded (I7): strangers write policies. What is in use keeps what it has.
    if (known.size >= most) known.clear();
    const made = make(constraints);
    known.set(key, { made });
    return made;
  };
}

/** Without where it stands and what it is called. */
function said(name: string, value: unknown): unknown {
  return name === 'path' || name === 'id' ? undefined : value;
}
