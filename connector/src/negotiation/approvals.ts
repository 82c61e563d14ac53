import type { Logger, Page } from '@causeway/platform';
import { type ControlContext, stampOf } from '../control.js';
import type { ConnectorEvents } from '../events.js';
import type { Negotiation } from '../model.js';
import type { Processes } from '../process/processes.js';
import type { Decision, Next } from '../process/work.js';
import { reason, refusal } from '../reasons.js';
import { Waker } from '../waker.js';
import { intendTermination } from './act.js';
import { isPending, type Pending, withApproval } from './approval.js';
import { applyDecision } from './decide.js';

export interface ApprovalsOptions {
  readonly context: ControlContext;
  readonly processes: Processes<Negotiation>;
  /** What would be decided now if nobody had been asked. */
  readonly judge: (negotiation: Negotiation) => Promise<Decision>;
  readonly events: Pick<ConnectorEvents, 'approval'>;
  readonly log: Logger;
}

/** A machine that slept notices it after this long. */
const longestMs = 60_000;
const retryMs = 5_000;

/**
 * The agreements that people decide on: who approved what is in the negotiation itself, so it is as durable as that. Ends by
 * itself what nobody decided in time; nothing is polled.
 */
export class Approvals {
  readonly #o: ApprovalsOptions;
  readonly #closing = new AbortController();
  readonly #waker: Waker;
  readonly #idlers = new Set<() => void>();
  #busy = false;
  /** Something was saved since the round began. */
  #changed = false;
  #unwatch: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ApprovalsOptions) {
    this.#o = options;
    this.#waker = new Waker(options.context.clock);
  }

  /** What waits, the most urgent first. @throws PlatformError CURSOR_INVALID */
  async page(page: { readonly cursor?: string; readonly limit: number }): Promise<Page<Pending>> {
    const { records } = this.#o.context;
    const found = await records.approvals.page(page);
    const stored = await Promise.all(found.items.map(({ value }) => records.negotiations.get(value.pid)));
    // One that was decided since the page was read waits no more.
    const items = stored.map((one) => one?.value).filter((one) => isPending(one));
    return found.next === undefined ? { items } : { items, next: found.next };
  }

  /** @throws ConnectorError NOT_FOUND | STATE_INVALID */
  async get(pid: string): Promise<Pending> {
    return pending((await this.#o.processes.need(pid)).value);
  }

  /**
   * One operator's approval; the same again changes nothing. The last that was needed agrees, unless what was asked for is not
   * within the offer any more: the policy is asked again, and its refusal stands above every approval.
   *
   * @throws ConnectorError NOT_FOUND | STATE_INVALID
   */
  async approve(pid: string, operator: string): Promise<Negotiation> {
    const { context, processes, judge, events } = this.#o;
    const after = await processes.change(pid, async (stored) => {
      const record = pending(stored.value);
      const at = context.clock.now();
      if (at >= record.approval.deadline) return this.#expired(record);
      const { given } = record.approval;
      if (given.some((one) => one.operator === operator)) return undefined;
      const decision = await judge(record);
      const approved = withApproval(record, { given: [...given, { operator, at }] });
      const needed = decision.move === 'ask' ? decision.needed : 0;
      // What is demanded now counts: the dataset may have been classified anew since.
      if (approved.approval.given.length < needed) return { record: withApproval(approved, { needed }) };
      const agreed = decision.move === 'ask' || decision.move === 'proceed';
      const closed = withApproval(approved, { outcome: agreed ? 'approved' : 'overtaken' });
      return applyDecision(context, { ...stored, value: closed }, agreed ? { move: 'proceed' } : decision);
    });
    events.approval(after, operator);
    return after;
  }

  /** One operator's refusal is enough; the peer is told the words. @throws ConnectorError NOT_FOUND | STATE_INVALID */
  async reject(pid: string, operator: string, words: string): Promise<Negotiation> {
    const { processes, events } = this.#o;
    const after = await processes.change(pid, async ({ value }) => {
      const closed = withApproval(pending(value), { outcome: 'rejected', rejectedBy: operator });
      return intendTermination(closed, reason('APPROVAL_REJECTED', words, words), stampOf(this.#o.context));
    });
    events.approval(after, operator);
    return after;
  }

  start(): void {
    const { store, records } = this.#o.context;
    this.#unwatch = store.watch(records.approvals.key(), () => {
      this.#busy = true;
      this.#changed = true;
      this.#waker.wake();
    });
    this.#busy = true;
    this.#running = this.#run();
  }

  /** Resolves when nothing is due that has not been ended; at once when that is so. */
  async idle(): Promise<void> {
    while (this.#busy && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => this.#idlers.add(resolve));
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#unwatch();
    this.#tellIdlers();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#changed = false;
      const wait = await this.#endLate().catch((error: unknown) => {
        if (!signal.aborted) this.#o.log.error({ err: error }, 'approvals that are too late could not be ended');
        return retryMs;
      });
      if (this.#changed) continue;
      this.#busy = false;
      this.#tellIdlers();
      await this.#waker.next(wait, signal).catch(() => undefined);
      this.#busy = true;
    }
  }

  #tellIdlers(): void {
    for (const tell of this.#idlers) tell();
    this.#idlers.clear();
  }

  /** Ends what nobody decided in time; answers how long until the next may be due. */
  async #endLate(): Promise<number> {
    const { context, processes, events } = this.#o;
    for (;;) {
      const [first] = (await context.records.approvals.page({ limit: 1 })).items;
      if (first === undefined) return longestMs;
      const stored = await processes.need(first.value.pid);
      const record = stored.value;
      if (!isPending(record)) {
        // Decided since the page was read: then this entry is gone already.
        const conditions = [context.records.negotiations.unchanged(stored)];
        await context.store.commit({ conditions, writes: [{ delete: first.key }] });
        continue;
      }
      const left = record.approval.deadline - context.clock.now();
      if (left > 0) return Math.min(left, longestMs);
      const after = await processes.change(record.pid, async ({ value }) =>
        isPending(value) && context.clock.now() >= value.approval.deadline ? this.#expired(value) : undefined,
      );
      events.approval(after);
    }
  }

  #expired(record: Pending): Next<Negotiation> {
    const until = new Date(record.approval.deadline).toISOString();
    const why = reason(
      'APPROVAL_EXPIRED',
      `Nobody decided on the request until ${until}; ask again.`,
      `截至 ${until} 无人审批该请求，请重新提出。`,
    );
    return intendTermination(withApproval(record, { outcome: 'expired' }), why, stampOf(this.#o.context));
  }
}

/** @throws ConnectorError STATE_INVALID */
function pending(record: Negotiation): Pending {
  if (isPending(record)) return record;
  const outcome = record.approval?.outcome;
  const words = outcome === undefined ? `it is ${record.state}` : `it was ${outcome}, and is ${record.state}`;
  throw refusal('STATE_INVALID', `Negotiation ${record.pid} waits for nobody's approval: ${words}.`);
}
