import { EvidenceError } from '../errors.js';
import {
  decimal,
  identifier,
  instant,
  list,
  object,
  oneOf,
  type Reader,
  refuse,
  text,
  thumbprintText,
} from '../json/shape.js';
import { type Jwk, publicKeyOf, readJwk, thumbprint } from '../jws/jwk.js';
import { readJson, signJson, verifySigned } from '../jws/signed-json.js';
import type { SigningKey } from '../jws/signing-key.js';
import { noteVerifier } from '../note/vkey.js';
import type { AuthorityKeys } from './key-statement.js';

const typ = 'causeway-trust+jws';
const max = 1_048_576;

/** Whom a data space trusts with what, signed by its authority. An address is empty until its service has enrolled. */
export type TrustBundle = {
  version: '1';
  space: string;
  /** Decimal, raised with each new bundle: a lower one than seen before is a replay. */
  sequence: string;
  issued: string;
  /** Root certificates (PEM) of the TLS identities. */
  roots: string[];
  authority: { id: string; https: string; keys: { kid: string; key: Jwk }[] };
  broker: { id: string; https: string; grpc: string };
  /** `https` serves the public checkpoint and tiles; `origin` and `vkey` are the log's (C2SP). */
  clearingHouse: { id: string; grpc: string; https: string; origin: string; vkey: string };
};

const address = text(500);
const serviceId = text(400, /^[A-Za-z0-9:._-]*$/, 'an identifier, or nothing');

const readKey: Reader<{ kid: string; key: Jwk }> = (value, pointer) => {
  const entry = object({ kid: thumbprintText, key: readJwk })(value, pointer);
  if (entry.key.crv !== 'Ed25519') refuse(`${pointer}/key/crv`, 'Ed25519', entry.key.crv);
  if (entry.kid !== thumbprint(publicKeyOf(entry.key)))
    refuse(`${pointer}/kid`, 'the thumbprint of the key', entry.kid);
  return entry;
};

const readMembers = object({
  version: oneOf('1'),
  space: text(200),
  sequence: decimal,
  issued: instant,
  roots: list(text(16_384), 16),
  authority: object({ id: identifier, https: address, keys: list(readKey, 16) }),
  broker: object({ id: serviceId, https: address, grpc: address }),
  clearingHouse: object({ id: serviceId, grpc: address, https: address, origin: text(200), vkey: text(400) }),
});

const readBundle: Reader<TrustBundle> = (value, pointer) => {
  const bundle = readMembers(value, pointer);
  const { origin, vkey } = bundle.clearingHouse;
  if (vkey !== '' && noteVerifier(vkey).name !== origin) {
    refuse(`${pointer}/clearingHouse/vkey`, `a verifier key named ${origin}`, vkey);
  }
  return bundle;
};

/** @throws EvidenceError SHAPE_INVALID, VKEY_INVALID when the bundle is not one a reader would accept */
export async function issueTrustBundle(bundle: TrustBundle, key: SigningKey): Promise<string> {
  readBundle(bundle, '');
  return signJson(typ, bundle, key);
}

/**
 * Verifies a trust bundle against pinned fingerprints of statement keys (their `kid`), any of which must have signed it.
 * The key itself comes from the bundle: its thumbprint *is* the pin, so nothing unproven is believed.
 *
 * @throws EvidenceError KEY_UNKNOWN, SIGNATURE_INVALID, SHAPE_INVALID, VKEY_INVALID, and those of reading signed JSON
 */
export async function verifyTrustBundle(jws: string, pins: readonly string[]): Promise<TrustBundle> {
  const signed = readJson(jws, typ, max);
  const { kid } = signed;
  if (!pins.includes(kid)) {
    throw new EvidenceError('KEY_UNKNOWN', `expected a trust bundle signed by a pinned key, got one signed by ${kid}`);
  }
  const bundle = readBundle(signed.payload, '');
  const signer = authorityKeys(bundle).get(kid);
  if (!signer)
    throw new EvidenceError('KEY_UNKNOWN', `expected the trust bundle to hold the key ${kid} that signed it`);
  await verifySigned(signed, signer);
  return bundle;
}

/** The statement keys of the authority that a trust bundle names. */
export function authorityKeys(bundle: TrustBundle): AuthorityKeys {
  return new Map(bundle.authority.keys.map(({ kid, key }) => [kid, publicKeyOf(key)]));
}
