import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ensureDir, writeFileAtomic } from '@causeway/platform';
import { CliError } from './errors.js';

export const serviceRoles = ['authority', 'broker', 'clearing-house', 'connector'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** One service's folder: everything it needs to run again after a restart, and nothing of anybody else's. */
export interface Home {
  readonly folder: string;
  /** What `config.json` holds: the role, and the options as they would be given as flags. */
  readonly role: ServiceRole;
  readonly options: Readonly<Record<string, string>>;
}

export const homePaths = (folder: string) => ({
  config: join(folder, 'config.json'),
  identity: join(folder, 'identity'),
  store: join(folder, 'store'),
  apiKey: join(folder, 'api.key'),
  run: join(folder, 'run.json'),
});

export async function readHome(folder: string): Promise<Home> {
  const path = homePaths(resolve(folder)).config;
  if (!existsSync(path)) {
    throw new CliError(
      'HOME_MISSING',
      `${resolve(folder)} is no home of a Causeway service: ${path} is missing. Make one with 'causeway init' or 'causeway join', or name another with --home.`,
    );
  }
  const { role, ...options } = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  if (!serviceRoles.includes(role as ServiceRole)) {
    throw new CliError('HOME_MISSING', `${path} names the role "${role}"; expected one of ${serviceRoles.join(', ')}.`);
  }
  return { folder: resolve(folder), role: role as ServiceRole, options };
}

/** Writes a new home's configuration; an existing one is never overwritten. */
export async function createHome(home: Home): Promise<void> {
  const path = homePaths(home.folder).config;
  if (existsSync(path)) {
    throw new CliError('HOME_TAKEN', `${home.folder} is the home of a service already. Choose another with --home.`);
  }
  await ensureDir(home.folder);
  await writeFileAtomic(path, `${JSON.stringify({ role: home.role, ...home.options }, null, 2)}\n`, { mode: 0o600 });
}
