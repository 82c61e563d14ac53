import { type AuthorityKeys, authorityKeys, type TrustBundle, verifyTrustBundle } from '@causeway/evidence';
import { TrustError } from './errors.js';

/** What a service knows of its data space: the signed bundle, parsed and verified. */
export interface Trust {
  readonly jws: string;
  readonly bundle: TrustBundle;
  readonly authorities: AuthorityKeys;
  /** Fingerprints (kid) of the authority's statement keys that were pinned at enrolment. */
  readonly pins: readonly string[];
}

/** Most bytes of a trust bundle. */
export const maxTrustBytes = 1_048_576;

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
