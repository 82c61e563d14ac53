import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDir, writeFileAtomic } from '@causeway/platform';
import { TrustError } from './errors.js';
import { assembleIdentity, type Identity } from './identity.js';
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
  const read = async (name: string) => {
    try {
      return (await readFile(join(folder, name), 'utf8')).trim();
    } catch (cause) {
      const message = `expected ${name} in ${folder}; enrol with an invitation first`;
      throw new TrustError('IDENTITY_MISSING', message, { cause });
    }
  };
  const pins = (await read(identityFiles.pins)).split('\n').filter((line) => line !== '');
  return assembleIdentity({
    trust: await readTrust(await read(identityFiles.trust), pins),
    tlsKey: await read(identityFiles.tlsKey),
    tlsCert: await read(identityFiles.tlsCert),
    signingKey: await read(identityFiles.signingKey),
    signingStatement: await read(identityFiles.signingStatement),
    encryptionKey: await read(identityFiles.encryptionKey),
    encryptionStatement: await read(identityFiles.encryptionStatement),
  });
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
