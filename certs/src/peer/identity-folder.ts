import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signingKeyFrom, thumbprint, verifyKeyStatement } from '@causeway/evidence';
import { ensureDir, writeFileAtomic } from '@causeway/platform';
import { TrustError } from './errors.js';
import type { Identity, Trust } from './identity.js';
import { type Peer, peerOfCertificate } from './peer.js';
import { readTrust } from './trust.js';

/** The files of an identity folder. Keys are PEM (PKCS #8), mode 0600; they never leave the machine. */
export const identityFiles = {
  tlsKey: 'tls.key.pem',
  tlsCert: 'tls.cert.pem',
  signingKey: 'signing.key.pem',
  signingStatement: 'signing.statement',
  encryptionKey: 'encryption.key.pem',
  encryptionStatement: 'encryption.statement',
  trust: 'trust.jws',
  /** Fingerprints of the authority's statement keys, one a line. */
  pins: 'pins',
} as const;

/**
 * Loads what an enrolment has written, and checks that all of it belongs together.
 * @throws TrustError IDENTITY_MISSING (enrol first) | IDENTITY_INVALID | TRUST_INVALID
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const read = (name: string) => readIdentityFile(folder, name);
  const pins = (await read(identityFiles.pins)).split('\n').filter((line) => line !== '');
  const trust = await readTrust((await read(identityFiles.trust)).trim(), pins);
  const cert = await read(identityFiles.tlsCert);
  const key = await read(identityFiles.tlsKey);
  const { id, role } = checkTls(folder, key, cert);
  const signing = await certified(folder, id, trust, 'signing');
  const encryption = await certified(folder, id, trust, 'encryption');
  return {
    id,
    role,
    tls: { key, cert },
    signing: { ...signingKeyFrom(signing.privateKey), keyStatement: signing.keyStatement },
    encryption,
    roots: trust.bundle.roots,
    trust,
  };
}

/** Writes an identity so that {@link loadIdentity} reads it back. The trust bundle comes last: without it there is none. */
export async function saveIdentity(folder: string, identity: Identity): Promise<void> {
  await ensureDir(folder);
  const write = (name: string, text: string) => writeFileAtomic(join(folder, name), text, { mode: 0o600 });
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  await write(identityFiles.tlsKey, identity.tls.key);
  await write(identityFiles.tlsCert, identity.tls.cert);
  await write(identityFiles.signingKey, pem(identity.signing.privateKey));
  await write(identityFiles.signingStatement, identity.signing.keyStatement);
  if (identity.encryption) {
    await write(identityFiles.encryptionKey, pem(identity.encryption.privateKey));
    await write(identityFiles.encryptionStatement, identity.encryption.keyStatement);
  }
  await write(identityFiles.pins, `${identity.trust.pins.join('\n')}\n`);
  await write(identityFiles.trust, identity.trust.jws);
}

async function readIdentityFile(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (cause) {
    throw new TrustError('IDENTITY_MISSING', `expected ${name} in ${folder}; enrol with an invitation first`, {
      cause,
    });
  }
}

function checkTls(folder: string, key: string, cert: string): Peer {
  let certificate: X509Certificate;
  let matches: boolean;
  try {
    certificate = new X509Certificate(cert);
    matches = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new TrustError('IDENTITY_INVALID', `the TLS key or certificate in ${folder} cannot be read`, { cause });
  }
  if (!matches) throw new TrustError('IDENTITY_INVALID', `the TLS key in ${folder} is not the one of its certificate`);
  return peerOfCertificate(certificate.raw);
}

async function certified(folder: string, id: string, trust: Trust, use: 'signing' | 'encryption') {
  const files = {
    signing: [identityFiles.signingKey, identityFiles.signingStatement],
    encryption: [identityFiles.encryptionKey, identityFiles.encryptionStatement],
  } as const;
  const [keyFile, statementFile] = files[use];
  const pem = await readIdentityFile(folder, keyFile);
  const keyStatement = (await readIdentityFile(folder, statementFile)).trim();
  try {
    const privateKey = createPrivateKey(pem);
    const kid = thumbprint(createPublicKey(privateKey));
    const statement = await verifyKeyStatement(keyStatement, trust.authorities);
    if (statement.participant !== id || statement.use !== use || statement.kid !== kid) {
      throw new TypeError(`the statement is about ${statement.use} key ${statement.kid} of ${statement.participant}`);
    }
    return { kid, privateKey, keyStatement };
  } catch (cause) {
    throw new TrustError('IDENTITY_INVALID', `the ${use} key in ${folder} and the authority's statement do not fit`, {
      cause,
    });
  }
}
