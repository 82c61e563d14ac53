import type { Peer } from '@causeway/certs/peer';
import {
  type DatasetEntry,
  EvidenceError,
  type Head,
  isDatasetOf,
  leafHash,
  parseEntry,
  proofTree,
  type SignedHead,
} from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import { BrokerError } from '../errors.js';
import { Generation } from './generation.js';
import type { Records } from './records.js';
import type { Registry } from './registry.js';
import type { Sweeper } from './sweeper.js';

/** What a publisher streams: its head first, then each entry in id order. */
export type RegistrationMessage =
  | { readonly head: SignedHead; readonly entry?: undefined }
  | { readonly entry: Uint8Array; readonly head?: undefined };

export interface RegistrationLimits {
  /** Longest time of one registration, in milliseconds. */
  readonly registrationDeadline: number;
  /** Most at once. */
  readonly registrations: number;
  readonly maxEntries: number;
  /** Most bytes of all entries of one publisher. */
  readonly maxRegistrationSize: number;
}

export interface RegistrationsOptions {
  readonly records: Records;
  readonly registry: Registry;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly limits: RegistrationLimits;
}

/** Longest time until the head has come and been admitted, in milliseconds. */
const headDeadline = 10_000;

/** Replaces publishers' self-descriptions: all of one, or none of it. */
export class Registrations {
  readonly #options: RegistrationsOptions;
  /** INVARIANT: one a publisher, from the admission of its head on; whoever sends no head of its own holds none. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /**
   * Reads one registration to its end and shows it. Readers see the old entries until the one commit after which they
   * see the new ones; when anything is wrong they never see any of it.
   *
   * @returns the head's sequence
   * @throws BrokerError TOO_LARGE, MESSAGE_INVALID, ENTRIES_REFUSED, REGISTRATION_LATE, REGISTRATION_SUPERSEDED, BUSY, and
   *   what `Registry.admit` throws
   */
  async register(peer: Peer, messages: AsyncIterable<RegistrationMessage>): Promise<number> {
    const { limits, clock } = this.#options;
    const abort = new AbortController();
    const admitted = new AbortController();
    const endAfter = (ms: number, what: string, unless: AbortSignal) => {
      const late = new BrokerError('REGISTRATION_LATE', `${what} may take ${ms} ms.`);
      clock.sleep(ms, unless).then(
        () => abort.abort(late),
        () => undefined,
      );
    };
    endAfter(headDeadline, 'The head of a registration', AbortSignal.any([abort.signal, admitted.signal]));
    endAfter(limits.registrationDeadline, 'A registration', abort.signal);
    const reading = untilAborted(messages, abort.signal);
    try {
      const { head, signed } = await this.#readHead(peer, reading);
      admitted.abort();
      this.#take(peer, abort);
      return await this.#read(peer, head, signed, reading, abort);
    } finally {
      abort.abort();
      if (this.#running.get(peer.id) === abort) this.#running.delete(peer.id);
    }
  }

  async #readHead(
    peer: Peer,
    messages: AsyncIterator<RegistrationMessage>,
  ): Promise<{ head: Head; signed: SignedHead }> {
    const first = await messages.next();
    if (first.done || first.value.head === undefined) {
      throw new BrokerError('MESSAGE_INVALID', 'The first message of a registration carries its head.');
    }
    const signed = first.value.head;
    const head = await this.#options.registry.admit(peer, signed);
    this.#checkCount(head);
    return { head, signed };
  }

  /** A publisher that begins again has given up what it began before, even where that stream still seems open. */
  #take(peer: Peer, abort: AbortController): void {
    const earlier = this.#running.get(peer.id);
    if (!earlier && this.#running.size >= this.#options.limits.registrations) {
      throw new BrokerError('BUSY', 'Too many registrations are under way; try again in a moment.');
    }
    earlier?.abort(superseded());
    this.#running.set(peer.id, abort);
  }

  async #read(
    peer: Peer,
    head: Head,
    signed: SignedHead,
    messages: AsyncIterator<RegistrationMessage>,
    abort: AbortController,
  ): Promise<number> {
    const { registry, records, sweeper, clock } = this.#options;
    const generation = await Generation.begin(records, head.publisher, clock.now());
    try {
      const leaves = await this.#readEntries(head, messages, generation);
      const { root, proofs } = proofTree(leaves);
      if (Buffer.from(root).toString('base64url') !== head.root) {
        throw new BrokerError('ENTRIES_REFUSED', 'The entries are not those of the head: their root differs.');
      }
      await generation.complete(proofs);
      abort.signal.throwIfAborted();
      await registry.show(peer, head, signed, generation);
    } catch (error) {
      await generation.discard(clock.now());
      throw error;
    } finally {
      sweeper.kick();
    }
    return Number(head.sequence);
  }

  async #readEntries(
    head: Head,
    messages: AsyncIterator<RegistrationMessage>,
    generation: Generation,
  ): Promise<Uint8Array[]> {
    const { maxRegistrationSize } = this.#options.limits;
    const count = Number(head.count);
    const leaves: Uint8Array[] = [];
    let bytes = 0;
    let last = '';
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      const { entry } = next.value;
      if (entry === undefined)
        throw new BrokerError('MESSAGE_INVALID', 'A registration has one head, at its beginning.');
      if (leaves.length === count)
        throw new BrokerError('ENTRIES_REFUSED', `The head covers ${count} entries; more came.`);
      bytes += entry.length;
      if (bytes > maxRegistrationSize) {
        throw new BrokerError('TOO_LARGE', `The entries of one publisher may take ${maxRegistrationSize} bytes here.`);
      }
      const parsed = readEntry(entry, leaves.length);
      if (!isDatasetOf(head.publisher, parsed.id)) throw refused(leaves.length, `${parsed.id} is of another publisher`);
      if (parsed.id <= last) throw refused(leaves.length, 'ids must rise from entry to entry');
      last = parsed.id;
      leaves.push(leafHash(entry));
      await generation.add(parsed, Buffer.from(entry).toString('utf8'));
    }
    if (leaves.length < count) {
      throw new BrokerError('ENTRIES_REFUSED', `The head covers ${count} entries; ${leaves.length} came.`);
    }
    return leaves;
  }

  #checkCount(head: Head): void {
    const { maxEntries } = this.#options.limits;
    if (Number(head.count) > maxEntries) {
      throw new BrokerError('TOO_LARGE', `One publisher may list ${maxEntries} datasets here, not ${head.count}.`);
    }
  }
}

function readEntry(bytes: Uint8Array, index: number): DatasetEntry {
  try {
    return parseEntry(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) throw refused(index, error.message, error);
    throw error;
  }
}

function refused(index: number, why: string, cause?: unknown): BrokerError {
  return new BrokerError('ENTRIES_REFUSED', `Entry ${index} is refused: ${why}.`, { cause, data: { index } });
}

function superseded(): BrokerError {
  return new BrokerError('REGISTRATION_SUPERSEDED', 'The publisher has begun another registration.');
}

/** Iterates until the signal is aborted, and then throws its reason, however long the next message would take. */
function untilAborted<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncIterator<T, undefined> {
  const iterator = messages[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // It is raced below; where it is not, the registration has ended.
  aborted.catch(() => undefined);
  return {
    async next() {
      signal.throwIfAborted();
      const result = await Promise.race([iterator.next(), aborted]);
      return result.done ? { done: true, value: undefined } : result;
    },
  };
}
