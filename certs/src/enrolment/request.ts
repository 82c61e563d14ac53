import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalJson, digestOf, type Jwk, jwkOf, signingKeyFrom, signJson, thumbprint } from '@causeway/evidence';
import { CompactSign } from 'jose';
import forge from 'node-forge';

/** The `typ` of both proofs of possession. */
export const proofType = 'causeway-enrolment+jws';

/** What a firm sends to enrol: public keys, each with a proof that the sender holds the private one. */
export interface EnrolmentRequest {
  readonly version: '1';
  readonly code: string;
  /** Chosen by the sender; whoever polls for the answer shows it. */
  readonly secret: string;
  /** PEM; only its public key is taken. */
  readonly csr: string;
  readonly signing: { readonly key: Jwk; readonly proof: string };
  readonly encryption: { readonly key: Jwk; readonly proof: string };
  readonly addresses: { readonly dns: readonly string[]; readonly ip: readonly string[] };
}

/** PEM, PKCS #8. */
export interface EnrolmentKeys {
  readonly tls: string;
  readonly signing: string;
  readonly encryption: string;
}

/** What both proofs sign: these keys together, for this invitation. A proof seen elsewhere fits nothing else. */
export interface ProofPayload {
  readonly version: '1';
  /** Digest of the one-time code. */
  readonly code: string;
  /** Key fingerprint, see {@link keyFingerprint}. */
  readonly keys: string;
}

/**
 * The one fingerprint of all three public keys, which firm and operator compare with their eyes: 128 bits of SHA-256 as
 * eight groups of hex digits.
 */
export function keyFingerprint(keys: { tls: KeyObject; signing: KeyObject; encryption: KeyObject }): string {
  const spki = keys.tls.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(
    canonicalJson({
      tls: createHash('sha256').update(spki).digest('base64url'),
      signing: thumbprint(keys.signing),
      encryption: thumbprint(keys.encryption),
    }),
  );
  const groups = hash.digest('hex').slice(0, 32).match(/.{4}/g) ?? [];
  return groups.join('-');
}

/** Builds the request. X.509 parts through node-forge, which is why nothing of `/peer` may import this file. */
export async function enrolmentRequest(options: {
  readonly keys: EnrolmentKeys;
  readonly code: string;
  readonly secret: string;
  readonly addresses: EnrolmentRequest['addresses'];
}): Promise<EnrolmentRequest> {
  const { keys, code, secret, addresses } = options;
  const signing = createPrivateKey(keys.signing);
  const encryption = createPrivateKey(keys.encryption);
  const fingerprint = keyFingerprint({
    tls: createPublicKey(keys.tls),
    signing: createPublicKey(signing),
    encryption: createPublicKey(encryption),
  });
  const payload: ProofPayload = { version: '1', code: digestOf(code), keys: fingerprint };
  return {
    version: '1',
    code,
    secret,
    csr: certificationRequest(keys.tls),
    signing: { key: jwkOf(signing), proof: await signJson(proofType, payload, signingKeyFrom(signing)) },
    encryption: { key: jwkOf(encryption), proof: await proveEncryption(payload, encryption) },
    addresses,
  };
}

// The key is for ECDH; possession of it is proven by one ECDSA signature with a `typ` that nothing else accepts.
function proveEncryption(payload: ProofPayload, key: KeyObject): Promise<string> {
  return new CompactSign(Buffer.from(canonicalJson(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: thumbprint(createPublicKey(key)), typ: proofType })
    .sign(key);
}

function certificationRequest(privateKeyPem: string): string {
  const privateKey = forge.pki.privateKeyFromPem(privateKeyPem);
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  request.setSubject([{ name: 'commonName', value: 'assigned by the authority' }]);
  request.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request);
}
