import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, fileTrouble } from './errors.js';
import { demandWritable } from './writable.js';

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
  /** Fingerprints of the authority's statement keys, one a line. */
  pins: join(folder, 'identity', 'pins'),
  apiKey: join(folder, 'api.key'),
  run: join(folder, 'run.json'),
});

/** `an auditor`, `a broker`. */
export function roleWords(role: HomeRole): string {
  return `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
}

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
