import { type Condition, keyText, type Store } from '../store/store.js';
import type { Settlement } from './types.js';

// A conflict means that another commit went through, so this ends; the bound is for a settle that never reads again.
const mostConflicts = 100;

/**
 * Commits what an outcome causes together with the removal of its work, asking again after each conflict; then
 * reacts. `gone` when the work was settled already, `fenced` when somebody else holds the outbox.
 */
export async function settleWork(
  store: Store,
  changes: () => Promise<Settlement>,
  own: { readonly fence: Condition; readonly work: Condition },
): Promise<'settled' | 'gone' | 'fenced'> {
  for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
    const { conditions = [], writes, react } = await changes();
    const result = await store.commit({
      // INVARIANT: the work's own version is a condition, so its outcome is committed once at most.
      conditions: [own.fence, own.work, ...conditions],
      writes: [...writes, { delete: own.work.key }],
    });
    if (result.ok) {
      react?.();
      return 'settled';
    }
    if (keyText(result.conflict) === keyText(own.fence.key)) return 'fenced';
    if (keyText(result.conflict) === keyText(own.work.key)) return 'gone';
  }
  throw new Error(`settle() met ${mostConflicts} conflicts in a row; it must read what it conditions on each time.`);
}
