import { keyParts, type Store, type Write } from '@causeway/platform';
import type { JsonObject } from '../../model.js';

/** What a message changed in a store: one entry of one kind of record. */
export interface Effect {
  readonly collection: string;
  readonly key: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

/**
 * Everything that is in a store, and what was written to it since: a party under attack is asked after each message what that
 * message has changed, and put back as it was.
 */
export class Ledger {
  readonly #written = new Map<string, Write>();
  #snapshot = new Map<string, Uint8Array>();

  /** The store as the party sees it. */
  readonly through = (store: Store): Store => ({
    get: (key) => store.get(key),
    scan: (range) => store.scan(range),
    lease: (name) => store.lease(name),
    watch: (prefix, wake) => store.watch(prefix, wake),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    commit: async (commit) => {
      const result = await store.commit(commit);
      if (result.ok) for (const write of commit.writes) this.#written.set(hexOf(write), write);
      return result;
    },
  });

  /** From now on the store is expected to be as it is now. */
  async remember(store: Store): Promise<void> {
    this.#snapshot = await everything(store);
    this.#written.clear();
  }

  /** What differs from what was remembered; the answers that a process keeps for repeated messages do not count. */
  effects(): Effect[] {
    return [...this.#written].flatMap(([hex, write]) => {
      const [name, ...rest] = keyParts('put' in write ? write.put : write.delete);
      const before = this.#snapshot.get(hex);
      const effect = {
        collection: String(name),
        key: rest.join(' '),
        ...(before === undefined ? {} : { before: storedOf(before) }),
        ...('put' in write ? { after: storedOf(write.value) } : {}),
      };
      return essence(effect.before) === essence(effect.after) ? [] : [effect];
    });
  }

  async restore(store: Store): Promise<void> {
    if (this.#written.size === 0) return;
    const writes = [...this.#written].map(([hex, write]): Write => {
      const key = 'put' in write ? write.put : write.delete;
      const value = this.#snapshot.get(hex);
      return value === undefined ? { delete: key } : { put: key, value };
    });
    this.#written.clear();
    await store.commit({ writes });
  }

  /** Names of what is not as it was remembered, however that came about; empty when all is. */
  async strays(store: Store): Promise<string[]> {
    const now = await everything(store);
    const keys = new Set([...now.keys(), ...this.#snapshot.keys()]);
    return [...keys].filter((hex) => {
      const [is, was] = [now.get(hex), this.#snapshot.get(hex)];
      return is === undefined || was === undefined || Buffer.compare(is, was) !== 0;
    });
  }
}

async function everything(store: Store): Promise<Map<string, Uint8Array>> {
  const all = new Map<string, Uint8Array>();
  for (let after: Uint8Array | undefined; ; ) {
    const entries = await store.scan({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    for (const { key, value } of entries) {
      // The engine's own entries are not the party's.
      if (key[0] !== 0) all.set(Buffer.from(key).toString('hex'), value);
    }
    after = entries.at(-1)?.key;
    if (after === undefined || entries.length < 1_000) return all;
  }
}

function hexOf(write: Write): string {
  return Buffer.from('put' in write ? write.put : write.delete).toString('hex');
}

function storedOf(bytes: Uint8Array): JsonObject {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonObject;
}

function essence(stored: JsonObject | undefined): string {
  return (
    JSON.stringify(stored, (name, value: unknown) => (name === 'answered' || name === 'updated' ? null : value)) ?? ''
  );
}
