import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { RunningServer } from '@causeway/platform';
import { homePaths, type ServiceRole } from './home.js';

/** What a running service says of itself in `run.json`, so that commands find its ports and `status` its process. */
export interface RunFile {
  readonly pid: number;
  readonly role: ServiceRole;
  readonly id: string;
  readonly started: string;
  /** Everything that listens, and what it answers there. */
  readonly ports: readonly Omit<RunningServer, 'close'>[];
}

export async function writeRunFile(folder: string, file: RunFile): Promise<void> {
  const { writeFileAtomic } = await import('@causeway/platform');
  await writeFileAtomic(homePaths(folder).run, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
}

export async function removeRunFile(folder: string): Promise<void> {
  await rm(homePaths(folder).run, { force: true });
}

/** The run file of a service whose process is alive; a file left by a killed process counts as none. */
export function readRunFile(folder: string): RunFile | undefined {
  let file: RunFile;
  try {
    file = JSON.parse(readFileSync(homePaths(folder).run, 'utf8')) as RunFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return alive(file.pid) ? file : undefined;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
