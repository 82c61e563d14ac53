import { isKept } from './capabilities.js';
import type { Owed } from './terms.js';

/** No deletion begins later than this before it is due, and what has to be read takes its time beside. */
const leadMs = 60_000;
const bytesPerMs = 100_000;

/**
 * When a consumer begins with what it owes, in milliseconds since the epoch. To tell somebody something is done at once. A
 * file may be used as long as the contract lets it be, so it goes shortly before: a minute and the time to read it, or a
 * tenth of the time there is when that is less. Undefined: nothing says when, or nobody here does it.
 *
 * @param since when it began to be owed
 */
export function wakeOf({ action, due }: Owed, since: number, bytes: number): number | undefined {
  if (!isKept(action)) return undefined;
  if (action !== 'delete') return since;
  if (due === undefined) return undefined;
  const lead = Math.min(leadMs + bytes / bytesPerMs, (due - since) / 10);
  return Math.max(since, due - Math.ceil(Math.max(lead, 0)));
}
