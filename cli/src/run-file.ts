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
  /** Tells this process from a later one that got the same number, where the system says. */
  readonly birth?: string;
}

export async function writeRunFile(folder: string, file: RunFile): Promise<void> {
  const { writeFileAtomic } = await import('@causeway/platform');
  const birth = birthOf(file.pid);
  const text = JSON.stringify({ ...file, ...(birth !== undefined && { birth }) }, null, 2);
  await writeFileAtomic(homePaths(folder).run, `${text}\n`, { mode: 0o600 });
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
  return alive(file) ? file : undefined;
}

function alive({ pid, birth }: RunFile): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return birth === undefined || birthOf(pid) === birth;
}

/** When a process began, in ticks since the machine did: in a container every service's first process has the same number. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, in parentheses and with whatever it likes in it; this is the 22nd.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
