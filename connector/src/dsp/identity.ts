import { bearerToken, type Identity, type TokenSource, TrustError, verifyAttributeToken } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import type { DspIdentity } from '../ports.js';

/**
 * The identity of this data space: a client certificate and, in `Authorization: Bearer`, the authority's attribute token
 * bound to it, for us. Both are required; neither counts without the other (I4).
 */
export function boundIdentity(options: {
  readonly identity: Identity;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}): DspIdentity {
  const { identity, tokens, clock } = options;
  return {
    async authenticate({ peer, authorization }) {
      if (peer === undefined || peer.role !== 'participant') {
        throw new ConnectorError('UNAUTHENTICATED', "Expected a participant's client certificate of this data space.");
      }
      try {
        const token = await verifyAttributeToken(bearerToken(authorization), { identity, peer, now: clock.now() });
        return { id: peer.id, fingerprint: peer.fingerprint, token };
      } catch (cause) {
        if (!(cause instanceof TrustError)) throw cause;
        throw new ConnectorError('UNAUTHENTICATED', cause.message, { cause });
      }
    },
    tokens,
    authorization: async (audience) => `Bearer ${await tokens.for(audience)}`,
  };
}
