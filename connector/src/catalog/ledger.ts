import { type Store, StoreError } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { Dataset } from '../model.js';
import type { Records } from '../records.js';
import { CatalogDraft } from './draft.js';

export type MakeDataset = (before: Dataset | undefined) => Dataset;

interface Waiting {
  readonly id: string;
  readonly make: MakeDataset;
  readonly done: (dataset: Dataset) => void;
  readonly failed: (error: unknown) => void;
}

const attempts = 10;
/** Changes in one commit, and changes that may wait for the next ones. */
const mostTogether = 100;
const mostWaiting = 10_000;

/**
 * The only writer of datasets. What is offered, who may see it and what has changed for whom are one commit; changes made at the
 * same time share one, in the order in which they were asked for.
 */
export class CatalogLedger {
  readonly #store: Store;
  readonly #records: Records;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  constructor(store: Store, records: Records) {
    this.#store = store;
    this.#records = records;
  }

  /**
   * Makes a dataset of what it was before. `make` is called again when somebody else was faster.
   *
   * @throws ConnectorError REQUEST_INVALID when an offer would have the id of another dataset's, QUEUE_FULL; whatever `make` throws
   */
  change(id: string, make: MakeDataset): Promise<Dataset> {
    return new Promise((done, failed) => {
      if (this.#waiting.length >= mostWaiting) return failed(busy());
      this.#waiting.push({ id, make, done, failed });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    // What is asked for in this turn of the event loop belongs together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0, mostTogether));
    this.#working = undefined;
  }

  async #together(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (error) {
      const tooMuch = error instanceof StoreError && error.code === 'STORE_TOO_LARGE';
      if (!tooMuch || batch.length === 1) for (const { failed } of batch) failed(error);
      else for (const one of batch) await this.#together([one]);
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const draft = await CatalogDraft.begin(this.#records);
      const made: (() => void)[] = [];
      const refused: (() => void)[] = [];
      for (const { id, make, done, failed } of batch) {
        try {
          const dataset = await draft.change(id, make);
          made.push(() => done(dataset));
        } catch (error) {
          if (error instanceof StoreError) throw error;
          refused.push(() => failed(error));
        }
      }
      if (made.length > 0 && !(await this.#store.commit(await draft.commit(this.#store))).ok) continue;
      for (const tell of [...made, ...refused]) tell();
      return;
    }
    throw busy();
  }
}

function busy(): ConnectorError {
  return new ConnectorError('QUEUE_FULL', 'The catalog is being changed by too many at once; try again.');
}
