import type { Clock, Commit, Random, Store } from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import type { AuthorityConfig } from './config.js';
import type { AuthorityKeyring } from './keys.js';
import type { Records } from './records.js';

/** What the parts of the authority share. */
export interface AuthorityContext {
  readonly config: AuthorityConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly records: Records;
  readonly keys: AuthorityKeyring;
}

/**
 * Reads, decides and commits; again from the start when somebody else was faster. `decide` returns what to commit and the
 * answer, or throws.
 * @throws TrustError BUSY after ten conflicts in a row
 */
export async function transact<T>(
  store: Store,
  decide: () => Promise<{ readonly commit?: Commit; readonly answer: T }>,
): Promise<T> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const { commit, answer } = await decide();
    if (!commit || (await store.commit(commit)).ok) return answer;
  }
  throw new TrustError('BUSY', 'the same record was changed by others ten times in a row; try again');
}

/** A random text in base64url. */
export function randomText(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url');
}
