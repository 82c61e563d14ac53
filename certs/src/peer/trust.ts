import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { join } from 'node:path';
import { type AuthorityKeys, type TrustBundle, verifyTrustBundle } from '@causeway/evidence';
import { type Clock, writeFileAtomic } from '@causeway/platform';
import { TrustError } from './errors.js';
import { peerRequest } from './https/request.js';
import type { Identity, Trust } from './identity.js';

/** Most bytes of a trust bundle. */
export const maxTrustBytes = 262_144;

/**
 * A signed trust bundle, verified by the pinned fingerprints of the authority's statement keys.
 * @throws TrustError TRUST_INVALID
 */
export async function readTrust(jws: string, pins: readonly string[]): Promise<Trust> {
  try {
    const bundle = await verifyTrustBundle(jws, pins);
    return { jws, bundle, authorities: authorityKeys(bundle), pins };
  } catch (cause) {
    throw new TrustError(
      'TRUST_INVALID',
      `expected a trust bundle signed by one of the pinned statement keys (${pins.join(', ') || 'none'})`,
      { cause },
    );
  }
}

function authorityKeys(bundle: TrustBundle): AuthorityKeys {
  return new Map(
    bundle.authority.keys.map(({ kid, key }) => [kid, createPublicKey({ key: key as JsonWebKey, format: 'jwk' })]),
  );
}

/**
 * Asks the authority for its current bundle. An older one than ours is refused: whoever replays one could take back a
 * change of keys or addresses.
 * @param options.folder the identity folder, to keep the newer bundle
 * @returns the identity with the newest bundle; the same object when nothing changed
 * @throws TrustError TRUST_INVALID | TRUST_ROLLED_BACK, and those of {@link peerRequest}
 */
export async function refreshTrust(options: {
  identity: Identity;
  folder?: string;
  clock?: Clock;
  timeoutMs?: number;
}): Promise<Identity> {
  const { identity } = options;
  const { authority, sequence } = identity.trust.bundle;
  const answer = await peerRequest({
    identity,
    url: `${authority.https}/v1/trust`,
    expect: { id: authority.id, role: 'authority' },
    method: 'GET',
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBytes: maxTrustBytes,
    ...(options.clock && { clock: options.clock }),
  });
  if (answer.status !== 200) {
    throw new TrustError(
      'TRUST_INVALID',
      `expected the trust bundle from ${authority.https}; status ${answer.status} came`,
    );
  }
  if (answer.body === identity.trust.jws) return identity;
  const trust = await readTrust(answer.body, identity.trust.pins);
  const older = BigInt(trust.bundle.sequence) < BigInt(sequence);
  if (older || trust.bundle.space !== identity.trust.bundle.space) {
    throw new TrustError(
      'TRUST_ROLLED_BACK',
      `expected bundle ${sequence} of ${identity.trust.bundle.space} or a later one; ${trust.bundle.sequence} of ${trust.bundle.space} came`,
    );
  }
  if (options.folder) await writeFileAtomic(join(options.folder, 'trust.jws'), trust.jws, { mode: 0o600 });
  return { ...identity, roots: trust.bundle.roots, trust };
}
