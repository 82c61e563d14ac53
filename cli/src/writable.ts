import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, fileTrouble } from './errors.js';

/** That nothing of this name is there yet, and that it can be made. @throws CliError TARGET_EXISTS, UNWRITABLE */
export async function demandNew(target: string, option: string): Promise<void> {
  if (existsSync(target)) {
    throw new CliError('TARGET_EXISTS', `${target} exists already and is not replaced: choose another with ${option}.`);
  }
  await demandWritable(dirname(target), option);
}

/** That a folder is there, or can be made, and can be written to. @throws CliError UNWRITABLE */
export async function demandWritable(folder: string, option: string): Promise<void> {
  try {
    const at = await nearestFolder(folder);
    await access(at, constants.W_OK | constants.X_OK);
    // Tried as well: root may do everything, and is refused all the same by /proc and by a disk that is full.
    await rmdir(await mkdtemp(join(at, '.causeway-')));
  } catch (cause) {
    throw new CliError(
      'UNWRITABLE',
      `Nothing can be written in ${folder}: ${fileTrouble(cause)}. Name another folder with ${option}.`,
      { cause },
    );
  }
}

/** The folder itself, or the one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return nearestFolder(dirname(folder));
  }
  throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
}
