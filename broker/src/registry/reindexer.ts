import { leafHash, parseEntry, proofTree } from '@causeway/evidence';
import { type Clock, keyParts, type Logger } from '@causeway/platform';
import { indexVersion } from '../search/terms.js';
import { Generation } from './generation.js';
import type { PublisherRecord, Records } from './records.js';
import type { Registry } from './registry.js';
import type { Sweeper } from './sweeper.js';

export interface ReindexerOptions {
  readonly records: Records;
  readonly registry: Registry;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Indexes again what an older release has indexed, out of the entries it stored: publisher by publisher, each with one switch
 * at its end. Killed anywhere, it goes on at the next start with those that are left. Until its turn has come, a publisher is not
 * found by words.
 */
export class Reindexer {
  readonly #o: ReindexerOptions;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #done = false;

  constructor(options: ReindexerOptions) {
    this.#o = options;
  }

  /** Everything that is shown is found by the index of this release. */
  get done(): boolean {
    return this.#done;
  }

  start(): void {
    this.#running = this.#run();
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { records, sweeper, log } = this.#o;
    try {
      for await (const { key, value } of records.publishers.all()) {
        if (this.#stopped) return;
        const publisher = String(keyParts(key).at(-1));
        if (!isOld(value)) continue;
        await this.#reindex(publisher, value);
        log.info({ publisher, entries: value.count }, 'what a publisher lists was indexed anew');
        sweeper.kick();
      }
      this.#done = true;
    } catch (error) {
      log.error({ err: error }, 'what an older release indexed could not be indexed anew; the next start tries again');
    }
  }

  async #reindex(publisher: string, { generation: old = 0, count }: PublisherRecord): Promise<void> {
    const { records, registry, clock } = this.#o;
    const generation = await Generation.begin(records, publisher, clock.now());
    if (await this.#copy(old, count, generation)) {
      if (await registry.showAgain(publisher, old, generation)) return;
    }
    await generation.discard(clock.now());
  }

  /** Whether all of it was still there: a publisher that registers meanwhile is indexed anew by that. */
  async #copy(old: number, count: number, generation: Generation): Promise<boolean> {
    const leaves: Uint8Array[] = [];
    for (let index = 0; index < count && !this.#stopped; index++) {
      const stored = await this.#o.records.entries.get(old, index);
      if (!stored) return false;
      const bytes = Buffer.from(stored.value.entry);
      await generation.add(parseEntry(bytes), stored.value.entry);
      leaves.push(leafHash(bytes));
    }
    if (this.#stopped) return false;
    await generation.complete(proofTree(leaves).proofs);
    return true;
  }
}

function isOld({ generation, index = 1 }: PublisherRecord): boolean {
  return generation !== undefined && index < indexVersion;
}
