import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type SigningKey, signingKeyFrom, thumbprint, verifyKeyStatement } from '@causeway/evidence';
import { TrustError } from './errors.js';
import { type Peer, peerOfCertificate, type Role } from './peer.js';
import type { Trust } from './trust.js';

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

/** The parts of an identity as they are stored and sent: PEM and compact JWS. */
export interface IdentityParts {
  readonly tlsKey: string;
  readonly tlsCert: string;
  readonly signingKey: string;
  readonly signingStatement: string;
  readonly encryptionKey: string;
  readonly encryptionStatement: string;
  readonly trust: Trust;
}

/**
 * Puts an identity together, and checks that all of it is about the same one: certificate and TLS key, statements and the
 * keys they name, and that the space's authority signed them.
 * @throws TrustError IDENTITY_INVALID | PEER_MALFORMED
 */
export async function assembleIdentity(parts: IdentityParts): Promise<Identity> {
  const { trust } = parts;
  const { id, role } = peerOfKeyPair(parts.tlsKey, parts.tlsCert);
  const signing = await certified(parts.signingKey, parts.signingStatement, { id, role, use: 'signing', trust });
  return {
    id,
    role,
    tls: { key: parts.tlsKey, cert: parts.tlsCert },
    signing: { ...signingKeyFrom(signing.privateKey), keyStatement: signing.keyStatement },
    encryption: await certified(parts.encryptionKey, parts.encryptionStatement, { id, role, use: 'encryption', trust }),
    roots: trust.bundle.roots,
    trust,
  };
}

function peerOfKeyPair(key: string, cert: string): Peer {
  let certificate: X509Certificate;
  let matches: boolean;
  try {
    certificate = new X509Certificate(cert);
    matches = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new TrustError('IDENTITY_INVALID', 'expected a TLS key and certificate in PEM; one cannot be read', {
      cause,
    });
  }
  if (!matches) throw new TrustError('IDENTITY_INVALID', 'expected a certificate over the TLS key; it is over another');
  return peerOfCertificate(certificate.raw);
}

async function certified(
  pem: string,
  keyStatement: string,
  about: { id: string; role: Role; use: 'signing' | 'encryption'; trust: Trust },
): Promise<EncryptionKey> {
  const { id, role, use, trust } = about;
  try {
    const privateKey = createPrivateKey(pem);
    const kid = thumbprint(createPublicKey(privateKey));
    const statement = await verifyKeyStatement(keyStatement, trust.authorities);
    const fits = statement.participant === id && statement.role === role && statement.use === use;
    if (!fits || statement.kid !== kid) {
      throw new TypeError(`the statement is about ${statement.use} key ${statement.kid} of ${statement.participant}`);
    }
    return { kid, privateKey, keyStatement };
  } catch (cause) {
    throw new TrustError('IDENTITY_INVALID', `expected the authority's statement about the ${use} key of ${id}`, {
      cause,
    });
  }
}
