import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NoteVerifier, noteVerifier, vkeyOf } from '@causeway/evidence';
import { ensureDir, writeFileAtomic } from '@causeway/platform';
import { LogError } from '../errors.js';

/** The log's own Ed25519 key, separate from the service's identity, and the name under which it signs checkpoints. */
export interface LogKey {
  /** The origin line of every checkpoint. */
  readonly origin: string;
  readonly privateKey: KeyObject;
  /** C2SP signed-note verifier key of the log, as the trust bundle carries it. */
  readonly vkey: string;
  readonly verifier: NoteVerifier;
}

const keyFile = 'log.key.pem';
const vkeyFile = 'log.vkey';

/**
 * Makes the log's key in `folder`, once: called again it gives the same key back.
 *
 * @param origin the log's name on its checkpoints; by C2SP its URL without scheme and trailing slash
 * @throws LogError LOG_KEY_INVALID when a key of another origin stands there
 */
export async function createLogKey(folder: string, origin: string): Promise<{ vkey: string }> {
  if (!/^[^\s+]{1,200}$/u.test(origin)) {
    throw new LogError('LOG_KEY_INVALID', 'expected an origin of 1 to 200 characters without space and plus');
  }
  await ensureDir(folder);
  const pem = await read(join(folder, keyFile));
  const privateKey = pem === undefined ? generateKeyPairSync('ed25519').privateKey : parse(pem);
  const vkey = vkeyOf(origin, privateKey);
  const published = await read(join(folder, vkeyFile));
  if (published !== undefined && published.trim() !== vkey) {
    throw new LogError(
      'LOG_KEY_INVALID',
      `expected the log key of ${origin}; ${vkeyFile} in its folder says otherwise`,
    );
  }
  if (pem === undefined) {
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    await writeFileAtomic(join(folder, keyFile), Buffer.from(text), { mode: 0o600 });
  }
  if (published === undefined) await writeFileAtomic(join(folder, vkeyFile), Buffer.from(`${vkey}\n`));
  return { vkey };
}

/** The key that `createLogKey` made. @throws LogError LOG_KEY_INVALID */
export async function loadLogKey(folder: string): Promise<LogKey> {
  const [pem, text] = await Promise.all([read(join(folder, keyFile)), read(join(folder, vkeyFile))]);
  if (pem === undefined || text === undefined) {
    throw new LogError(
      'LOG_KEY_INVALID',
      `expected ${keyFile} and ${vkeyFile} in the log's folder: create the log key first`,
    );
  }
  const privateKey = parse(pem);
  const vkey = text.trim();
  const verifier = noteVerifier(vkey);
  if (vkeyOf(verifier.name, privateKey) !== vkey) {
    throw new LogError('LOG_KEY_INVALID', `expected ${vkeyFile} to be of the key in ${keyFile}; it is of another`);
  }
  return { origin: verifier.name, privateKey, vkey, verifier };
}

function parse(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new LogError('LOG_KEY_INVALID', `expected an Ed25519 key in ${keyFile}, got ${key.asymmetricKeyType}`);
  } catch (cause) {
    if (cause instanceof LogError) throw cause;
    throw new LogError('LOG_KEY_INVALID', `expected a private key in PEM in ${keyFile}`, { cause });
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
