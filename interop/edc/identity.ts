import { ConnectorError, type DspIdentity, type OpenData } from '@causeway/connector';
import { plainHttp } from '../plain-http.js';

/** Who the peer says it is, in its configuration. */
export const edcParticipant = 'edc-peer';
const region = 'eu';

/**
 * The test identity of Eclipse EDC (its `iam-mock`): the whole `Authorization` header is a JSON object that says who its sender is.
 * It proves nothing, whoever reaches the loopback port can say it; and nobody has a certificate.
 *
 * @param self our own id
 */
export function edcMockIdentity(self: string): DspIdentity {
  return {
    async authenticate({ authorization }) {
      // Whom it is for is said by address or by id, and proves as little.
      const { clientId } = claimsIn(authorization ?? '');
      if (typeof clientId === 'string' && clientId !== '') return { id: clientId };
      throw new ConnectorError('UNAUTHENTICATED', `Expected a client id, got ${authorization}.`);
    },
    authorization: async (audience) => JSON.stringify({ clientId: self, audience, region }),
    binding: plainHttp(),
    openData: plainData,
  };
}

function claimsIn(authorization: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(authorization));
  } catch (cause) {
    throw new ConnectorError('UNAUTHENTICATED', 'Expected the authorization to be JSON.', { cause });
  }
}

/** Data over plain HTTP, of this machine only. */
const plainData: OpenData = async ({ url, method, headers, signal }) => {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(hostname)) {
    throw new TypeError(`Expected data without TLS to be on this machine, got ${url}.`);
  }
  const answer = await fetch(url, { method, headers, redirect: 'manual', signal });
  const body = answer.body ?? new Blob([]).stream();
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
};
