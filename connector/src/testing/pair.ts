import type { Identity } from '@causeway/certs/peer';
import { testTrust } from '@causeway/certs/testing';
import { type ManualClock, seededRandom } from '@causeway/platform/testing';
import type { Publisher } from '../catalog/publish.js';
import type { Agreement, Transfer } from '../model.js';
import type { FactsFor } from '../ports.js';
import { Network } from './network.js';
import { type Party, settle } from './party.js';

type Offers = NonNullable<Parameters<Publisher['publish']>[1]['offers']>;

/** Keys take long to make: the pairs of one test file share them. */
let identities: Promise<{ provider: Identity; consumer: Identity }> | undefined;

async function enrolled(clock: ManualClock): Promise<{ provider: Identity; consumer: Identity }> {
  const trust = await testTrust({ clock });
  return {
    provider: await trust.identity('urn:causeway:p', 'participant'),
    consumer: await trust.identity('urn:causeway:c', 'participant'),
  };
}

/** A provider and a consumer that agree on data, and transfer them as far as a data plane that only takes notes. */
export class Pair implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly network: Network;
  readonly provider: Party;
  readonly consumer: Party;

  private constructor(clock: ManualClock, network: Network, provider: Party, consumer: Party) {
    this.clock = clock;
    this.network = network;
    this.provider = provider;
    this.consumer = consumer;
  }

  static async join(clock: ManualClock, options: { readonly factsFor?: FactsFor } = {}): Promise<Pair> {
    identities ??= enrolled(clock);
    const { provider, consumer } = await identities;
    const network = new Network();
    return new Pair(
      clock,
      network,
      await network.join({ identity: provider, clock, random: seededRandom(1), ...options }),
      await network.join({ identity: consumer, clock, random: seededRandom(2) }),
    );
  }

  settle(): Promise<void> {
    return settle(this.clock, this.provider, this.consumer);
  }

  /** Publishes a dataset with these offers and agrees on the first of them. */
  async agree(name: string, offers: Offers): Promise<Agreement['digest']> {
    const dataset = await this.provider.publish(name, offers);
    await this.consumer.negotiate(name, this.provider, dataset);
    await this.settle();
    const { agreement, state, reason } = await this.consumer.negotiation(name);
    if (agreement === undefined) throw new Error(`expected an agreement, got ${state}: ${reason?.en}`);
    return agreement;
  }

  /** Asks for a transfer, and waits until both sides have done what they do about it. */
  async transfer(request: string, agreement: Agreement['digest']): Promise<{ ours: string; theirs: string }> {
    const asked = { request, agreement, to: `/tmp/never-${request}` };
    const { record } = await this.consumer.plane.transfers.request(asked);
    await this.settle();
    const ours = (await this.consumer.records.transfers.get(record.pid))?.value;
    return { ours: record.pid, theirs: ours?.peerPid ?? '' };
  }

  /** The same transfer as its provider and its consumer hold it. */
  async held({ ours, theirs }: { ours: string; theirs: string }): Promise<{ provider: Transfer; consumer: Transfer }> {
    const provider = (await this.provider.records.transfers.get(theirs))?.value;
    const consumer = (await this.consumer.records.transfers.get(ours))?.value;
    if (provider === undefined || consumer === undefined) throw new Error('expected both sides to have the transfer');
    return { provider, consumer };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.network[Symbol.asyncDispose]();
  }
}
