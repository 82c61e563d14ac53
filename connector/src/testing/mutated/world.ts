import type { Identity } from '@causeway/certs/peer';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { dspContext } from '../../dsp/vocabulary.js';
import type {
  Dataset,
  JsonObject,
  Negotiation,
  NegotiationState,
  Reason,
  Transfer,
  TransferState,
} from '../../model.js';
import { Besieged, post } from './besieged.js';

const why: Reason = { code: 'OPERATOR', en: 'Ended by an operator.', zh: '由操作人员结束。' };

/** A third participant, who has processes of its own with both. */
export const stranger = 'urn:causeway:s';

type Pids = { readonly provider: string; readonly consumer: string };
type Ending = 'TERMINATED' | 'COMPLETED' | 'SUSPENDED';

/**
 * A provider and a consumer that have processes with one another in every state, some of them with a move of their own under way,
 * and do nothing by themselves any more: whatever changes then was changed by a message.
 */
export class World implements AsyncDisposable {
  readonly provider: Besieged;
  readonly consumer: Besieged;
  dataset!: Dataset;
  readonly negotiations: { readonly name: string; readonly pids: Pids }[] = [];
  readonly transfers: { readonly name: string; readonly pids: Pids }[] = [];
  /** Pids of the stranger's processes with the provider and with the consumer. */
  strange!: { readonly provider: string; readonly consumer: string };
  /** The id that the provider gave to the agreement of the finalized negotiation. */
  agreementId = '';

  private constructor(provider: Besieged, consumer: Besieged) {
    this.provider = provider;
    this.consumer = consumer;
  }

  /** @param deciding whether both go on by policy afterwards, as connectors do by themselves */
  static async build(
    identities: { readonly provider: Identity; readonly consumer: Identity },
    seed: number,
    deciding: boolean,
  ): Promise<World> {
    const clock = new ManualClock();
    const join = (who: 'provider' | 'consumer', nth: number) =>
      Besieged.join({ identity: identities[who], clock, random: seededRandom(seed + nth) });
    const world = new World(await join('provider', 0), await join('consumer', 1));
    await world.#populate();
    for (const besieged of world.both) {
      await besieged.settleDown();
      if (deciding) besieged.decide(clock);
    }
    return world;
  }

  get both(): readonly [Besieged, Besieged] {
    return [this.provider, this.consumer];
  }

  /** What was kept from leaving: valid messages that their receivers still wait for, signed where they have to be. */
  get kept(): readonly JsonObject[] {
    return [...this.provider.kept, ...this.consumer.kept];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const besieged of this.both) await besieged[Symbol.asyncDispose]();
  }

  async #populate(): Promise<void> {
    const { provider, consumer } = this;
    const assignees = [consumer.party.id, stranger];
    this.dataset = await provider.party.publish('d', [{ terms: { assignees, count: 1_000 } }]);
    for (const state of [
      'REQUESTED',
      'OFFERED',
      'ACCEPTED',
      'AGREED',
      'VERIFIED',
      'FINALIZED',
      'TERMINATED',
    ] as const) {
      await this.#negotiated(state, state);
    }
    await this.#transferred();
    await this.#visited();
    // From here on somebody does not hear what the other has sent.
    await this.#unheard('agreement unheard', 'REQUESTED', async ({ provider: pid }) => {
      provider.mail = 'keep';
      await provider.party.plane.negotiations.decide(pid, { move: 'proceed' });
    });
    await this.#unheard('verification unheard', 'AGREED', async ({ consumer: pid }) => {
      consumer.mail = 'keep';
      await consumer.party.plane.negotiations.decide(pid, { move: 'proceed' });
    });
    for (const state of ['OFFERED', 'AGREED', 'VERIFIED'] as const) {
      await this.#unheard(`${state}, both end it`, state, async (pids) => {
        for (const who of ['provider', 'consumer'] as const) {
          this[who].mail = 'keep';
          await this[who].party.plane.negotiations.terminate(pids[who], why);
        }
      });
    }
  }

  async #unheard(name: string, state: NegotiationState, act: (pids: Pids) => Promise<unknown>): Promise<void> {
    const pids = await this.#negotiated(name, state);
    await act(pids);
    await this.#rest();
    for (const besieged of this.both) besieged.mail = 'deliver';
  }

  async #negotiated(name: string, until: NegotiationState): Promise<Pids> {
    const { provider, consumer, dataset } = this;
    await consumer.party.negotiate(name, provider.party, dataset);
    await this.#rest();
    const record = await consumer.party.negotiation(name);
    const pids: Pids = { consumer: record.pid, provider: record.peerPid ?? '' };
    this.negotiations.push({ name, pids });
    const steps: Readonly<Record<string, () => Promise<Negotiation>>> = {
      OFFERED: () => provider.party.plane.negotiations.decide(pids.provider, { move: 'offer', offer: record.offer }),
      ACCEPTED: () => consumer.party.plane.negotiations.decide(pids.consumer, { move: 'accept' }),
      AGREED: () => provider.party.plane.negotiations.decide(pids.provider, { move: 'proceed' }),
      VERIFIED: () => consumer.party.plane.negotiations.decide(pids.consumer, { move: 'proceed' }),
      FINALIZED: () => provider.party.plane.negotiations.decide(pids.provider, { move: 'proceed' }),
      TERMINATED: () => provider.party.plane.negotiations.terminate(pids.provider, why),
    };
    const way: Readonly<Record<NegotiationState, readonly string[]>> = {
      REQUESTED: [],
      OFFERED: ['OFFERED'],
      ACCEPTED: ['OFFERED', 'ACCEPTED'],
      AGREED: ['AGREED'],
      VERIFIED: ['AGREED', 'VERIFIED'],
      FINALIZED: ['AGREED', 'VERIFIED', 'FINALIZED'],
      TERMINATED: ['TERMINATED'],
    };
    for (const step of way[until]) {
      await steps[step]?.();
      await this.#rest();
    }
    const { state } = await consumer.party.negotiation(name);
    if (state !== until) throw new Error(`expected the negotiation to be ${until}, it is ${state}`);
    return pids;
  }

  async #transferred(): Promise<void> {
    const { provider, consumer } = this;
    const { agreement } = await consumer.party.negotiation('FINALIZED');
    if (agreement === undefined) throw new Error('expected an agreement');
    this.agreementId = (await consumer.party.records.agreements.get(agreement))?.value.id ?? '';
    const plans: readonly [name: string, until: TransferState, by?: 'provider' | 'consumer', kept?: Ending][] = [
      ['REQUESTED', 'REQUESTED'],
      ['STARTED', 'STARTED'],
      ['SUSPENDED by the provider', 'SUSPENDED', 'provider'],
      ['SUSPENDED by the consumer', 'SUSPENDED', 'consumer'],
      ['COMPLETED', 'COMPLETED', 'provider'],
      ['TERMINATED', 'TERMINATED', 'consumer'],
      ['STARTED, both suspend it', 'STARTED', undefined, 'SUSPENDED'],
      ['STARTED, both complete it', 'STARTED', undefined, 'COMPLETED'],
      ['STARTED, both terminate it', 'STARTED', undefined, 'TERMINATED'],
    ];
    for (const [name, until, by, kept] of plans) {
      provider.decider.transfer =
        until === 'REQUESTED' ? {} : { 'provider:REQUESTED': async () => ({ move: 'proceed' }) };
      const asked = await consumer.party.plane.transfers.request({
        request: name,
        agreement,
        to: `/tmp/never-${name}`,
      });
      await this.#rest();
      const { pid, peerPid = '' } = await this.#transfer(asked.record.pid);
      const pids: Pids = { consumer: pid, provider: peerPid };
      this.transfers.push({ name, pids });
      if (by !== undefined) await this.#ended(by, pids, until);
      await this.#rest();
      const { state } = await this.#transfer(pid);
      if (state !== until) throw new Error(`expected the transfer to be ${until}, it is ${state}`);
      if (kept === undefined) continue;
      for (const who of ['provider', 'consumer'] as const) {
        this[who].mail = 'keep';
        await this.#ended(who, pids, kept);
      }
      await this.#rest();
      for (const besieged of this.both) besieged.mail = 'deliver';
    }
    provider.decider.transfer = {};
  }

  async #transfer(pid: string): Promise<Transfer> {
    const found = await this.consumer.party.records.transfers.get(pid);
    if (found === undefined) throw new Error(`expected a transfer ${pid}`);
    return found.value;
  }

  #ended(who: 'provider' | 'consumer', pids: Pids, to: TransferState): Promise<Transfer> {
    const { transfers } = this[who].party.plane;
    if (to === 'SUSPENDED') return transfers.suspend(pids[who], why);
    if (to === 'COMPLETED') return transfers.complete(pids[who]);
    return transfers.terminate(pids[who], why);
  }

  /** The stranger asks the provider, and makes the consumer an offer. */
  async #visited(): Promise<void> {
    const { provider, consumer, dataset } = this;
    const offer = { ...(dataset.offers[0]?.policy ?? {}), '@type': 'Offer', target: dataset.id };
    const first = { '@context': [dspContext], callbackAddress: 'http://127.0.0.1:1/dsp/2025-1', offer };
    const asking = { ...first, '@type': 'ContractRequestMessage', consumerPid: 'urn:uuid:s1' };
    const offering = { ...first, '@type': 'ContractOfferMessage', providerPid: 'urn:uuid:s2' };
    const asked = await post(stranger, `${provider.party.dspBase}/negotiations/request`, asking);
    const offered = await post(stranger, `${consumer.party.dspBase}/negotiations/offers`, offering);
    this.strange = {
      provider: String(asked.body?.['providerPid']),
      consumer: String(offered.body?.['consumerPid']),
    };
  }

  async #rest(): Promise<void> {
    for (let round = 0; round < 3; round++) for (const { party } of this.both) await party.plane.queue.idle();
  }
}
