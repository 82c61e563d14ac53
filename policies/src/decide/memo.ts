import type { Constraint } from '../model.js';

const most = 1_024;
const longest = 8_192;

/**
 * Makes something of constraints once for all that say the same. Thousands of agreements are made from a few offers: what they share is
 * then compiled once, and stays in the processor's cache. Told apart by what they say, never by a `uid`, which different policies use
 * for different constraints.
 *
 * INVARIANT: `make` depends on nothing but logic, operands, operators, values, units and sources, so whoever gets it cannot tell whose
 * it was.
 */
export function memoized<L extends readonly (readonly Constraint[])[], T>(
  make: (...lists: L) => T,
): (...lists: L) => T {
  const known = new Map<string, { readonly made: T }>();
  return (...lists) => {
    const key = JSON.stringify(lists, said);
    if (key.length > longest) return make(...lists);
    const found = known.get(key);
    if (found !== undefined) return found.made;
    // Bounded (I7): strangers write policies. What is in use keeps what it has.
    if (known.size >= most) known.clear();
    const made = make(...lists);
    known.set(key, { made });
    return made;
  };
}

/** Without where it stands and what it is called. */
function said(name: string, value: unknown): unknown {
  return name === 'path' || name === 'id' ? undefined : value;
}

const texts = new Map<string, string>();

/** One text for all that read the same: ten thousand agreements with one partner then name it in one place. */
export function shared(text: string): string {
  if (text.length > 200) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= most) texts.clear();
  texts.set(text, text);
  return text;
}
