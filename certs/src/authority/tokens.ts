import { TrustError } from '../peer/errors.js';
import type { Peer } from '../peer/peer.js';
import { issueAttributeToken } from '../peer/tokens/attribute.js';
import type { AuthorityContext } from './context.js';

/**
 * An attribute token about the peer of this channel, for one audience, bound to the certificate it shows.
 * @throws TrustError TOKEN_REFUSED (not a member, or not by the certificate in force) | NOT_FOUND (no such audience)
 */
export async function tokenFor(context: AuthorityContext, peer: Peer, audience: string): Promise<string> {
  const { records, config, keys, clock } = context;
  const member = (await records.participants.get(peer.id))?.value;
  if (!member || member.role !== peer.role || member.fingerprint !== peer.fingerprint) {
    throw new TrustError(
      'TOKEN_REFUSED',
      'expected a member of this data space with the certificate it was given last',
    );
  }
  if (!(await records.participants.get(audience))) throw new TrustError('NOT_FOUND', 'there is no such audience');
  const now = clock.now();
  return issueAttributeToken(
    {
      version: '1',
      iss: config.id,
      sub: member.id,
      aud: audience,
      iat: Math.floor(now / 1_000),
      exp: Math.floor((now + config.tokenValidity) / 1_000),
      role: member.role,
      attributes: member.attributes,
      revision: member.revision ?? 0,
      cnf: { 'x5t#S256': peer.fingerprint },
    },
    keys.statement,
  );
}
