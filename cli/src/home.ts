import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from './errors.js';

export const serviceRoles = ['authority', 'broker', 'clearing-house', 'connector'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** One service's folder: everything it needs to run again after a restart, and nothing of anybody else's. */
export interface Home {
  readonly folder: string;
  readonly role: ServiceRole;
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
  if (!existsSync(path)) {
    throw new CliError(
      'HOME_MISSING',
      `${resolve(folder)} is no home of a Causeway service: ${path} is missing. Make one with 'causeway init' or 'causeway join', or name another with --home.`,
    );
  }
  const { role } = JSON.parse(await readFile(path, 'utf8')) as { role: string };
  if (!serviceRoles.includes(role as ServiceRole)) {
    throw new CliError('HOME_MISSING', `${path} names the role "${role}"; expected one of ${serviceRoles.join(', ')}.`);
  }
  return { folder: resolve(folder), role: role as ServiceRole };
}

/**
 * Writes a new home: its role, and the options its service starts with. An existing one is never overwritten.
 * @throws CliError HOME_TAKEN
 */
export async function createHome(home: Home, options: Readonly<Record<string, string>>): Promise<void> {
  const paths = homePaths(home.folder);
  if (existsSync(paths.home)) {
    throw new CliError('HOME_TAKEN', `${home.folder} is the home of a service already. Choose another with --home.`);
  }
  const { ensureDir, writeFileAtomic } = await import('@causeway/platform');
  await ensureDir(home.folder);
  await writeFileAtomic(paths.config, `${JSON.stringify(options, null, 2)}\n`, { mode: 0o600 });
  await writeFileAtomic(paths.home, `${JSON.stringify({ version: '1', role: home.role }, null, 2)}\n`);
}
