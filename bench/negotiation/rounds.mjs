// Rounds of negotiations between two connectors, whoever made them, and the figures that are shown of each.
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';

/**
 * Two connectors that negotiate:
 * - `negotiate()` asks for a contract and resolves with whether the consumer's management API shows it FINALIZED
 * - `finalized(expected)` how many negotiations so far are FINALIZED at both ends; waits a moment for so many
 * - `pids` of their processes
 *
 * @typedef {{ negotiate: () => Promise<boolean>, finalized: (expected: number) => Promise<number>, pids: readonly number[] }} Pair
 */

/**
 * Makes `count` negotiations, `inFlight` at a time; after `deadlineMs` no further one is begun.
 *
 * @param {Pair} pair
 */
export async function round(pair, { count, inFlight, deadlineMs = 120_000 }) {
  const before = await pair.finalized(0);
  const [began, spent] = [performance.now(), await cpuMs(pair.pids)];
  const latencies = [];
  let asked = 0;
  const lane = async () => {
    while (asked < count && performance.now() - began < deadlineMs) {
      asked += 1;
      const from = performance.now();
      if (await pair.negotiate()) latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - began) / 1_000;
  const cpu = (await cpuMs(pair.pids)) - spent;
  const both = (await pair.finalized(before + asked)) - before;
  latencies.sort((a, b) => a - b);
  const quantile = (share) => tenths(latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN);
  return {
    ...{ inFlight, negotiations: asked, perSecond: tenths(latencies.length / seconds) },
    ...{ p50Ms: quantile(0.5), p99Ms: quantile(0.99), lost: asked - both },
    // What it costs whoever else uses the machine: both connectors together, a negotiation.
    ...{ cpuMsEach: tenths(cpu / asked), load: tenths(loadavg()[0]) },
  };
}

export const tenths = (value) => Math.round(value * 10) / 10;

/** Processor time that these processes have used so far; NaN where /proc does not tell. */
async function cpuMs(pids) {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [user, system] = stat.split(') ')[1]?.split(' ').slice(11, 13) ?? [];
      return (Number(user) + Number(system)) * 10;
    }),
  );
  return ticks.reduce((sum, one) => sum + one, 0);
}
