import type { Peer } from '@causeway/certs/peer';
import { type AuthorityKeys, emptyRoot, type Head, type SignedHead, verifyHead } from '@causeway/evidence';
import type { Clock, Condition, Stored, Write } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { indexVersion } from '../search/terms.js';
import { type Refusal, refusalOf } from './admission.js';
import type { PublisherRecord, Records } from './records.js';

export interface RegistryOptions {
  readonly records: Records;
  readonly clock: Clock;
  /** The authority's keys, out of our own trust bundle. */
  readonly authorities: AuthorityKeys;
  /** Whether who comes for the first time may register, or has to be approved. */
  readonly admission: 'open' | 'approval';
}

/** Who publishes, by which head, and when it was last heard of. Every change is one conditional commit. */
export class Registry {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #authorities: AuthorityKeys;
  readonly #admission: RegistryOptions['admission'];

  constructor(options: RegistryOptions) {
    this.#records = options.records;
    this.#clock = options.clock;
    this.#authorities = options.authorities;
    this.#admission = options.admission;
  }

  /**
   * Checks that a head is the caller's own, of now, and newer than any before it, and that the operator lets it in.
   *
   * @throws BrokerError HEAD_REFUSED, NOT_PUBLISHER, ADMISSION_PENDING, ADMISSION_REJECTED, PARTICIPANT_REMOVED, SEQUENCE_STALE
   */
  async admit(peer: Peer, signed: SignedHead): Promise<Head> {
    const verdict = await verifyHead(signed, { authorities: this.#authorities, now: this.#clock.now() });
    if (!verdict.ok) {
      throw new BrokerError('HEAD_REFUSED', `The head is refused (${verdict.reason}): ${verdict.detail}.`, {
        data: { reason: verdict.reason },
      });
    }
    const head = verdict.value;
    if (head.publisher !== peer.id) {
      const message = `The head is of ${head.publisher}, the caller is ${peer.id}: only the publisher itself may write.`;
      throw new BrokerError('NOT_PUBLISHER', message);
    }
    const known = await this.#records.publishers.get(head.publisher);
    if (known ? known.value.refused?.state === 'pending' : this.#admission === 'approval') {
      await this.#ask(peer, head, signed, known);
    }
    if (known) {
      demandAdmitted(head, known.value);
      demandNewer(head, known.value);
    }
    return head;
  }

  /** Puts who comes for the first time, and comes again, before the operator. */
  async #ask(peer: Peer, head: Head, signed: SignedHead, known: Stored<PublisherRecord> | undefined): Promise<never> {
    const { publishers, store } = this.#records;
    const refused: Refusal = known?.value.refused ?? { state: 'pending', since: this.#clock.now() };
    const record = { ...this.#recordOf(peer, head, signed, undefined), withdrawn: true, refused };
    if (Number(head.sequence) > (known?.value.sequence ?? 0)) {
      // On a conflict the operator has decided meanwhile, or it came twice at once: it comes again in a moment.
      await store.commit({
        conditions: [known ? publishers.unchanged(known) : publishers.absent(head.publisher)],
        writes: [publishers.put([head.publisher], record)],
      });
    }
    throw refusalOf(head.publisher, refused);
  }

  /**
   * Renews the head over the entries already registered.
   *
   * @throws BrokerError NOT_REGISTERED and what `admit` throws
   */
  async heartbeat(peer: Peer, signed: SignedHead): Promise<number> {
    const head = await this.admit(peer, signed);
    await this.#change(head, (known) => {
      if (!known || known.value.withdrawn) throw notRegistered('Nothing is registered');
      const { root, count, generation, index } = known.value;
      if (head.root !== root || Number(head.count) !== count) throw notRegistered('Other entries are registered');
      return { record: { ...this.#recordOf(peer, head, signed, generation), ...(index !== undefined && { index }) } };
    });
    return Number(head.sequence);
  }

  /**
   * Withdraws a publisher. Its record stays, so that no older head can ever bring it back.
   *
   * @throws BrokerError HEAD_REFUSED when the head covers entries, and what `admit` throws
   */
  async deregister(peer: Peer, signed: SignedHead): Promise<void> {
    const head = await this.admit(peer, signed);
    if (head.count !== '0' || head.root !== Buffer.from(emptyRoot).toString('base64url')) {
      throw new BrokerError('HEAD_REFUSED', 'A head that withdraws must cover no entries.');
    }
    await this.#change(head, () => ({ record: { ...this.#recordOf(peer, head, signed, undefined), withdrawn: true } }));
  }

  /**
   * Shows a complete generation from now on, and no other: the one switch of a registration.
   *
   * @param fence holds while nobody has given the generation up
   * @throws BrokerError SEQUENCE_STALE, HEAD_REFUSED, REGISTRATION_LATE, PARTICIPANT_REMOVED
   */
  async show(
    peer: Peer,
    head: Head,
    signed: SignedHead,
    generation?: { number: number; fence: Condition },
  ): Promise<void> {
    await this.#change(head, () => ({
      record: { ...this.#recordOf(peer, head, signed, generation?.number), index: indexVersion },
      ...(generation && {
        conditions: [generation.fence],
        writes: [this.#records.generations.delete([generation.number])],
      }),
    }));
  }

  /**
   * Shows the same entries under a generation that was indexed anew.
   *
   * @returns whether it did; not where the publisher shows other entries by now
   */
  async showAgain(publisher: string, old: number, generation: { number: number; fence: Condition }): Promise<boolean> {
    const { publishers, generations, store } = this.#records;
    for (;;) {
      const known = await publishers.get(publisher);
      if (known?.value.generation !== old) return false;
      const { ok, ...refused } = await store.commit({
        conditions: [publishers.unchanged(known), generation.fence],
        writes: [
          publishers.put([publisher], { ...known.value, generation: generation.number, index: indexVersion }),
          generations.delete([generation.number]),
          generations.put([old], { publisher, state: 'replaced', since: this.#clock.now() }),
        ],
      });
      if (ok) return true;
      if ('conflict' in refused && Buffer.compare(generation.fence.key, refused.conflict) === 0) return false;
    }
  }

  /** Changes the publisher's record by compare-and-swap; a generation that is shown no more is marked with it. */
  async #change(
    head: Head,
    change: (known: Stored<PublisherRecord> | undefined) => {
      readonly record: PublisherRecord;
      readonly conditions?: readonly Condition[];
      readonly writes?: readonly Write[];
    },
  ): Promise<void> {
    const { publishers, generations, store } = this.#records;
    for (;;) {
      const now = this.#clock.now();
      if (now >= Date.parse(head.expires)) throw new BrokerError('HEAD_REFUSED', 'The head has expired meanwhile.');
      const known = await publishers.get(head.publisher);
      if (known) {
        // The operator may have removed it while it was registering.
        demandAdmitted(head, known.value);
        demandNewer(head, known.value);
      }
      const { record, conditions = [], writes = [] } = change(known);
      const old = known?.value.generation;
      const replaced: Write[] =
        old === undefined || old === record.generation
          ? []
          : [generations.put([old], { publisher: head.publisher, state: 'replaced', since: now })];
      const committed = await store.commit({
        conditions: [known ? publishers.unchanged(known) : publishers.absent(head.publisher), ...conditions],
        writes: [publishers.put([head.publisher], record), ...writes, ...replaced],
      });
      if (committed.ok) return;
      if (conditions.some(({ key }) => Buffer.compare(key, committed.conflict) === 0)) {
        throw new BrokerError('REGISTRATION_LATE', 'The registration took too long and was given up.');
      }
    }
  }

  #recordOf(peer: Peer, head: Head, signed: SignedHead, generation: number | undefined): PublisherRecord {
    return {
      ...(head.name !== undefined && { name: head.name }),
      certificateExpires: peer.notAfter,
      sequence: Number(head.sequence),
      head: signed.head,
      keyStatement: signed.keyStatement,
      count: Number(head.count),
      root: head.root,
      expires: Date.parse(head.expires),
      lastSeen: this.#clock.now(),
      withdrawn: false,
      ...(generation !== undefined && { generation }),
    };
  }
}

function demandAdmitted(head: Head, { refused }: PublisherRecord): void {
  if (refused) throw refusalOf(head.publisher, refused);
}

function demandNewer(head: Head, known: PublisherRecord): void {
  if (Number(head.sequence) > known.sequence) return;
  const message = `The head has sequence ${head.sequence}; it must be above ${known.sequence}, the last one registered.`;
  throw new BrokerError('SEQUENCE_STALE', message, { data: { sequence: known.sequence } });
}

function notRegistered(what: string): BrokerError {
  return new BrokerError('NOT_REGISTERED', `${what}; register again with all entries.`);
}
