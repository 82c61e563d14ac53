import type { Store } from '@causeway/platform';
import { ConnectorError } from '../../errors.js';
import type { Agreement, Reason, Transfer } from '../../model.js';
import type { TransferChange, TransferControl } from '../../ports.js';
import type { Records } from '../../records.js';

/** How a transfer ended at its consumer, as the data plane told the control plane. */
export type Ended = { readonly pid: string } & ({ readonly completed: true } | { readonly terminated: Reason });

/** The control plane as the data plane sees it, on real records and without any messages. */
export class ControlDouble implements TransferControl {
  readonly #store: Store;
  readonly #records: Records;
  readonly #waiting = new Set<() => void>();
  readonly ended: Ended[] = [];
  /** What `authorize` throws. */
  denial: Error | undefined;
  /** Called before each commit of `update`, for instance to fail it: a crash at that point. */
  beforeCommit: (change: TransferChange) => void = () => {};
  afterCommit: (change: TransferChange) => void = () => {};
  /** Awaited after each commit of `update`. */
  blocked: Promise<unknown> | undefined;

  constructor(store: Store, records: Records) {
    this.#store = store;
    this.#records = records;
  }

  async forConsumer(pid: string, consumer: string): Promise<Transfer | undefined> {
    const transfer = (await this.#records.transfers.get(pid))?.value;
    return transfer?.role === 'provider' && transfer.peer === consumer ? transfer : undefined;
  }

  async authorize(pid: string): Promise<{ transfer: Transfer; agreement: Agreement }> {
    if (this.denial) throw this.denial;
    const transfer = (await this.#records.transfers.get(pid))?.value;
    const agreement = transfer && (await this.#records.agreements.get(transfer.agreement))?.value;
    if (!agreement) throw new Error(`there is no transfer ${pid}`);
    if (transfer.state === 'STARTED' && !transfer.intent) return { transfer, agreement };
    throw new ConnectorError('TRANSFER_STOPPED', `expected a started transfer; it is ${transfer.state}`);
  }

  async update(
    pid: string,
    change: (transfer: Transfer, agreement: Agreement) => Promise<TransferChange | undefined>,
  ): Promise<Transfer> {
    const { transfers, agreements } = this.#records;
    for (;;) {
      const transfer = await transfers.get(pid);
      const agreement = transfer && (await agreements.get(transfer.value.agreement));
      if (!agreement) throw new Error(`there is no transfer ${pid}`);
      const changed = await change(transfer.value, agreement.value);
      if (!changed) return transfer.value;
      this.beforeCommit(changed);
      const result = await this.#store.commit({
        conditions: [
          transfers.unchanged(transfer),
          agreements.unchanged(agreement),
          ...(changed.also?.conditions ?? []),
        ],
        writes: [
          transfers.put([pid], changed.transfer),
          ...(changed.agreement ? [agreements.put([agreement.value.digest], changed.agreement)] : []),
          ...(changed.also?.writes ?? []),
        ],
      });
      if (!result.ok) continue;
      this.afterCommit(changed);
      await this.blocked;
      return changed.transfer;
    }
  }

  async complete(pid: string): Promise<void> {
    await this.update(pid, async (transfer) => ({ transfer: { ...transfer, state: 'COMPLETED' } }));
    this.#end({ pid, completed: true });
  }

  async terminate(pid: string, reason: Reason): Promise<void> {
    await this.update(pid, async (transfer) => ({ transfer: { ...transfer, state: 'TERMINATED', reason } }));
    this.#end({ pid, terminated: reason });
  }

  /** How a transfer ends, once it has. */
  async outcome(pid: string): Promise<Ended> {
    for (;;) {
      const ended = this.ended.find((each) => each.pid === pid);
      if (ended) return ended;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #end(ended: Ended): void {
    this.ended.push(ended);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
