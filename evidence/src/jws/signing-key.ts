import type { KeyObject } from 'node:crypto';
import { thumbprint } from './jwk.js';

/** A key that signs JSON. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public half. */
  readonly kid: string;
  /** Ed25519, so that what is signed again is the same bytes. */
  readonly privateKey: KeyObject;
}

/** @throws TypeError for anything but an Ed25519 private key */
export function signingKeyFrom(privateKey: KeyObject): SigningKey {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(
      `expected an Ed25519 private key, got ${privateKey.asymmetricKeyType ?? ''} ${privateKey.type}`,
    );
  }
  return { kid: thumbprint(privateKey), privateKey };
}
