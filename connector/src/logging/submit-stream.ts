import type { Conversation, PeerChannel } from '@causeway/certs/peer';
import { type Clock, fraction, messageOf, type Random } from '@causeway/platform';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { ConnectorError } from '../errors.js';
import type { SignedEnvelope } from '../model.js';

/** How the clearing house answered one envelope. */
export type Submitted =
  | { readonly receipt: string }
  | { readonly refusal: { readonly code: string; readonly message: string; readonly retryable: boolean } };

interface Answering {
  readonly resolve: (submitted: Submitted) => void;
  readonly reject: (error: unknown) => void;
}

interface Open {
  readonly channel: PeerChannel;
  readonly conversation: Conversation<
    causeway.clearing.v1.SubmitRequest.$Properties,
    causeway.clearing.v1.SubmitResponse
  >;
  readonly waiting: Map<number, Answering>;
}

const firstBackoffMs = 50;
const mostBackoffMs = 5_000;

/**
 * One long-lived `Submit` stream: many envelopes under way, each answered by its id, in any order. A broken stream
 * fails what was under way, which the outbox sends again; the next submission after a pause opens a new one.
 */
export class SubmitStream {
  readonly #connect: () => PeerChannel;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #recovered: () => void;
  #open: Open | undefined;
  #id = 0;
  #failures = 0;
  #notBefore = 0;
  #trouble: string | undefined;
  #closed = false;

  /** @param options.recovered called at the first answer after a failure */
  constructor(options: { connect: () => PeerChannel; clock: Clock; random: Random; recovered: () => void }) {
    this.#connect = options.connect;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#recovered = options.recovered;
  }

  /** Why the clearing house does not answer; undefined while it does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** @throws ConnectorError PEER_UNREACHABLE, and the signal's reason */
  submit({ envelope, keyStatement }: SignedEnvelope, signal: AbortSignal): Promise<Submitted> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const open = this.#current();
      this.#id += 1;
      const id = this.#id;
      const done = () => {
        signal.removeEventListener('abort', late);
        open.waiting.delete(id);
      };
      // An answer that never comes means that this stream cannot be relied on for the others either.
      const late = () => this.#break(open, signal.reason);
      signal.addEventListener('abort', late, { once: true });
      open.waiting.set(id, {
        resolve: (submitted) => {
          done();
          resolve(submitted);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      open.conversation.send({ id, envelope, keyStatement }).catch((error) => this.#break(open, error));
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#open) this.#break(this.#open, new ConnectorError('PEER_UNREACHABLE', 'this connector is closing'));
  }

  #current(): Open {
    if (this.#open) return this.#open;
    if (this.#closed || this.#clock.monotonic() < this.#notBefore) {
      throw new ConnectorError(
        'PEER_UNREACHABLE',
        `the clearing house is not reachable: ${this.#trouble ?? 'closing'}`,
      );
    }
    const channel = this.#connect();
    const open: Open = { channel, conversation: channel.bidi(ClearingHouse.submit), waiting: new Map() };
    this.#open = open;
    this.#read(open).then(
      () => this.#break(open, new Error('the clearing house ended the stream')),
      (error) => this.#break(open, error),
    );
    return open;
  }

  async #read(open: Open): Promise<void> {
    for await (const { id, receipt, refusal } of open.conversation.responses) {
      if (this.#failures > 0) this.#recovered();
      this.#failures = 0;
      this.#trouble = undefined;
      const waiting = open.waiting.get(id);
      if (receipt) waiting?.resolve({ receipt });
      else if (refusal) waiting?.resolve({ refusal: refused(refusal) });
      else
        waiting?.reject(
          new ConnectorError('MESSAGE_INVALID', 'expected a receipt or a refusal; the answer held neither'),
        );
    }
  }

  #break(open: Open, cause: unknown): void {
    if (this.#open !== open) return;
    this.#open = undefined;
    this.#failures += 1;
    this.#trouble = messageOf(cause);
    const ceiling = Math.min(firstBackoffMs * 2 ** Math.min(this.#failures - 1, 20), mostBackoffMs);
    this.#notBefore = this.#clock.monotonic() + ceiling * fraction(this.#random);
    open.conversation.cancel();
    open.channel.close();
    const failure = new ConnectorError('PEER_UNREACHABLE', `the stream to the clearing house broke: ${this.#trouble}`, {
      cause,
    });
    for (const { reject } of [...open.waiting.values()]) reject(failure);
  }
}

function refused({ code, message, retryable }: causeway.clearing.v1.Refusal.$Properties) {
  return { code: code ?? '', message: message ?? '', retryable: retryable ?? false };
}
