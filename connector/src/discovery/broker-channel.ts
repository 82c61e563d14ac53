import { type Identity, PeerChannel, RpcError, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { ConnectorError } from '../errors.js';

/** The connection to the broker that the trust bundle names, and to nobody else. */
export class BrokerChannel {
  readonly #identity: Identity;
  readonly #clock: Clock;
  #channel: PeerChannel | undefined;

  constructor(identity: Identity, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
  }

  /**
   * Makes one call.
   *
   * @throws ConnectorError PEER_UNREACHABLE, NOT_FOUND, REQUEST_INVALID, and PEER_REFUSED for every other refusal, whose
   *   code is `data.broker`
   */
  async call<T>(make: (channel: PeerChannel) => Promise<T>): Promise<T> {
    const channel = this.#open();
    try {
      return await make(channel);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #open(): PeerChannel {
    const { id, grpc } = this.#identity.trust.bundle.broker;
    if (id === '' || grpc === '') {
      throw new ConnectorError('PEER_UNREACHABLE', 'The trust bundle names no broker yet; fetch a newer one.');
    }
    this.#channel ??= new PeerChannel({
      identity: this.#identity,
      address: grpc,
      expect: { id, role: 'broker' },
      clock: this.#clock,
    });
    return this.#channel;
  }
}

function refusalOf(cause: unknown): unknown {
  if (cause instanceof TrustError)
    return new ConnectorError('PEER_UNREACHABLE', `The broker: ${cause.message}`, { cause });
  if (!(cause instanceof RpcError)) return cause;
  const { code, message } = cause;
  const data = { broker: code };
  if (code === 'NOT_FOUND') return new ConnectorError('NOT_FOUND', message, { cause, data });
  if (code === 'QUERY_INVALID' || code === 'CURSOR_INVALID') {
    return new ConnectorError('REQUEST_INVALID', message, { cause, data });
  }
  if (code === undefined) {
    return new ConnectorError(
      'PEER_UNREACHABLE',
      `The broker cannot be reached: ${message.replace(/\.$/, '')}. Ask its operator whether it runs; 'causeway doctor' says what else may be wrong.`,
      { cause },
    );
  }
  return new ConnectorError('PEER_REFUSED', `The broker refuses (${code}): ${message}`, { cause, data });
}
