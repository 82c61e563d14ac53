import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpaceError } from '../errors.js';

/**
 * Only one process makes the homes of a space at a time; once it is up, a second one uses what is running.
 * @throws SpaceError SPACE_BUSY
 */
export async function oneStart(folder: string, start: () => Promise<void>): Promise<void> {
  const lock = join(folder, 'starting');
  await claim(lock);
  try {
    await start();
  } finally {
    await rm(lock, { force: true });
  }
}

async function claim(lock: string): Promise<void> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && alive(holder)) {
      throw new SpaceError(
        'SPACE_BUSY',
        `this space is just being started by process ${holder}; start again when it is up, or give another --folder`,
      );
    }
    // Left by one that was killed.
    await rm(lock, { force: true });
    await claim(lock);
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
