import { type Identity, peerRequest, TrustError } from '@causeway/certs/peer';
import type { Clock } from '@causeway/platform';
import { ConnectorError } from '../errors.js';
import { trimSlashes } from '../trim-slashes.js';

/** The public half of the log: what everybody sees, the connector's own receipts notwithstanding. */
export interface PublishedLog {
  /**
   * The signed note at `/checkpoint`.
   * @throws ConnectorError PEER_UNREACHABLE
   */
  checkpoint(): Promise<string>;
  /**
   * One tile by its path (`tile/0/x001/067`); undefined when the log answers that there is none.
   * @throws ConnectorError PEER_UNREACHABLE
   */
  tile(path: string): Promise<Uint8Array | undefined>;
}

const timeoutMs = 10_000;
// A full tile holds 256 hashes of 32 bytes; a checkpoint with many cosignatures stays well below that too.
const maxBytes = 16_384;

/**
 * Reads the log over HTTPS; whoever answers must be the clearing house that the trust bundle names.
 * @param options.signal ends what is being read, when the connector closes
 */
export function publishedLog(options: {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}): PublishedLog {
  const { identity, clock, signal } = options;
  const { id, https } = identity.trust.bundle.clearingHouse;
  const get = async (path: string) => {
    const url = `${trimSlashes(https)}/${path}`;
    try {
      return await peerRequest({
        identity,
        url,
        expect: { id, role: 'clearing-house' },
        method: 'GET',
        timeoutMs,
        maxBytes,
        clock,
        ...(signal && { signal }),
      });
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new ConnectorError('PEER_UNREACHABLE', `the log at ${url} could not be read: ${error.message}`, {
        cause: error,
      });
    }
  };
  const refused = (path: string, status: number) =>
    new ConnectorError(
      'PEER_UNREACHABLE',
      `expected the log to answer ${path} with 200, got ${status}; it is asked again`,
    );
  return {
    async checkpoint() {
      const { status, body } = await get('checkpoint');
      if (status !== 200) throw refused('checkpoint', status);
      return body;
    },
    async tile(path) {
      const { status, bytes } = await get(path);
      if (status === 404) return undefined;
      if (status !== 200) throw refused(path, status);
      return bytes;
    },
  };
}
