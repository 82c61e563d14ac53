import { type Identity, PeerChannel, RpcError } from '@causeway/certs/peer';
import { envelopeDigest } from '@causeway/evidence';
import {
  type Attempt,
  type Clock,
  keyParts,
  type Logger,
  type Metrics,
  Outbox,
  type Outcome,
  type Random,
  type Settlement,
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
import { causeOf, type DutyAnswer, type DutyRecord, isClosed, judged, saidIn } from './record.js';

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
  readonly #running = new Set<Promise<void>>();
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

  /** The write by which an answer is told once it is logged: for the commit that saves and queues it. */
  write({ agreement, id, answers }: DutyRecord): Write {
    const answer = answers.length - 1;
    const envelope = answers[answer]?.envelope ?? '';
    return this.#o.records.dutyAnswers.put([envelopeDigest(envelope)], { agreement, id, answer });
  }

  async start(): Promise<void> {
    const { store, records } = this.#o;
    await this.#outbox.start();
    // Watching before looking: no receipt that comes meanwhile is missed.
    this.#unwatch = store.watch(records.receipts.key(), (put) =>
      this.#track(put === undefined ? this.#lookAtAll() : this.#look(put.map((key) => String(keyParts(key)[1])))),
    );
    this.#track(this.#lookAtAll());
  }

  /** Resolves when nothing is due. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#outbox.idle();
  }

  backlog(): { readonly depth: number; readonly oldestMs: number } {
    return { depth: this.#outbox.depth(), oldestMs: this.#outbox.oldestMs() };
  }

  async close(): Promise<void> {
    this.#unwatch();
    await Promise.all(this.#running);
    await this.#outbox.stop();
  }

  #track(run: Promise<void>): void {
    const tracked = run
      .catch((error: unknown) => this.#o.log.error({ err: error }, 'what is to be reported could not be looked at'))
      .then(() => {
        this.#running.delete(tracked);
      });
    this.#running.add(tracked);
  }

  async #lookAtAll(): Promise<void> {
    for await (const { key } of this.#o.records.dutyAnswers.all()) await this.#look([String(keyParts(key)[1])]);
  }

  /** What has its receipt now, and whose cause the provider knows of, goes into the outbox, once. */
  async #look(digests: readonly string[]): Promise<void> {
    const { clock, records, store } = this.#o;
    for (const digest of digests) {
      const waiting = await records.dutyAnswers.get(digest);
      if (waiting === undefined || (await records.receipts.get(digest)) === undefined) continue;
      const { agreement, id, answer } = waiting.value;
      const duty = (await records.duties.get(agreement, id))?.value;
      if (duty === undefined) throw new TypeError(`expected duty ${id} behind its answer`);
      if (!(await this.#isExpected(duty))) continue;
      const work = { lane: id, sequence: answer, peer: duty.peer, payload: { agreement, id, answer } };
      await store.commit({
        conditions: [records.dutyAnswers.unchanged(waiting)],
        writes: [
          records.dutyAnswers.delete([digest]),
          // Deliveries are bounded, and what was done is always told.
          this.#outbox.write({ ...work, created: clock.now() }, { ending: true }),
        ],
      });
    }
  }

  /** A consequence is owed at the provider from when it knows what it follows from, and not before. */
  async #isExpected(duty: DutyRecord): Promise<boolean> {
    const cause = causeOf(duty);
    const before = cause && (await this.#o.records.duties.get(duty.agreement, cause))?.value;
    return !before || before.answers.some(({ received, refused }) => received !== undefined || refused !== undefined);
  }

  async #report(
    { agreement, id, answer: place }: ReportWork,
    signal: AbortSignal,
  ): Promise<Attempt<{ received: number }>> {
    const { clock, evidence, identity, records } = this.#o;
    const duty = (await records.duties.get(agreement, id))?.value;
    const answer = duty?.answers[place];
    const [logged] = answer === undefined ? [] : await evidence.receipts([answer]);
    if (duty === undefined || answer === undefined || logged === undefined)
      return { refused: 'there is no such answer' };
    const { peer } = duty;
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

  async #settled({ payload }: Work<ReportWork>, outcome: Outcome<{ readonly received: number }>): Promise<Settlement> {
    const { ledger, log } = this.#o;
    const { duty: after, ...settlement } = await ledger.prepare(payload, async (duty, agreement) => {
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
      const verdict = judged(told, saidIn(answer), received);
      if (verdict.state === 'fulfilled') return { duty: { ...told, state: 'fulfilled' } };
      return ledger.violate(told, agreement, verdict.at);
    });
    if (after.state !== 'violated') return settlement;
    // What follows from it may be told now.
    const react = () => {
      settlement.react?.();
      this.#track(this.#lookAtAll());
    };
    return { ...settlement, react };
  }
}

function replaced(duty: DutyRecord, place: number, answer: DutyAnswer): DutyRecord {
  return { ...duty, answers: duty.answers.map((one, index) => (index === place ? answer : one)) };
}
