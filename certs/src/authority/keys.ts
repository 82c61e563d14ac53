import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SigningKey, signingKeyFrom } from '@causeway/evidence';
import { codeOf, ensureDir, type Random, writeFileAtomic } from '@causeway/platform';
import { type CertificateAuthority, makeRoot } from './certificate.js';
import { rsaKeyPair } from './rsa.js';

/** The authority's own secrets. Root, statement and TLS keys are separate: losing one does not lose the others. */
export interface AuthorityKeyring {
  readonly root: CertificateAuthority;
  /** Signs key statements, attribute tokens and trust bundles. */
  readonly statement: SigningKey;
  readonly tls: { readonly publicKey: string; readonly privateKey: string };
  /** The operator's API key. */
  readonly adminKey: string;
}

export interface KeyringOptions {
  readonly folder: string;
  readonly space: string;
  readonly rsaBits: number;
  readonly rootValidityMs: number;
  readonly now: number;
  readonly random: Random;
}

/** Reads the keys of the authority; makes what is missing, each file whole or not at all. */
export async function openKeyring(options: KeyringOptions): Promise<AuthorityKeyring> {
  const { folder, random } = options;
  await ensureDir(folder);
  const rsa = async () => (await rsaKeyPair(options.rsaBits)).privateKey;
  const rootKey = await fileOr(join(folder, 'root.key.pem'), rsa);
  const rootCert = await fileOr(join(folder, 'root.cert.pem'), async () => {
    const keys = { privateKey: rootKey, publicKey: publicPem(rootKey) };
    const validity = { notBefore: options.now - backdateMs, notAfter: options.now + options.rootValidityMs };
    return makeRoot({ space: options.space, keys, validity, serial: random.bytes(16) }).cert;
  });
  const statement = await fileOr(join(folder, 'statement.key.pem'), async () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const tls = await fileOr(join(folder, 'tls.key.pem'), rsa);
  const adminKey = await fileOr(join(folder, 'api.key'), async () =>
    Buffer.from(random.bytes(32)).toString('base64url'),
  );
  return {
    root: { cert: rootCert, key: rootKey },
    statement: signingKeyFrom(createPrivateKey(statement)),
    tls: { privateKey: tls, publicKey: publicPem(tls) },
    adminKey: adminKey.trim(),
  };
}

/** Certificates begin a little earlier, for peers whose clocks are late. */
export const backdateMs = 300_000;

function publicPem(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

async function fileOr(path: string, make: () => Promise<string>): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const text = await make();
    await writeFileAtomic(path, text, { mode: 0o600 });
    return text;
  }
}
