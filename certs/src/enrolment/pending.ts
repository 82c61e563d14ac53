import { generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, type Random, writeFileAtomic } from '@causeway/platform';
import { TrustError } from '../peer/errors.js';
import { identityFiles } from '../peer/identity-folder.js';
import type { Invitation } from './invitation.js';
import type { EnrolmentKeys } from './request.js';

const file = 'enrolment.json';
const generate = promisify(generateKeyPair);

/** What is on disk before anything is sent, so that a crash at any instant is followed by the same request. */
export interface PendingEnrolment {
  readonly version: '1';
  readonly authority: string;
  readonly root: string;
  readonly code: string;
  /** Shown when polling. */
  readonly secret: string;
  readonly addresses: { readonly dns: readonly string[]; readonly ip: readonly string[] };
}

/**
 * The enrolment begun in a folder, or a new one.
 * @throws TrustError ENROLMENT_REFUSED when the folder holds an identity already
 */
export async function openPending(
  folder: string,
  invitation: Invitation,
  addresses: PendingEnrolment['addresses'],
  random: Random,
): Promise<PendingEnrolment> {
  if ((await textOf(join(folder, identityFiles.trust))) !== undefined) {
    throw new TrustError('ENROLMENT_REFUSED', `expected a folder without an identity; ${folder} has one`);
  }
  const text = await textOf(join(folder, file));
  const begun: unknown = text === undefined ? undefined : JSON.parse(text);
  if (isPending(begun) && begun.code === invitation.code) return begun;
  const { authority, root, code } = invitation;
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  const pending: PendingEnrolment = { version: '1', authority, root, code, secret, addresses };
  await writeFileAtomic(join(folder, file), JSON.stringify(pending), { mode: 0o600 });
  return pending;
}

/** Forgets code and secret; the identity is written. */
export function closePending(folder: string): Promise<void> {
  return rm(join(folder, file), { force: true });
}

/** The three keys of a folder, made where they are missing. They never leave it. */
export async function openKeys(folder: string, rsaBits: number): Promise<EnrolmentKeys> {
  return {
    tls: await keyFile(folder, identityFiles.tlsKey, () => generate('rsa', { modulusLength: rsaBits })),
    signing: await keyFile(folder, identityFiles.signingKey, () => generate('ed25519')),
    encryption: await keyFile(folder, identityFiles.encryptionKey, () => generate('ec', { namedCurve: 'P-256' })),
  };
}

async function keyFile(folder: string, name: string, make: () => Promise<{ privateKey: KeyObject }>): Promise<string> {
  const path = join(folder, name);
  const known = await textOf(path);
  if (known !== undefined) return known;
  const pem = (await make()).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFileAtomic(path, pem, { mode: 0o600 });
  return pem;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isPending(value: unknown): value is PendingEnrolment {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === '1' && 'code' in value;
}
