import { type Clock, GrpcFailure, type Logger } from '@causeway/platform';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { TrustError } from '../errors.js';
import { type Peer, peerOfCertificate, unexpired } from '../peer.js';
import { statusOf } from './failures.js';
import type { GrpcLimits } from './limits.js';
import type { ServedMethod } from './service.js';

const admitted = new WeakMap<Metadata, Peer>();

/** The peer of an admitted call, by its metadata object. */
export function admittedPeer(metadata: Metadata): Peer {
  const peer = admitted.get(metadata);
  if (!peer) throw new TrustError('PEER_MISSING', 'expected a call that was admitted; it was not');
  return peer;
}

/**
 * Decides before a byte of the body is read whether the caller may call the method, and ends the call when its time is
 * over: also one whose request never comes.
 */
export function admission(
  served: ReadonlyMap<string, ServedMethod>,
  options: { clock: Clock; limits: GrpcLimits; log: Logger },
): ServerInterceptor {
  return (descriptor, call) => {
    const method = served.get(descriptor.path);
    const { unaryMs, clientStreamMs } = options.limits;
    const limit = descriptor.responseStream ? undefined : descriptor.requestStream ? clientStreamMs : unaryMs;
    let timer: NodeJS.Timeout | undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          const peer = unexpired(peerOf(call), options.clock.now());
          if (!method?.rule.roles.includes(peer.role)) {
            throw new TrustError('ROLE_REFUSED', `the role ${peer.role} may not call ${descriptor.path}`);
          }
          admitted.set(metadata, peer);
        } catch (error) {
          call.sendStatus(statusOf(error, descriptor.path, options.log));
          return;
        }
        if (limit !== undefined) {
          timer = setTimeout(() => {
            const late = new GrpcFailure(
              status.DEADLINE_EXCEEDED,
              'DEADLINE',
              `expected the call to end within ${limit} ms`,
            );
            call.sendStatus(statusOf(late, descriptor.path, options.log));
          }, limit);
        }
        next(metadata);
      })
      .withOnCancel(() => clearTimeout(timer))
      .build();
    return new ServerInterceptingCall(call, {
      start: (next) => next(listener),
      sendStatus: (outcome, next) => {
        clearTimeout(timer);
        next(outcome);
      },
    });
  };
}

// The handshake verified the chain, so what is missing here is a channel without TLS or without a certificate.
function peerOf(call: { getAuthContext(): { sslPeerCertificate?: { readonly raw: Buffer } } }): Peer {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (!certificate)
    throw new TrustError('PEER_MISSING', 'expected a client certificate of this data space; none was verified');
  return peerOfCertificate(certificate.raw);
}
