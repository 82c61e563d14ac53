import type { Commit, CommitResult, Store } from '@causeway/platform';

/** A process that dies at its n-th commit, before or after the store has done it; nothing works from then on. */
export function dying(store: Store, at: number, when: 'before' | 'after'): Store {
  let commits = 0;
  let dead = false;
  const alive = <T>(work: () => Promise<T>) => (dead ? Promise.reject(new Error('dead')) : work());
  return {
    get: (key) => alive(() => store.get(key)),
    scan: (range) => alive(() => store.scan(range)),
    commit: (commit: Commit) =>
      alive(async (): Promise<CommitResult> => {
        const dies = commits++ === at;
        if (dies) dead = true;
        if (dies && when === 'before') throw new Error('dead');
        const result = await store.commit(commit);
        if (dies) throw new Error('dead');
        return result;
      }),
    lease: (name) => store.lease(name),
    watch: (prefix, wake) => store.watch(prefix, wake),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
