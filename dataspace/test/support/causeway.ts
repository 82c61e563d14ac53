import { execFile } from 'node:child_process';
import { causewayBin } from '@causeway/dataspace';

const deadlineMs = 60_000;

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `causeway ARGS` in a process of its own to its end, whatever that is. */
export function causeway(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [causewayBin, ...args],
      { timeout: deadlineMs },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
