import type { DatasetView, SearchView } from '@causeway/cli';
import { SpaceError } from '../errors.js';
import { runCommand } from '../processes/command.js';
import type { ServiceProcess } from '../processes/service-process.js';

const withinMs = 30_000;

/** `causeway publish`, as a script gives it. */
export function publish(owner: ServiceProcess, file: string, ...more: readonly string[]): Promise<DatasetView> {
  return runCommand<DatasetView>('publish', file, '--home', owner.home, '--yes', ...more);
}

/** What the command said when it was refused, as it must be here. */
export async function refusal(...args: readonly string[]): Promise<string> {
  try {
    await runCommand(...args);
  } catch (error) {
    const failed = error instanceof SpaceError ? (error.data.error as { code?: string; message?: string }) : undefined;
    if (failed?.code === 'REFUSED') return failed.message ?? failed.code;
    throw error;
  }
  throw new SpaceError('COMMAND_FAILED', `causeway ${args[0]} should have been refused and was not`);
}

/** Searches until the broker lists the dataset: its publisher registers it in the background. Answers how many it saw. */
export async function searched(dataset: string, wanted: readonly string[]): Promise<number> {
  let seen = 0;
  await until(`${dataset} to be listed by the broker`, async () => {
    seen = 0;
    let cursor: readonly string[] = [];
    do {
      const page = await runCommand<SearchView>('search', ...wanted, ...cursor);
      seen += page.hits.length;
      if (page.hits.some(({ entry }) => entry.id === dataset)) return true;
      cursor = page.next ? ['--cursor', page.next] : [];
    } while (cursor.length > 0);
    return false;
  });
  return seen;
}

/** Approves what is asked of this firm over the dataset until `asked` is settled; an earlier start may have left some. */
export async function approveAll(owner: ServiceProcess, dataset: string, asked: Promise<unknown>): Promise<void> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  asked.then(done, done);
  while (!settled) {
    const { items } = await runCommand<{ items: { pid: string; dataset: string }[] }>('requests', '--home', owner.home);
    for (const { pid } of items.filter((item) => item.dataset === dataset)) {
      await runCommand('approve', pid, '--home', owner.home);
    }
  }
}

/** Gives the command again until it answers what is waited for. @throws SpaceError TIMED_OUT */
async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await done())) {
    if (performance.now() > deadline)
      throw new SpaceError('TIMED_OUT', `expected ${what} within ${withinMs / 1_000} s`);
  }
}
