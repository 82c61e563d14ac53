import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { codeOf, PlatformError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import type { Random } from '../random.js';
import { Secret } from '../secret.js';

/** Shorter keys could be guessed. */
const shortest = 32;

/**
 * The key of a management API out of its file, which is made at the first start, readable by its owner only.
 *
 * @throws PlatformError API_KEY_INVALID when the file holds no key
 */
export async function apiKey(file: string, random: Random): Promise<Secret> {
  try {
    const key = (await readFile(file, 'utf8')).trim();
    if (key.length >= shortest) return new Secret(key);
    throw new PlatformError('API_KEY_INVALID', `Expected a key of at least ${shortest} characters in ${file}.`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const key = Buffer.from(random.bytes(32)).toString('base64url');
    await writeFileAtomic(file, Buffer.from(`${key}\n`), { mode: 0o600 });
    return new Secret(key);
  }
}

/** Whether this is the key. Digests are compared, so that neither content nor length shows in the time it takes. */
export function isKey(shown: string, key: Secret): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(key.reveal()));
}
