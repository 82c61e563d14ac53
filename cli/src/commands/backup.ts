import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { openApi } from '../api.js';
import { CliError, fileTrouble } from '../errors.js';
import { homePaths, readHome, roleWords } from '../home.js';
import { homeOption } from '../options.js';
import { bytes, type Output } from '../output.js';
import { readRunFile } from '../run-file.js';
import { demandNew } from '../writable.js';

interface Copied {
  readonly entries: number;
  readonly bytes: number;
}

/** `causeway backup`: a copy of a connector's home that can take its place. */
export function backupCommand(output: Output): Command {
  return new Command('backup')
    .description("copy a connector's home, its store as it stands in one instant; the connector may go on")
    .requiredOption('--out <dir>', 'the folder to make; it holds private keys')
    .addOption(homeOption())
    .addHelpText('after', '\nExample:\n  causeway backup --out ./backup/oem-2026-11-21 --home ./oem')
    .action(async ({ home, out }: { home: string; out: string }) => {
      const { folder, role } = await readHome(home);
      const target = resolve(out);
      if (role !== 'connector') {
        throw new CliError(
          'HOME_MISSING',
          `${folder} is the home of ${roleWords(role)}; this backs up a connector. Stop the ${role} and copy its folder.`,
        );
      }
      if (!relative(folder, target).startsWith('..')) {
        throw new CliError(
          'USAGE',
          `${target} lies in the home itself, and would be lost with it: choose another with --out.`,
        );
      }
      await demandNew(target, '--out');
      try {
        const copied = await backUp(folder, target);
        output.line(
          `Wrote ${target} (${bytes(copied.bytes)} of records). It holds private keys: keep it like the home.`,
        );
        output.line(`To restore, put it where ${folder} was and start the connector there. Never start both.`);
        output.result({ home: folder, out: target, ...copied });
      } catch (error) {
        // Half a back-up is worse than none: somebody would rely on it.
        await rm(target, { recursive: true, force: true });
        throw error;
      }
    });
}

async function backUp(folder: string, target: string): Promise<Copied> {
  try {
    await mkdir(target, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CliError('UNWRITABLE', `${target} cannot be made: ${fileTrouble(cause)}.`, { cause });
  }
  const copied = await copyStore(folder, join(target, 'store'));
  const [from, to] = [homePaths(folder), homePaths(target)];
  try {
    for (const part of ['config', 'identity', 'apiKey'] as const) {
      if (existsSync(from[part])) await cp(from[part], to[part], { recursive: true, errorOnExist: true, force: false });
    }
    // The last: what has no home.json is no home.
    await cp(from.home, to.home);
  } catch (cause) {
    throw new CliError('UNWRITABLE', `${target} cannot be written: ${fileTrouble(cause)}.`, { cause });
  }
  return copied;
}

/** By the connector itself while it runs, which holds its store; otherwise here. */
async function copyStore(folder: string, to: string): Promise<Copied> {
  if (readRunFile(folder)) {
    const api = await openApi(folder);
    return api.send<Copied>('POST', '/management/v1/backups', { folder: to }, { long: true });
  }
  const { openLevelStore, StoreError } = await import('@causeway/platform');
  try {
    await using store = await openLevelStore({ path: join(folder, 'store') });
    return await store.copyTo(to);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new CliError('UNWRITABLE', cause.message, { cause });
  }
}
