import { keyParts, type Store, type Write } from '@causeway/platform';
import type { Breakage } from './schedule.js';

/** Nothing is broken, and the process dies now and then around a commit: what the broken ones are compared with. */
export const dyingAroundCommits: Breakage = (store, tearAway, random) =>
  through(store, async (commit) => {
    if (random() < 0.05) tearAway();
    const result = await store.commit(commit);
    if (random() < 0.05) tearAway();
    return result;
  });

/** Two writers at once: the later one wins, whatever the earlier one wrote. */
export const withoutCompareAndSwap: Breakage = (store) =>
  through(store, ({ conditions = [], writes }) =>
    // The engine's own keys stay: a fence is not what this is about.
    store.commit({ conditions: conditions.filter(({ key }) => key[0] === 0), writes }),
  );

/** A process forgets which messages it has answered. */
export const withoutIdempotency: Breakage = (store) =>
  through(store, ({ writes, ...rest }) => store.commit({ ...rest, writes: writes.map(forgetAnswers) }));

/** First the state, then the message it causes: of a process that died between the two, only the state is left. */
export const withoutOutboxAtomicity: Breakage = (store, _tearAway, random) =>
  through(store, async ({ conditions = [], writes }) => {
    const messages = writes.filter((write) => 'put' in write && nameOf(write).startsWith('outbox/'));
    const state = writes.filter((write) => !messages.includes(write));
    if (messages.length === 0 || state.length === 0) return store.commit({ conditions, writes });
    const result = await store.commit({ conditions, writes: state });
    if (!result.ok || random() < 0.25) return result;
    return store.commit({ writes: messages });
  });

function through(store: Store, commit: Store['commit']): Store {
  return {
    get: (key) => store.get(key),
    scan: (range) => store.scan(range),
    commit,
    lease: (name) => store.lease(name),
    watch: (prefix, wake) => store.watch(prefix, wake),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function nameOf(write: Write): string {
  return String(keyParts('put' in write ? write.put : write.delete)[0]);
}

function forgetAnswers(write: Write): Write {
  if (!('put' in write) || !['negotiation', 'transfer'].includes(nameOf(write))) return write;
  const stored = JSON.parse(Buffer.from(write.value).toString('utf8')) as { value: object };
  const value = { ...stored.value, answered: [] };
  return { put: write.put, value: Buffer.from(JSON.stringify({ ...stored, value })) };
}
