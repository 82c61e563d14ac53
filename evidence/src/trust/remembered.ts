import type { AuthorityKeys } from './key-statement.js';

/**
 * What an authority's keys have signed comes again and again: a key statement with every envelope of its signer, an attribute
 * token with every message of its holder. Remembers what the same text said, by the very keys it was verified with: a new trust
 * bundle starts from nothing.
 *
 * INVARIANT: only what verifies is kept, under all of its bytes: whoever sends others neither finds nor replaces anything.
 */
export class Remembered<T> {
  readonly #most: number;
  readonly #known = new WeakMap<AuthorityKeys, Map<string, T>>();

  /** @param most texts remembered for each set of keys; the oldest give way */
  constructor(most: number) {
    this.#most = most;
  }

  /** What the text says, by `verify` the first time. What that throws is not remembered. */
  async get(authorities: AuthorityKeys, text: string, verify: () => Promise<T>): Promise<T> {
    const known = this.#known.get(authorities) ?? new Map<string, T>();
    this.#known.set(authorities, known);
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const said = await verify();
    known.set(text, said);
    const [oldest] = known.keys();
    if (known.size > this.#most && oldest !== undefined) known.delete(oldest);
    return said;
  }
}
