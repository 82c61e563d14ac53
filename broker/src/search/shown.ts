import type { Clock } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { type Liveness, type LivenessLimits, livenessOf } from '../liveness.js';
import type { PublisherRecord, Records } from '../registry/records.js';

/** How often a publisher's entries are read anew when they were replaced meanwhile. */
const retries = 5;

/** What publishers show: how each is, and the reading of its entries as of one moment. */
export class Shown {
  readonly records: Records;
  readonly #clock: Clock;
  readonly #limits: LivenessLimits;

  constructor(records: Records, clock: Clock, limits: LivenessLimits) {
    this.records = records;
    this.#clock = clock;
    this.#limits = limits;
  }

  livenessOf(record: PublisherRecord): Liveness {
    return livenessOf(record, this.#clock.now(), this.#limits);
  }

  /** As {@link read}, of a publisher that is there. */
  readAlive<T>(publisher: string, read: (record: PublisherRecord, generation: number) => Promise<T>) {
    return this.read(publisher, async (record, generation) =>
      this.livenessOf(record).state === 'gone' ? undefined : read(record, generation),
    );
  }

  /**
   * Reads the entries that a publisher shows. INVARIANT: what is answered is all of the one generation that the record
   * named, and nothing of it had been removed when the reading ended, so nobody sees a set that is mixed or half gone.
   *
   * @returns undefined when it shows none
   * @throws BrokerError BUSY
   */
  async read<T>(
    publisher: string,
    read: (record: PublisherRecord, generation: number) => Promise<T>,
  ): Promise<T | undefined> {
    const { publishers, generations } = this.records;
    for (let attempt = 0; attempt < retries; attempt++) {
      const before = await publishers.get(publisher);
      if (before?.value.generation === undefined) return undefined;
      const { generation } = before.value;
      const result = await read(before.value, generation);
      const after = await publishers.get(publisher);
      if (after?.value.generation === generation) return result;
      if ((await generations.get(generation))?.value.state === 'replaced') return result;
    }
    throw new BrokerError('BUSY', `${publisher} is replacing its entries again and again; try again in a moment.`);
  }
}
