import type { Identity } from '@causeway/certs/peer';
import type { Clock, Logger, Metrics, Random, Store, Write } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { EvidenceLog } from '../ports.js';
import { refusal } from '../reasons.js';
import type { Records } from '../records.js';
import { isKept } from './capabilities.js';
import { takeReport } from './desk.js';
import { Keeper } from './keeper.js';
import { DutyLedger } from './ledger.js';
import type { Delivery, DutyPort, DutyReport } from './port.js';
import { type DutyRecord, isClosed } from './record.js';
import { Reporter } from './reporter.js';
import { type TermsOf, termsOf } from './terms.js';

export interface DutiesOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly evidence: EvidenceLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** What an agreement demands; its policy unless told. */
  readonly termsOf?: TermsOf;
}

/** What is owed after delivery: kept by us as consumer, expected and judged by us as provider. */
export class Duties implements DutyPort {
  readonly #o: DutiesOptions & { readonly termsOf: TermsOf; readonly ledger: DutyLedger };
  readonly #keeper: Keeper;
  readonly #reporter: Reporter;
  #changes = 0;

  constructor(options: DutiesOptions) {
    const terms = options.termsOf ?? termsOf;
    const moves = options.metrics?.counter('causeway_duties_total', 'Duties fulfilled or violated', [
      'role',
      'action',
      'state',
    ]);
    const ledger = new DutyLedger({
      ...options,
      termsOf: terms,
      changed: (before, after) => {
        this.#changes++;
        if (before.state === after.state) return;
        const { id, role, peer, agreement, transfer, duty, action, state } = after;
        moves?.inc({ role, action, state });
        options.log.info({ id, role, peer, agreement, transfer, duty }, `duty to ${action} ${state}`);
      },
    });
    this.#o = { ...options, termsOf: terms, ledger };
    this.#reporter = new Reporter(this.#o);
    this.#keeper = new Keeper({ ...this.#o, reporter: this.#reporter });
  }

  delivered(delivery: Delivery): Write[] {
    return this.#o.ledger.begin(delivery);
  }

  reported(peer: string, report: DutyReport): Promise<number> {
    return takeReport(this.#o, peer, report);
  }

  /**
   * Consumer, by a person: what may wait is done now.
   * @throws ConnectorError NOT_FOUND, STATE_INVALID
   */
  async doNow(id: string): Promise<DutyRecord> {
    return this.#o.ledger.change(await this.#place(id), async (duty) => {
      if (duty.role !== 'consumer' || isClosed(duty) || !isKept(duty.action)) {
        throw refusal('STATE_INVALID', `Duty ${id} is not ours to do any more.`, `义务 ${id} 不由本方履行或已有结果。`);
      }
      return { duty: { ...duty, wake: this.#o.clock.now() } };
    });
  }

  /**
   * Provider, by a person: a duty that was not kept, or not reported, no longer stands against further transfers.
   * @throws ConnectorError NOT_FOUND, STATE_INVALID
   */
  async excuse(id: string, reason: string): Promise<DutyRecord> {
    return this.#o.ledger.change(await this.#place(id), async (duty) => {
      if (duty.role !== 'provider' || duty.state === 'fulfilled') {
        throw refusal('STATE_INVALID', `Duty ${id} is none to excuse.`, `义务 ${id} 无需豁免。`);
      }
      return { duty: { ...duty, excused: { reason, at: this.#o.clock.now() } } };
    });
  }

  /** How often any duty has changed since the start. */
  changes(): number {
    return this.#changes;
  }

  /** Reports that wait for their provider or for the log. */
  backlog(): { readonly depth: number; readonly oldestMs: number } {
    return this.#reporter.backlog();
  }

  async start(): Promise<void> {
    await this.#reporter.start();
    this.#keeper.start();
  }

  /** Resolves when nothing is due. What waits for its time, or for another attempt, does not count. */
  async idle(): Promise<void> {
    await this.#keeper.idle();
    await this.#reporter.idle();
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    await this.#reporter.close();
  }

  async #place(id: string) {
    const found = await this.#o.records.dutyIds.get(id);
    if (found) return found.value;
    throw new ConnectorError('NOT_FOUND', `There is no duty ${id}.`);
  }
}

export function openDuties(options: DutiesOptions): Duties {
  return new Duties(options);
}
