import { createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson, digestOf, type Jwk, jwkOf, publicKeyOf, thumbprint, verifyJson } from '@causeway/evidence';
import { compactVerify } from 'jose';
import forge from 'node-forge';
import { type EnrolmentRequest, keyFingerprint, type ProofPayload, proofType } from '../enrolment/request.js';
import { TrustError } from '../peer/errors.js';

/** The three public keys of a request whose sender holds the private ones. */
export interface ProvenKeys {
  /** PEM (SPKI). */
  readonly tls: string;
  readonly signing: Jwk;
  readonly encryption: Jwk;
  readonly fingerprint: string;
}

const maxProof = 2_048;

/**
 * Checks that the sender holds all three private keys and signed for this very invitation.
 * @throws TrustError KEY_REFUSED (a kind or size we do not certify) | PROOF_INVALID
 */
export async function provenKeys(request: EnrolmentRequest, leastRsaBits: number): Promise<ProvenKeys> {
  const tls = requestedKey(request.csr, leastRsaBits);
  const signing = namedKey(request.signing.key, 'Ed25519');
  const encryption = namedKey(request.encryption.key, 'P-256');
  const fingerprint = keyFingerprint({ tls, signing, encryption });
  const expected = canonicalJson({
    version: '1',
    code: digestOf(request.code),
    keys: fingerprint,
  } satisfies ProofPayload);
  try {
    const signed = await verifyJson(request.signing.proof, proofType, signing, maxProof);
    if (canonicalJson(signed) !== expected) throw new TypeError('the signing key signed something else');
    const sealed = await compactVerify(request.encryption.proof, encryption, { algorithms: ['ES256'] });
    if (sealed.protectedHeader.typ !== proofType || sealed.protectedHeader.kid !== thumbprint(encryption)) {
      throw new TypeError('the proof of the encryption key has another header');
    }
    if (Buffer.from(sealed.payload).toString('utf8') !== expected)
      throw new TypeError('the encryption key signed something else');
  } catch (cause) {
    throw new TrustError(
      'PROOF_INVALID',
      'expected a proof of possession by each key, for this invitation and these keys',
      {
        cause,
      },
    );
  }
  return {
    tls: tls.export({ type: 'spki', format: 'pem' }).toString(),
    signing: jwkOf(signing),
    encryption: jwkOf(encryption),
    fingerprint,
  };
}

// Of a request for a certificate nothing but the key is taken; its signature proves possession.
function requestedKey(csr: string, leastBits: number): KeyObject {
  let key: KeyObject;
  try {
    const request = forge.pki.certificationRequestFromPem(csr);
    if (!request.publicKey || !request.verify()) throw new TypeError('its signature does not fit its key');
    key = createPublicKey(forge.pki.publicKeyToPem(request.publicKey));
  } catch (cause) {
    throw new TrustError('PROOF_INVALID', 'expected a PKCS #10 request (PEM) with an RSA key, signed by that key', {
      cause,
    });
  }
  const details = key.asymmetricKeyDetails;
  const bits = details?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < leastBits || bits > 8_192 || details?.publicExponent !== 65_537n) {
    throw new TrustError(
      'KEY_REFUSED',
      `expected an RSA key of ${leastBits} to 8,192 bits with exponent 65,537; ${bits} bits came`,
    );
  }
  return key;
}

function namedKey(jwk: Jwk, curve: Jwk['crv']): KeyObject {
  try {
    const key = publicKeyOf(jwk);
    if (jwkOf(key).crv === curve) return key;
  } catch (cause) {
    throw new TrustError('KEY_REFUSED', `expected a public key on ${curve}`, { cause });
  }
  throw new TrustError('KEY_REFUSED', `expected a public key on ${curve}; another came`);
}
