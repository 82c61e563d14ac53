import { type KeyPart, key, keyParts } from '@causeway/platform';
import { postingsName, type Records } from '../registry/records.js';
import type { Budget } from './budget.js';
import type { Groups } from './query.js';

// After every key that begins with these parts: no part begins with this byte.
const end = Uint8Array.of(0xff);

/** The next publisher after one, in key order, that has a term in any of its generations. `from` itself counts if told. */
export async function publisherWith(
  records: Records,
  term: string,
  from: string,
  inclusive: boolean,
): Promise<string | undefined> {
  const at = key(postingsName, term, from);
  const [found] = await records.store.scan({
    prefix: key(postingsName, term),
    after: inclusive ? at : Buffer.concat([at, end]),
    limit: 1,
  });
  return found && textOf(keyParts(found.key)[2]);
}

/** The next publisher after one, in key order, whatever it lists. */
export async function publisherAfter(records: Records, from: string): Promise<string | undefined> {
  const [found] = await records.store.scan({
    prefix: records.publishers.key(),
    after: records.publishers.key(from),
    limit: 1,
  });
  return found && textOf(keyParts(found.key)[1]);
}

/** The entries of one generation that match the last tier and none before it, as ascending indexes. */
export async function entriesIn(
  records: Records,
  tiers: readonly Groups[],
  publisher: string,
  generation: number,
  budget: Budget,
): Promise<readonly number[]> {
  const found = new Set(await entriesWith(tiers.at(-1) ?? []));
  for (const earlier of tiers.slice(0, -1)) {
    if (found.size === 0) break;
    for (const index of await entriesWith(earlier)) found.delete(index);
  }
  return [...found].sort((a, b) => a - b);

  async function entriesWith(groups: Groups): Promise<ReadonlySet<number>> {
    let having: ReadonlySet<number> | undefined;
    for (const group of groups) {
      const some = new Set<number>();
      for (const term of group) {
        budget.spend(1);
        for await (const { value } of records.postings.all([term, publisher, generation])) {
          budget.spend(1);
          for (const index of value.indexes) if (!having || having.has(index)) some.add(index);
        }
      }
      having = some;
      if (some.size === 0) break;
    }
    return having ?? new Set();
  }
}

function textOf(part: KeyPart | undefined): string {
  if (typeof part === 'string') return part;
  throw new TypeError('expected the id of a publisher in a key of the index');
}
