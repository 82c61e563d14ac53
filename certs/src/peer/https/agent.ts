import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '@causeway/platform';
import { type Peer, unexpired } from '../peer.js';
import { contextOptions, identityCheck, type TlsIdentity } from '../tls.js';

const handshakeMs = 10_000;

/**
 * Connections to the peer that `judge` lets pass. A socket is handed to HTTP only after the handshake has ended and the identity was
 * compared: Node's own agent hands it out at once, and what is written meanwhile can leave with the last handshake message.
 */
export class PeerAgent extends Agent {
  readonly #peers = new WeakMap<object, Peer>();
  readonly #judge: (peer: Peer) => Peer;
  /** Keys and roots are parsed once, not for every connection. */
  readonly #context: SecureContext;
  readonly #clock: Clock;

  constructor(identity: TlsIdentity, judge: (peer: Peer) => Peer, clock: Clock) {
    // A resumed session skips checkServerIdentity, so none is kept.
    // Idle connections are given up before the server (30 s) would, so that none breaks under a request.
    super({ keepAlive: true, maxSockets: 32, maxFreeSockets: 32, maxCachedSessions: 0, timeout: 15_000 });
    this.#context = createSecureContext(contextOptions(identity));
    this.#judge = judge;
    this.#clock = clock;
  }

  override createConnection(
    options: ConnectionOptions,
    done: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    let peer: Peer | undefined;
    let refusal: unknown;
    const socket: TLSSocket = connect({
      host: options.host ?? 'localhost',
      port: Number(options.port),
      ...(options.servername ? { servername: options.servername } : {}),
      secureContext: this.#context,
      checkServerIdentity: identityCheck(
        this.#judge,
        this.#clock,
        (seen) => {
          peer = seen;
        },
        (error) => {
          refusal = error;
        },
      ),
    });
    const late = setTimeout(() => socket.destroy(new Error('the handshake took too long')), handshakeMs);
    const failed = (error: Error) => {
      clearTimeout(late);
      done(refusal instanceof Error ? refusal : error, socket);
    };
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      clearTimeout(late);
      socket.removeListener('error', failed);
      if (peer) this.#peers.set(socket, peer);
      done(null, socket);
    });
    return undefined;
  }

  /**
   * A pooled connection may have outlived the certificate it was opened with; this is asked before each use.
   * @throws TrustError PEER_EXPIRED
   */
  demandUnexpired(socket: object): void {
    const peer = this.#peers.get(socket);
    if (peer) unexpired(peer, this.#clock.now());
  }
}
