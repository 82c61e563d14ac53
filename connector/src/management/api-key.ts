import { readFile } from 'node:fs/promises';
import { codeOf, type Random, Secret, writeFileAtomic } from '@causeway/platform';
import { ConnectorError } from '../errors.js';

/** Shorter keys could be guessed. */
const shortest = 32;

/**
 * The key of the management API out of its file, which is made at the first start, readable by its owner only.
 *
 * @throws ConnectorError REQUEST_INVALID when the file holds no key
 */
export async function apiKey(file: string, random: Random): Promise<Secret> {
  try {
    const key = (await readFile(file, 'utf8')).trim();
    if (key.length >= shortest) return new Secret(key);
    throw new ConnectorError('REQUEST_INVALID', `Expected a key of at least ${shortest} characters in ${file}.`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const key = Buffer.from(random.bytes(32)).toString('base64url');
    await writeFileAtomic(file, Buffer.from(`${key}\n`), { mode: 0o600 });
    return new Secret(key);
  }
}
