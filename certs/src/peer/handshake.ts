import type { Clock } from '@causeway/platform';
import { TrustError } from './errors.js';
import { PeerAgent } from './https/agent.js';
import { demandPeer, type Expected } from './peer.js';
import { requireTls13, type TlsIdentity } from './tls.js';
import { unreachable } from './unreachable.js';

export interface HandshakeOptions {
  readonly identity: TlsIdentity;
  readonly host: string;
  readonly port: number;
  readonly expect: Expected;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Connects to a peer, finds out whether it is who was meant, and hangs up: nothing is sent but the handshake.
 * @throws TrustError PEER_UNREACHABLE (the system's code in `data.reason`) | PEER_TIMEOUT | PEER_UNEXPECTED | PEER_EXPIRED | PEER_MALFORMED
 */
export async function handshake(options: HandshakeOptions): Promise<void> {
  const { identity, host, port, expect, timeoutMs, clock } = options;
  requireTls13();
  const agent = new PeerAgent(identity, (peer) => demandPeer(peer, expect), clock);
  let late: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      late = setTimeout(() => {
        reject(new TrustError('PEER_TIMEOUT', `${host}:${port} did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      agent.createConnection({ host, port }, (error, socket) => {
        socket.destroy();
        if (error) reject(error);
        else resolve();
      });
    });
  } catch (cause) {
    if (cause instanceof TrustError) throw cause;
    const { code: reason } = cause as { code?: string };
    throw new TrustError('PEER_UNREACHABLE', `${host}:${port} ${unreachable(cause)}`, { cause, data: { reason } });
  } finally {
    clearTimeout(late);
    agent.destroy();
  }
}
