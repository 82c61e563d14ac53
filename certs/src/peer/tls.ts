import { constants } from 'node:crypto';
import tls from 'node:tls';
import type { Clock } from '@causeway/platform';
import type { Identity } from './identity.js';
import { type Peer, peerOfCertificate, unexpired } from './peer.js';

/**
 * Sets TLS 1.3 as the least version of this whole process: grpc-js has no option of its own for it. Every function here
 * that serves or connects calls it.
 */
export function requireTls13(): void {
  tls.DEFAULT_MIN_VERSION = 'TLSv1.3';
}

/** The part of an identity that a handshake needs. Who enrols has roots but no certificate yet. */
export type TlsIdentity = Pick<Identity, 'roots'> & { readonly tls?: Identity['tls'] };

/** What a server or client of this identity brings to a handshake. */
export function contextOptions(identity: TlsIdentity) {
  return {
    ...(identity.tls && { key: identity.tls.key, cert: identity.tls.cert }),
    ca: [...identity.roots],
    minVersion: 'TLSv1.3' as const,
  };
}

/**
 * A server's side: clients are asked for a certificate, and none may resume a session, because OpenSSL would not look at
 * its certificate or key again.
 */
export function serverOptions(identity: TlsIdentity & Pick<Identity, 'tls'>, options: { insist: boolean }) {
  return {
    ...contextOptions(identity),
    requestCert: true,
    rejectUnauthorized: options.insist,
    secureOptions: constants.SSL_OP_NO_TICKET,
    // A client that opens a connection and says nothing is cut off.
    handshakeTimeout: 10_000,
  };
}

/**
 * Takes the place of Node's host name check, which ignores URI names: is the server whom we mean? OpenSSL has verified
 * its chain by then. `judge` throws when it is not, `seen` learns who is there.
 */
export function identityCheck(
  judge: (peer: Peer) => Peer,
  clock: Clock,
  seen: (peer: Peer) => void,
  refused: (error: unknown) => void,
): (host: string, certificate: { readonly raw: Buffer }) => Error | undefined {
  return (_host, certificate) => {
    try {
      seen(unexpired(judge(peerOfCertificate(certificate.raw)), clock.now()));
      return undefined;
    } catch (error) {
      refused(error);
      return error instanceof Error ? error : new Error('the certificate could not be read', { cause: error });
    }
  };
}
