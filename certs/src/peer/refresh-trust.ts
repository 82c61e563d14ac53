import { join } from 'node:path';
import { type Clock, writeFileAtomic } from '@causeway/platform';
import { TrustError } from './errors.js';
import { peerRequest } from './https/request.js';
import type { Identity } from './identity.js';
import { identityFiles } from './identity-folder.js';
import { maxTrustBytes, readTrust } from './trust.js';

/**
 * Asks the authority for its current bundle. An older one than ours is refused: whoever replays one could take back a
 * change of keys or addresses.
 * @param options.folder the identity folder, to keep the newer bundle
 * @returns the identity with the newest bundle; the same object when nothing changed
 * @throws TrustError TRUST_INVALID | TRUST_ROLLED_BACK, and those of {@link peerRequest}
 */
export async function refreshTrust(options: {
  readonly identity: Identity;
  readonly folder?: string;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
}): Promise<Identity> {
  const { identity } = options;
  const { bundle, jws, pins } = identity.trust;
  const answer = await peerRequest({
    identity,
    url: `${bundle.authority.https}/v1/trust`,
    expect: { id: bundle.authority.id, role: 'authority' },
    method: 'GET',
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBytes: maxTrustBytes,
    ...(options.clock && { clock: options.clock }),
  });
  if (answer.status !== 200) {
    const message = `expected the trust bundle of ${bundle.authority.https}; status ${answer.status} came`;
    throw new TrustError('PEER_UNREACHABLE', message);
  }
  if (answer.body === jws) return identity;
  const trust = await readTrust(answer.body, pins);
  const newer = BigInt(trust.bundle.sequence) > BigInt(bundle.sequence);
  if (!newer || trust.bundle.space !== bundle.space) {
    const message = `expected a later bundle than ${bundle.sequence} of ${bundle.space}; ${trust.bundle.sequence} of ${trust.bundle.space} came`;
    throw new TrustError('TRUST_ROLLED_BACK', message);
  }
  if (options.folder) await writeFileAtomic(join(options.folder, identityFiles.trust), trust.jws, { mode: 0o600 });
  return { ...identity, roots: trust.bundle.roots, trust };
}

/**
 * The same, and the identity as it is where the authority gives no bundle at all: it may be away. One that it gives and that is not
 * its own, or older than ours, is an attack on whoever would go on as if nothing had come.
 * @param away told why, once
 * @throws TrustError TRUST_INVALID | TRUST_ROLLED_BACK
 */
export async function refreshTrustIfThere(
  options: Parameters<typeof refreshTrust>[0],
  away: (error: TrustError) => void = () => {},
): Promise<Identity> {
  try {
    return await refreshTrust(options);
  } catch (error) {
    if (!(error instanceof TrustError) || error.code === 'TRUST_INVALID' || error.code === 'TRUST_ROLLED_BACK')
      throw error;
    away(error);
    return options.identity;
  }
}
