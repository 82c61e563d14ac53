import { type Clock, type Collection, keyParts, type Logger, type Stored, type Write } from '@causeway/platform';
import type { GenerationRecord, Records } from './records.js';

export interface SweeperOptions {
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Logger;
  /** Age in milliseconds from which a generation that is still being written was left behind by a crash. */
  readonly abandonedAfter: number;
}

const pageSize = 500;

/** How long a replaced generation stays for those who are reading it, in milliseconds. */
const keepFor = 5_000;

/**
 * Removes generations that nobody shows any more: replaced, refused, or left behind by a crash. It does so in bounded
 * commits and from whatever state an earlier sweep was interrupted in; the generation's own record goes last.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #again = false;
  #busy = false;
  #alarm: AbortController | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Sweeps soon. */
  kick(): void {
    if (this.#stopped.signal.aborted) return;
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#run();
  }

  /** Resolves when nothing is left to remove, or a sweep has failed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.#alarm?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped.signal.aborted) {
        this.#again = false;
        await this.#sweep();
      }
    } catch (error) {
      // What is left stays invisible and is removed by the next sweep.
      this.#options.log.error({ err: error }, 'replaced entries could not be removed');
    } finally {
      this.#busy = false;
    }
  }

  async #sweep(): Promise<void> {
    const { records, clock, abandonedAfter } = this.#options;
    let next = Number.POSITIVE_INFINITY;
    for await (const stored of records.generations.all()) {
      if (this.#stopped.signal.aborted) return;
      const { state, since, publisher } = stored.value;
      const number = Number(keyParts(stored.key).at(-1));
      const left = state === 'removing' ? 0 : since + (state === 'writing' ? abandonedAfter : keepFor) - clock.now();
      if (left > 0) next = Math.min(next, left);
      else if (state === 'removing' || (await this.#condemn(stored, number))) await this.#remove(number, publisher);
    }
    this.#wakeIn(next);
  }

  /** From this commit on nobody who reads the generation is believed, and its writer, if there still is one, is refused. */
  async #condemn(stored: Stored<GenerationRecord>, number: number): Promise<boolean> {
    const { generations, store } = this.#options.records;
    const { ok } = await store.commit({
      conditions: [generations.unchanged(stored)],
      writes: [generations.put([number], { ...stored.value, state: 'removing' })],
    });
    return ok;
  }

  async #remove(number: number, publisher: string): Promise<void> {
    const { records } = this.#options;
    // Each of these names up to a thousand postings, so few of them fill a commit.
    await this.#drain(records.posted, number, 5, ({ value, key }) => [
      ...value.terms.map((term) => records.postings.delete([term, publisher, number, value.block])),
      { delete: key },
    ]);
    await this.#drain(records.columns, number, pageSize, ({ key }) => [{ delete: key }]);
    await this.#drain(records.proofs, number, pageSize, ({ key }) => [{ delete: key }]);
    await this.#drain(records.entries, number, pageSize, ({ key }) => [{ delete: key }]);
    if (this.#stopped.signal.aborted) return;
    await records.store.commit({ writes: [records.generations.delete([number])] });
  }

  async #drain<T extends object>(
    collection: Collection<T>,
    generation: number,
    limit: number,
    writesOf: (stored: { key: Uint8Array; value: T }) => Write[],
  ): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const { items } = await collection.page({ prefix: [generation], limit });
      if (items.length === 0) return;
      await this.#options.records.store.commit({ writes: items.flatMap(writesOf) });
    }
  }

  #wakeIn(ms: number): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
    if (!Number.isFinite(ms)) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    this.#options.clock.sleep(ms, alarm.signal).then(
      () => this.kick(),
      () => undefined,
    );
  }
}
