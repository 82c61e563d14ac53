import type { Identity } from '@causeway/certs/peer';
import { ManualClock } from '@causeway/platform/testing';
import type { NodeDouble } from '../../exchange/testing/node-double.js';
import { SpaceDouble, type Started } from '../../exchange/testing/space-double.js';
import { breachOf } from '../breach.js';
import { type DutyRecord, saidIn } from '../record.js';
import type { Owed, Terms } from '../terms.js';

export const hour = 3_600_000;
export const content = Buffer.from('po_no,line\nPO-1,1\n');
export const deletion: Owed = { duty: 'obligation/0', action: 'delete', due: hour };

/** A provider, a consumer and a log, with contracts that demand something after delivery. Its clock stands still. */
export class DutySpace implements AsyncDisposable {
  readonly clock = new ManualClock(Date.now());
  #space!: SpaceDouble;
  #terms: Terms = { owed: () => [], consequences: () => [] };

  static async start(): Promise<DutySpace> {
    const made = new DutySpace();
    const node = { clock: made.clock, termsOf: () => made.#terms };
    made.#space = await SpaceDouble.start({ provider: node, consumer: node });
    return made;
  }

  get consumer(): NodeDouble {
    return this.#space.consumer;
  }

  get provider(): NodeDouble {
    return this.#space.provider;
  }

  get log(): SpaceDouble['log'] {
    return this.#space.log;
  }

  /** Somebody else with a valid certificate. */
  stranger(): Promise<Identity> {
    return this.#space.trust.identity('urn:causeway:stranger', 'participant');
  }

  /** What every agreement demands; a due is counted from the delivery, a consequence's of `obligation/0` from the violation. */
  demand(owed: readonly Owed[], consequences: readonly Owed[] = []): void {
    const from = (since: number) => (one: Owed) => ({
      ...one,
      ...(one.due === undefined ? {} : { due: since + one.due }),
    });
    this.#terms = {
      owed: (delivered) => owed.map(from(delivered)),
      consequences: (duty, { violated }) => (duty === 'obligation/0' ? consequences.map(from(violated)) : []),
    };
  }

  async deliver(): Promise<Started> {
    const started = await this.#space.begin(content);
    this.consumer.plane.pull(started.consumer);
    await this.consumer.control.outcome(started.consumer.pid);
    await this.settle();
    return started;
  }

  /** Until nothing is due on either side and nothing waits for the log. */
  async settle(): Promise<void> {
    const changes = () => this.consumer.duties.changes() + this.provider.duties.changes();
    for (let quiet = 0; quiet < 2; ) {
      const before = changes();
      for (const { evidence, duties } of [this.consumer, this.provider]) {
        await evidence.idle();
        await duties.idle();
      }
      quiet = changes() === before ? quiet + 1 : 0;
    }
  }

  /**
   * Until everything is logged and told: an attempt that failed is made again when its time comes. What began while the clock was
   * moved on may have met its deadline at once.
   */
  async finish(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      await this.settle();
      const { duties, evidence } = this.consumer;
      if (duties.backlog().depth + evidence.backlog().depth === 0) return;
      await this.clock.advance(60_000);
    }
    throw new Error('the consumer does not get rid of what it has to tell');
  }

  /** The duties of both sides by their place in the policy, each with its state and what was said last. */
  async stands(): Promise<{ consumer: string[]; provider: string[] }> {
    const told = async (node: NodeDouble) =>
      (await dutiesOf(node))
        .map(({ duty, state, answers }) => {
          const last = answers.at(-1);
          return [duty, state, ...(last === undefined ? [] : [saidIn(last).result])].join(' ');
        })
        .sort();
    return { consumer: await told(this.consumer), provider: await told(this.provider) };
  }

  /** The code with which the provider refuses another transfer under this agreement, if it does. */
  async refusal({ provider }: Started): Promise<string | undefined> {
    const { records } = this.provider;
    const agreement = (await records.agreements.get(provider.agreement))?.value;
    if (!agreement) throw new Error('expected an agreement');
    return (await breachOf(records, () => this.#terms, agreement, this.clock.now()))?.code;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#space[Symbol.asyncDispose]();
  }
}

export async function dutiesOf({ records }: NodeDouble): Promise<DutyRecord[]> {
  const found: DutyRecord[] = [];
  for await (const { value } of records.duties.all()) found.push(value);
  return found;
}

export async function theDuty(node: NodeDouble): Promise<DutyRecord> {
  const [duty, ...more] = await dutiesOf(node);
  if (duty === undefined || more.length > 0) throw new Error(`expected one duty, found ${more.length + 1}`);
  return duty;
}
