import { type Clock, keyParts, type Page } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { type LivenessLimits, livenessOf, livenessStates } from '../liveness.js';
import { type AdmissionState, admissionMoves } from './admission.js';
import type { PublisherRecord, Records } from './records.js';

/** How a participant stands: whether it is let in, and if so how alive it is. */
export const participantStates = ['pending', ...livenessStates, 'rejected', 'removed'] as const;
export type ParticipantState = (typeof participantStates)[number];

/** A participant as the operator sees it. Instants in milliseconds since epoch. */
export interface Participant {
  readonly id: string;
  /** What it calls itself; its id is what is proven. */
  readonly name?: string;
  readonly state: ParticipantState;
  readonly lastHeartbeat: number;
  /** How many datasets it lists, or means to list while it waits. */
  readonly datasets: number;
  /** When the certificate ends with which it came last. */
  readonly certificateExpires?: number;
  /** Since when it waits, or is rejected or removed. */
  readonly since?: number;
  readonly reason?: string;
}

export interface ParticipantsOptions {
  readonly records: Records;
  readonly clock: Clock;
  readonly limits: LivenessLimits;
}

/** Participants looked at for one page: a state is derived at each reading, and no index knows it. */
const looks = 1_000;

/** What the operator sees of the participants, and decides on them. */
export class Participants {
  readonly #o: ParticipantsOptions;

  constructor(options: ParticipantsOptions) {
    this.#o = options;
  }

  /**
   * In id order. A page may be short, even empty, and still have a next one.
   *
   * @throws PlatformError CURSOR_INVALID
   */
  async page(wanted: {
    readonly state?: ParticipantState;
    readonly cursor?: string;
    readonly limit: number;
  }): Promise<Page<Participant>> {
    const items: Participant[] = [];
    let { cursor } = wanted;
    for (let left = looks; left > 0 && items.length < wanted.limit; ) {
      const limit = Math.min(left, wanted.limit - items.length);
      const page = await this.#o.records.publishers.page({ limit, ...(cursor !== undefined && { cursor }) });
      left -= limit;
      for (const { key, value } of page.items) {
        const participant = this.#view(String(keyParts(key).at(-1)), value);
        if (wanted.state === undefined || participant.state === wanted.state) items.push(participant);
      }
      cursor = page.next;
      if (cursor === undefined) return { items };
    }
    return { items, ...(cursor !== undefined && { next: cursor }) };
  }

  /** @throws BrokerError NOT_FOUND */
  async get(id: string): Promise<Participant> {
    return this.#view(id, (await this.#need(id)).value);
  }

  /** Lets it in, at first or again. @throws BrokerError NOT_FOUND */
  approve(id: string): Promise<Participant> {
    return this.#decide(id, 'admitted');
  }

  /** Refuses one that waits. @throws BrokerError NOT_FOUND, STATE_INVALID */
  reject(id: string, reason: string): Promise<Participant> {
    return this.#decide(id, 'rejected', reason);
  }

  /**
   * Takes what it lists away and refuses it from now on, until it is approved again.
   *
   * @throws BrokerError NOT_FOUND, STATE_INVALID
   */
  remove(id: string, reason: string): Promise<Participant> {
    return this.#decide(id, 'removed', reason);
  }

  async #decide(id: string, to: AdmissionState, reason?: string): Promise<Participant> {
    const { records, clock } = this.#o;
    const { publishers, generations, store } = records;
    for (;;) {
      const stored = await this.#need(id);
      const { refused, generation, ...known } = stored.value;
      const from = refused?.state ?? 'admitted';
      if (from === to) return this.#view(id, stored.value);
      if (!admissionMoves[from].includes(to)) throw notFrom(id, from, to);
      const now = clock.now();
      // It shows nothing until it registers: what it listed before it was removed is removed with it.
      const decided: PublisherRecord = {
        ...{ ...known, withdrawn: true, count: 0 },
        ...(to !== 'admitted' && { refused: { state: to, since: now, ...(reason !== undefined && { reason }) } }),
      };
      const gone =
        generation === undefined
          ? []
          : [generations.put([generation], { publisher: id, state: 'replaced', since: now })];
      const conditions = [publishers.unchanged(stored)];
      if ((await store.commit({ conditions, writes: [publishers.put([id], decided), ...gone] })).ok) {
        return this.#view(id, decided);
      }
    }
  }

  async #need(id: string) {
    const stored = id.length <= 200 ? await this.#o.records.publishers.get(id) : undefined;
    if (stored) return stored;
    throw new BrokerError('NOT_FOUND', `No participant ${JSON.stringify(id.slice(0, 200))} has come here yet.`);
  }

  #view(id: string, record: PublisherRecord): Participant {
    const { name, refused, count, lastSeen, certificateExpires } = record;
    return {
      id,
      ...(name !== undefined && { name }),
      state: refused?.state ?? livenessOf(record, this.#o.clock.now(), this.#o.limits).state,
      lastHeartbeat: lastSeen,
      datasets: count,
      ...(certificateExpires !== undefined && { certificateExpires }),
      ...(refused && { since: refused.since }),
      ...(refused?.reason !== undefined && { reason: refused.reason }),
    };
  }
}

function notFrom(id: string, from: AdmissionState, to: AdmissionState): BrokerError {
  const instead = {
    admitted: 'remove it',
    pending: 'reject it',
    rejected: 'it is out already',
    removed: 'it is out already',
  };
  return new BrokerError('STATE_INVALID', `${id} is ${from} and cannot become ${to}: ${instead[from]}.`);
}
