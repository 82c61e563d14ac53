import { Worker } from 'node:worker_threads';
import type { Failure, Tally } from './load.js';
import type { Round, RoundDone } from './worker.js';

export interface Plan extends Omit<Round, 'round'> {
  /** The first round, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  /** Rounds that have not begun by then are left for another time. */
  readonly minutes: number;
  /** Told after each round; `done` are all rounds so far. */
  readonly progress: (last: RoundDone, done: number, total: Total) => void;
}

export interface Total extends Omit<Tally, 'failures'> {
  readonly failures: Failure[];
}

/**
 * Sends rounds of messages from several threads, each round to a connector of its own.
 *
 * @returns what came of them, and the first round that has not been sent
 */
export async function sendRounds(plan: Plan): Promise<{ total: Total; next: number; heaps: number[] }> {
  const { from, to, workers, minutes, progress, ...round } = plan;
  const end = performance.now() + minutes * 60_000;
  const total: Total = {
    ...{ messages: 0, moved: 0, slowest: { ms: 0, what: '' }, failures: [] },
    ...{ standings: { valid: 0, invalid: 0, open: 0 }, answers: {} },
  };
  const heaps: number[] = [];
  let next = from;
  let done = 0;
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        const enough = total.failures.length >= round.most || performance.now() > end;
        if (next >= to || enough) resolve();
        else worker.postMessage({ ...round, round: next++ } satisfies Round);
      };
      worker.on('message', (last: RoundDone) => {
        add(total, last.tally);
        heaps.push(last.heap);
        done += 1;
        progress(last, done, total);
        go();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
      go();
    });
  const threads = Array.from({ length: workers }, () => new Worker(new URL('./worker.js', import.meta.url)));
  try {
    await Promise.all(threads.map(work));
  } finally {
    for (const thread of threads) await thread.terminate();
  }
  return { total, next, heaps };
}

function add(total: Total, tally: Tally): void {
  total.messages += tally.messages;
  total.moved += tally.moved;
  if (tally.slowest.ms > total.slowest.ms) total.slowest = tally.slowest;
  for (const key of ['valid', 'invalid', 'open'] as const) total.standings[key] += tally.standings[key];
  for (const [answer, count] of Object.entries(tally.answers))
    total.answers[answer] = (total.answers[answer] ?? 0) + count;
  total.failures.push(...tally.failures);
}
