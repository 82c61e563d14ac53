import type { Head } from '@causeway/evidence';
import { type Clock, Collection, type Store } from '@causeway/platform';

/** What is remembered of the newest head seen of a publisher. */
export interface SeenHead {
  readonly sequence: number;
  /** The publisher's DSP base URL. */
  readonly address: string;
  /** Milliseconds since epoch. */
  readonly expires: number;
}

/** The newest sequence that had been seen of a publisher at some moment; 0 if none. */
export type SequenceBefore = (publisher: string) => Promise<number>;

/** The newest head seen of each publisher, across restarts: whoever shows an older one replays. */
export class SeenHeads {
  /** For each question under way: the sequences as they were when it was asked, of the publishers raised since. */
  readonly #asking = new Set<Map<string, number>>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #heads: Collection<SeenHead>;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#heads = new Collection(store, 'seen-head', 1);
  }

  /**
   * Runs a question to the broker with the sequences that had been seen when it was asked. One seen while it was under way
   * says nothing of its answer: an honest broker may have read just before the publisher's next heartbeat.
   */
  async asking<T>(ask: (before: SequenceBefore) => Promise<T>): Promise<T> {
    const raised = new Map<string, number>();
    this.#asking.add(raised);
    try {
      return await ask(async (publisher) => {
        const now = (await this.#heads.get(publisher))?.value.sequence ?? 0;
        return raised.get(publisher) ?? now;
      });
    } finally {
      this.#asking.delete(raised);
    }
  }

  /** The address in the newest head, while that has not expired. */
  async address(publisher: string): Promise<string | undefined> {
    const seen = (await this.#heads.get(publisher))?.value;
    return seen && this.#clock.now() < seen.expires ? seen.address : undefined;
  }

  /** Remembers verified heads; never goes back. */
  async remember(heads: Iterable<Head>): Promise<void> {
    for (const head of heads) {
      const sequence = Number(head.sequence);
      const seen = { sequence, address: head.dsp, expires: Date.parse(head.expires) };
      for (;;) {
        const known = await this.#heads.get(head.publisher);
        if (known && known.value.sequence >= sequence) break;
        const condition = known ? this.#heads.unchanged(known) : this.#heads.absent(head.publisher);
        const writes = [this.#heads.put([head.publisher], seen)];
        for (const raised of this.#asking) {
          if (!raised.has(head.publisher)) raised.set(head.publisher, known?.value.sequence ?? 0);
        }
        if ((await this.#store.commit({ conditions: [condition], writes })).ok) break;
      }
    }
  }
}
