import { parseStatement } from '@causeway/evidence';
import type { Clock, Settlement, Store, Write } from '@causeway/platform';
import { grpcPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import type { Agreement } from '../model.js';
import type { DutyKey, Records } from '../records.js';
import type { Delivery } from './port.js';
import { type DutyRecord, dutyId, writesOf } from './record.js';
import { wakeOf } from './schedule.js';
import type { Owed, TermsOf } from './terms.js';

/** Attempts at one change; each failure means that somebody else succeeded. */
const attempts = 100;

export interface LedgerOptions {
  readonly store: Store;
  readonly records: Records;
  readonly clock: Clock;
  readonly termsOf: TermsOf;
  /** Called after a change is durable; must not throw. */
  readonly changed: (before: DutyRecord, after: DutyRecord) => void;
}

/** A change of one duty, and what is saved with it or not at all. */
export interface DutyChange {
  readonly duty: DutyRecord;
  /** Changed with it when an envelope is signed or queued. */
  readonly agreement?: Agreement;
  readonly writes?: readonly Write[];
}

export type DutyStep = (duty: DutyRecord, agreement: Agreement) => Promise<DutyChange | undefined>;

/** The one place where duties begin and change. */
export class DutyLedger {
  readonly #o: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#o = options;
  }

  /** The writes that begin what a delivery brings. */
  begin({ agreement, transfer, closing }: Delivery): Write[] {
    const { records, termsOf } = this.#o;
    const { at: delivered, bytes } = typeof closing === 'string' ? saidIn(closing) : closing;
    const { pid, peerPid = '' } = transfer;
    const from = { transfer: transfer.role === 'provider' ? pid : peerPid, pid, delivered, bytes };
    const begun = this.#begin(termsOf(agreement).owed(delivered), agreement, from, delivered);
    const exchange = transfer.role === 'consumer' && transfer.format === grpcPull ? transfer.endpoint : undefined;
    if (begun.length === 0 || exchange === undefined) return begun;
    // Where reports go: months later the provider may be elsewhere, and a later delivery will have said so.
    return [...begun, records.exchanges.put([agreement.peer], { endpoint: exchange })];
  }

  /**
   * The duty once it is violated, and the writes that begin what its policy demands in addition.
   *
   * @param at when it was found; it was violated when it was due at the latest
   */
  violate(duty: DutyRecord, agreement: Agreement, at: number): { duty: DutyRecord; writes: Write[] } {
    if (duty.state === 'violated') return { duty, writes: [] };
    const { delivered, due } = duty;
    const violated = due === undefined ? at : Math.min(at, due + 1);
    const owed = this.#o.termsOf(agreement).consequences(duty.duty, { delivered, violated });
    return { duty: { ...duty, state: 'violated', violated }, writes: this.#begin(owed, agreement, duty, violated) };
  }

  /**
   * Changes one duty by compare-and-swap; `step` runs again on conflict and returns undefined to leave it.
   *
   * @throws ConnectorError NOT_FOUND, QUEUE_FULL, and whatever `step` throws
   */
  async change(place: DutyKey, step: DutyStep): Promise<DutyRecord> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { duty, react, ...commit } = await this.prepare(place, step);
      if (commit.writes.length === 0) return duty;
      if (!(await this.#o.store.commit(commit)).ok) continue;
      react?.();
      return duty;
    }
    throw new ConnectorError('QUEUE_FULL', 'The duty is being changed by too many at once; try again.');
  }

  /** One attempt at a change, for a commit that somebody else makes; without writes there is nothing to change. */
  async prepare(place: DutyKey, step: DutyStep): Promise<Settlement & { readonly duty: DutyRecord }> {
    const { records, clock, changed } = this.#o;
    const [duty, agreement] = await Promise.all([
      records.duties.get(place.agreement, place.id),
      records.agreements.get(place.agreement),
    ]);
    if (duty === undefined || agreement === undefined) {
      throw new ConnectorError('NOT_FOUND', `There is no duty ${place.id} here.`);
    }
    const change = await step(duty.value, agreement.value);
    if (change === undefined) return { duty: duty.value, writes: [] };
    const after: DutyRecord = { ...change.duty, updated: clock.now() };
    const signed = change.agreement !== undefined;
    return {
      duty: after,
      conditions: [records.duties.unchanged(duty), ...(signed ? [records.agreements.unchanged(agreement)] : [])],
      writes: [
        ...writesOf(records, duty.value, after),
        ...(change.agreement === undefined ? [] : [records.agreements.put([place.agreement], change.agreement)]),
        ...(change.writes ?? []),
      ],
      react: () => changed(duty.value, after),
    };
  }

  #begin(
    owed: readonly Owed[],
    { digest, role, peer, dataset }: Agreement,
    { transfer, pid, delivered, bytes }: Pick<DutyRecord, 'transfer' | 'pid' | 'delivered' | 'bytes'>,
    since: number,
  ): Write[] {
    const { records, clock } = this.#o;
    const now = clock.now();
    return owed.flatMap((one): Write[] => {
      const { duty, action, due } = one;
      const wake = role === 'consumer' ? wakeOf(one, since, bytes) : undefined;
      const record: DutyRecord = {
        ...{ id: dutyId(digest, transfer, duty), role, peer, agreement: digest, dataset, duty, action },
        ...{ transfer, pid, delivered, bytes, state: 'pending', answers: [], started: now, updated: now },
        ...(due === undefined ? {} : { due }),
        ...(wake === undefined ? {} : { wake }),
      };
      return writesOf(records, undefined, record);
    });
  }
}

function saidIn(closing: string): { readonly at: number; readonly bytes: number } {
  const { statement: end } = parseStatement(closing);
  if (end.type !== 'transfer-end') throw new TypeError(`expected a closing statement, got one of ${end.type}`);
  return { at: Date.parse(end.time), bytes: Number(end.bytes) };
}
