import { type Identity, PeerChannel, RpcError } from '@causeway/certs/peer';
import { envelopeDigest } from '@causeway/evidence';
import {
  type Attempt,
  type Clock,
  type Commit,
  keyParts,
  type Logger,
  type Metrics,
  Outbox,
  type Outcome,
  type Random,
  type Store,
  type Work,
  type Write,
} from '@causeway/platform';
import { Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import type { EvidenceLog } from '../ports.js';
import { reason } from '../reasons.js';
import type { DutyKey, Records } from '../records.js';
import type { DutyLedger } from './ledger.js';
import { type DutyAnswer, type DutyRecord, isClosed } from './record.js';

export interface ReporterOptions {
  readonly identity: Identity;
  readonly store: Store;
  readonly records: Records;
  readonly evidence: EvidenceLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly ledger: DutyLedger;
}

interface ReportWork extends DutyKey {
  /** Which of the duty's answers. */
  readonly answer: number;
}

/** A provider that stays away for so long is not going to ask. */
const giveUpMs = 365 * 86_400_000;

/** Refusals that the same report would meet again. */
const finalStatuses: readonly status[] = [
  status.NOT_FOUND,
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
];

/** Tells providers how their duties went, once the log holds what is told; as often as it takes. */
export class Reporter {
  readonly #o: ReporterOptions;
  readonly #outbox: Outbox<ReportWork, { readonly received: number }>;
  /** Envelope digests whose receipts a report waits for, with the provider it is for. */
  readonly #awaited = new Map<string, string>();
  #unwatch: () => void = () => undefined;

  constructor(options: ReporterOptions) {
    this.#o = options;
    this.#outbox = new Outbox({
      ...options,
      name: 'duties',
      perform: (work, signal) => this.#report(work.payload, signal),
      settle: (work, outcome) => this.#settled(work, outcome),
      giveUpMs,
      backoff: { firstMs: 100, mostMs: 15 * 60_000 },
    });
  }

  /** The write that queues the report of an answer: for the commit that saves the answer. */
  write({ agreement, id, peer, updated }: DutyRecord, answer: number): Write {
    const work = { lane: id, sequence: answer, peer, payload: { agreement, id, answer }, created: updated };
    // A duty has few answers, and deliveries are bounded: what was done is always told.
    return this.#outbox.write(work, { ending: true });
  }

  async start(): Promise<void> {
    const { store, records } = this.#o;
    this.#unwatch = store.watch(records.receipts.key(), (put) => this.#logged(put));
    await this.#outbox.start();
  }

  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  backlog(): { readonly depth: number; readonly oldestMs: number } {
    return { depth: this.#outbox.depth(), oldestMs: this.#outbox.oldestMs() };
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.#outbox.stop();
  }

  /** A receipt came: what waited for it goes now. */
  #logged(put: readonly Uint8Array[] | undefined): void {
    if (this.#awaited.size === 0) return;
    const digests = put ? put.map((key) => String(keyParts(key)[1])) : [...this.#awaited.keys()];
    for (const digest of digests) {
      const peer = this.#awaited.get(digest);
      if (peer !== undefined && this.#awaited.delete(digest)) this.#outbox.nudge(peer);
    }
  }

  async #report(
    { agreement, id, answer: place }: ReportWork,
    signal: AbortSignal,
  ): Promise<Attempt<{ received: number }>> {
    const { clock, evidence, identity, records } = this.#o;
    const duty = (await records.duties.get(agreement, id))?.value;
    const answer = duty?.answers[place];
    if (duty === undefined || answer === undefined) return { refused: 'there is no such answer' };
    const { peer } = duty;
    const digest = envelopeDigest(answer.envelope);
    // Before looking: a receipt that comes in between is not missed.
    this.#awaited.set(digest, peer);
    const [logged] = await evidence.receipts([answer]);
    if (logged === undefined) return { retry: 'the log has not answered for it yet' };
    this.#awaited.delete(digest);
    const address = (await records.exchanges.get(peer))?.value.endpoint;
    if (address === undefined) return { refused: 'nobody said where its provider is' };
    const channel = new PeerChannel({ identity, address, expect: { id: peer, role: 'participant' }, clock });
    try {
      const { envelope, keyStatement, statement } = answer;
      const report = { statement: Buffer.from(statement), envelope, keyStatement, receipt: logged.receipt };
      const { received } = await channel.unary(Exchange.reportDuty, report, { signal });
      return { done: { received } };
    } catch (error) {
      if (!(error instanceof RpcError) || !finalStatuses.includes(error.status)) throw error;
      return { refused: error.message, data: { code: error.code } };
    } finally {
      channel.close();
    }
  }

  async #settled({ payload }: Work<ReportWork>, outcome: Outcome<{ readonly received: number }>): Promise<Commit> {
    const { ledger, log } = this.#o;
    return ledger.prepare(payload, async (duty, agreement) => {
      const answer = duty.answers[payload.answer];
      if (answer === undefined || answer.received !== undefined || answer.refused !== undefined) return undefined;
      if ('refused' in outcome) {
        log.error({ duty: duty.id, peer: duty.peer, why: outcome.refused }, 'the provider refuses a report for good');
        const refused = reason('PEER_REFUSED', outcome.refused);
        return { duty: replaced(duty, payload.answer, { ...answer, refused }) };
      }
      const { received } = outcome.done;
      const told = replaced(duty, payload.answer, { ...answer, received });
      if (told.state !== 'pending' || !isClosed(told)) return { duty: told };
      const { action, due } = told;
      if (action !== 'inform' || due === undefined || received <= due) return { duty: { ...told, state: 'fulfilled' } };
      const late = ledger.violate(told, agreement, due);
      return { duty: late.duty, writes: late.writes };
    });
  }
}

function replaced(duty: DutyRecord, place: number, answer: DutyAnswer): DutyRecord {
  return { ...duty, answers: duty.answers.map((one, index) => (index === place ? answer : one)) };
}
