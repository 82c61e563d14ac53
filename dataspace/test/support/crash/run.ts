import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { CrashSpace } from './crash-space.js';
import { type Goods, Job } from './job.js';
import type { Stop } from './plan.js';
import { streaming } from './points.js';

/** Where one kill landed, seen from outside just before it. */
export interface Landing {
  readonly run: string;
  readonly point: string;
  readonly victims: string;
  readonly seen: string;
  /** Bytes in the consumer's temporary file. */
  readonly received: number;
  readonly seconds: number;
}

/** One contract and one transfer with kills at these stops, brought to its good end. @returns where they landed */
export async function crashRun(
  space: CrashSpace,
  name: string,
  goods: Goods,
  stops: readonly Stop[],
): Promise<Landing[]> {
  const job = new Job(space, name, goods);
  try {
    return await killed(job, stops);
  } catch (error) {
    // What this run left held must not be in the way of the next.
    await space.kill([]);
    throw error;
  } finally {
    await space.restart(space.down);
  }
}

async function killed(job: Job, stops: readonly Stop[]): Promise<Landing[]> {
  const { space, name, goods } = job;
  const landings: Landing[] = [];
  for (const [place, { point, moment, victims, midway }] of stops.entries()) {
    const began = performance.now();
    const seen = point && moment ? await point.reach(job, moment, midway) : await streaming(job, midway);
    const received = await job.received();
    await space.kill(victims);
    // Before anybody can go on: the next stop may be earlier than the restart is done.
    const next = stops[place + 1];
    if (next && !next.point) space.wire('exchange').holdAfter(Math.floor(goods.bytes * next.midway));
    await space.restart(victims);
    const seconds = (performance.now() - began) / 1_000;
    const at = point ? `${point.message}, ${moment}` : 'amid the bytes';
    landings.push({ run: name, point: at, victims: victims.join(' + '), seen, received, seconds });
  }
  await job.finish();
  await demandFile(job);
  return landings;
}

/** The file is whole, and nothing else is left beside it. */
async function demandFile({ name, folder, path, goods }: Job): Promise<void> {
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (sha256 !== goods.sha256) throw new Error(`${name}: expected the bytes published, got others (${sha256})`);
  const files = await readdir(folder);
  if (files.length !== 1) throw new Error(`${name}: expected one file, found ${files.join(', ')}`);
}
