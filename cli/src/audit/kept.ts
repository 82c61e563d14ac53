import { readFile } from 'node:fs/promises';
import { CliError, fileTrouble } from '../errors.js';

/**
 * What this home kept, or undefined when it never did. Kept and unreadable is not the same as never kept: whoever could make it
 * unreadable would have a log that forked, or a head that went back, pass for the first one seen.
 *
 * @throws CliError UNREADABLE
 */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError('UNREADABLE', `${path}, which this home has kept, cannot be read: ${fileTrouble(cause)}.`, {
      cause,
    });
  }
}
