import { messageOf, StoreError } from '../errors.js';
import { encodeNumber, type LevelDb, prepareValue, setVersion, versionKey } from './level-format.js';
import { VersionCache } from './level-versions.js';
import { type Commit, type CommitResult, keyOf, keyText, storeLimits } from './store.js';

export interface Written {
  readonly puts: readonly Uint8Array[];
  readonly deletes: readonly Uint8Array[];
}

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

interface Pending {
  readonly commit: Commit;
  readonly operations: readonly Operation[];
  readonly bytes: number;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: StoreError) => void;
}

// What one fsync may carry, and what may wait for the next ones.
const mostInGroup = 4_096;
const mostWaitingBytes = 16 * storeLimits.commit;

/**
 * Group commit: while one batch is being made durable the commits that arrive wait, and go together in the next. So a
 * commit costs an fsync when it is alone, and thousands share one when they are many.
 */
export class CommitQueue {
  readonly #db: LevelDb;
  readonly #versions: VersionCache;
  readonly #written: (written: Written) => void;
  #version: bigint;
  #waiting: Pending[] = [];
  #waitingBytes = 0;
  #working: Promise<void> | undefined;
  #refusal: StoreError | undefined;

  /** `version` is the last one given out; `written` is told of each group once it is durable, before its committers. */
  constructor(db: LevelDb, version: bigint, written: (written: Written) => void) {
    this.#db = db;
    this.#version = version;
    this.#versions = new VersionCache(db);
    this.#written = written;
  }

  /** The commit must have been checked. Its bytes are copied at once, so the caller may use them again. */
  add(commit: Commit): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const operations = commit.writes.map(operationOf);
      const bytes = operations.reduce((sum, each) => sum + (each.type === 'put' ? each.value.length : 0), 1_000);
      if (this.#refusal) return reject(this.#refusal);
      if (this.#waitingBytes + bytes > mostWaitingBytes) return reject(busy());
      this.#waiting.push({ commit, operations, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#working ??= this.#work();
    });
  }

  /** Refuses new commits and returns once those accepted before are durable. */
  async close(): Promise<void> {
    this.#refusal ??= new StoreError('STORE_CLOSED', 'The store was closed; nothing can be written now.');
    await this.#working;
  }

  async #work(): Promise<void> {
    // The commits made in this turn of the event loop belong together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commitGroup(this.#takeGroup());
    this.#working = undefined;
  }

  #takeGroup(): Pending[] {
    let size = 0;
    let bytes = 0;
    for (const pending of this.#waiting) {
      bytes += pending.bytes;
      if (size > 0 && (bytes > storeLimits.commit || size === mostInGroup)) break;
      size++;
    }
    const group = this.#waiting.splice(0, size);
    for (const pending of group) this.#waitingBytes -= pending.bytes;
    return group;
  }

  async #commitGroup(group: readonly Pending[]): Promise<void> {
    const results: CommitResult[] = [];
    const written = { puts: [] as Uint8Array[], deletes: [] as Uint8Array[] };
    try {
      const conditions = group.flatMap(({ commit }) => commit.conditions ?? []);
      const current = await this.#versions.of(conditions.map(({ key }) => key));
      const operations: Operation[] = [];
      for (const { commit, operations: own } of group) {
        const broken = commit.conditions?.find(({ key, version }) => current.get(keyText(key)) !== version);
        if (broken) {
          results.push({ ok: false, conflict: broken.key });
          continue;
        }
        const version = ++this.#version;
        for (const operation of own) {
          if (operation.type === 'put') setVersion(operation.value, version);
          (operation.type === 'put' ? written.puts : written.deletes).push(operation.key);
          operations.push(operation);
          current.set(keyText(operation.key), operation.type === 'put' ? version : null);
        }
        results.push({ ok: true, version });
      }
      if (operations.length > 0) {
        // INVARIANT: the last version given out is stored with what it was given for, so none is ever given out twice.
        operations.push({ type: 'put', key: versionKey, value: encodeNumber(this.#version) });
        await this.#db.batch(operations, { sync: true });
      }
      this.#versions.remember(current);
    } catch (cause) {
      this.#fail(group, cause);
      return;
    }
    if (written.puts.length + written.deletes.length > 0) this.#written(written);
    for (const [index, result] of results.entries()) group[index]?.resolve(result);
  }

  // Whether the medium took the group is unknown, so nothing may be built on either answer: reopening finds out.
  #fail(group: readonly Pending[], cause: unknown): void {
    const error = new StoreError(
      'STORE_FAILED',
      `The store cannot be written: ${messageOf(cause)}. Mend the disk, then start again; until then the last commits are in doubt.`,
      { cause },
    );
    this.#refusal = error;
    for (const pending of [...group, ...this.#waiting]) pending.reject(error);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

function operationOf(write: Commit['writes'][number]): Operation {
  const key = keyOf(write).slice();
  return 'put' in write ? { type: 'put', key, value: prepareValue(write.value) } : { type: 'del', key };
}

function busy(): StoreError {
  return new StoreError('STORE_BUSY', 'Too much waits to be written; try again once the disk has caught up.');
}
