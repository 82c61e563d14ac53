import { constants, existsSync } from 'node:fs';
import { access, mkdtemp, readFile, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError, fileTrouble } from './errors.js';

export const serviceRoles = ['authority', 'broker', 'clearing-house', 'connector'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** Whose home a folder can be: an auditor's holds an identity, and nothing runs in it. */
const homeRoles = [...serviceRoles, 'auditor'] as const;
export type HomeRole = (typeof homeRoles)[number];

/** One service's folder: everything it needs to run again after a restart, and nothing of anybody else's. */
export interface Home {
  readonly folder: string;
  readonly role: HomeRole;
}

export const homePaths = (folder: string) => ({
  home: join(folder, 'home.json'),
  config: join(folder, 'config.json'),
  identity: join(folder, 'identity'),
  apiKey: join(folder, 'api.key'),
  run: join(folder, 'run.json'),
});

/** @throws CliError HOME_MISSING */
export async function readHome(folder: string): Promise<Home> {
  const path = homePaths(resolve(folder)).home;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(
      'HOME_MISSING',
      `${resolve(folder)} is no home of a service: ${path} cannot be read, ${fileTrouble(cause)}. Make one with 'causeway init' or 'causeway join', or name another with --home.`,
      { cause },
    );
  });
  const role = roleIn(text);
  if (role) return { folder: resolve(folder), role };
  throw new CliError(
    'HOME_MISSING',
    `${path} names no role; expected {"version":"1","role":"${homeRoles.join('|')}"}.`,
  );
}

function roleIn(text: string): HomeRole | undefined {
  try {
    const { role } = JSON.parse(text) as { role?: unknown };
    return homeRoles.find((known) => known === role);
  } catch {
    return undefined;
  }
}

/**
 * A folder that can become a home: nobody's yet, and one that this user may write to.
 * @throws CliError HOME_TAKEN, UNWRITABLE
 */
export async function demandFree(folder: string): Promise<void> {
  if (existsSync(homePaths(folder).home)) {
    throw new CliError('HOME_TAKEN', `${folder} is the home of a service already. Choose another with --home.`);
  }
  await demandWritable(folder, '--home');
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

/**
 * Writes a new home: its role, and the options its service starts with. An existing one is never overwritten.
 * @throws CliError HOME_TAKEN, UNWRITABLE
 */
export async function createHome(home: Home, options: Readonly<Record<string, string>>): Promise<void> {
  await demandFree(home.folder);
  const { ensureDir, writeFileAtomic } = await import('@causeway/platform');
  const paths = homePaths(home.folder);
  try {
    await ensureDir(home.folder);
    await writeFileAtomic(paths.config, `${JSON.stringify(options, null, 2)}\n`, { mode: 0o600 });
    await writeFileAtomic(paths.home, `${JSON.stringify({ version: '1', role: home.role }, null, 2)}\n`);
  } catch (cause) {
    throw new CliError('UNWRITABLE', `${home.folder} cannot be written: ${fileTrouble(cause)}.`, { cause });
  }
}
