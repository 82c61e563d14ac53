import type { KeyObject } from 'node:crypto';
import type { AuthorityKeys, SigningKey, TrustBundle } from '@causeway/evidence';
import type { Role } from './peer.js';

/** What a service knows of its data space: the signed bundle, parsed and verified. */
export interface Trust {
  readonly jws: string;
  readonly bundle: TrustBundle;
  readonly authorities: AuthorityKeys;
  /** Fingerprints (kid) of the authority's statement keys that were pinned at enrolment. */
  readonly pins: readonly string[];
}

/** A P-256 key for ECDH-ES with the authority's statement for it. */
export interface EncryptionKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly keyStatement: string;
}

/** Everything a service proves itself with. */
export interface Identity {
  readonly id: string;
  readonly role: Role;
  /** PEM; `cert` is the chain, leaf first. */
  readonly tls: { readonly key: string; readonly cert: string };
  readonly signing: SigningKey & { readonly keyStatement: string };
  readonly encryption?: EncryptionKey;
  /** PEM certificates that end a chain, for TLS. */
  readonly roots: readonly string[];
  readonly trust: Trust;
}
