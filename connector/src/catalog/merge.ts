import { keyText, type Store } from '@causeway/platform';

/** One prefix of the index, read piece by piece. Keys as texts of one character per byte, which are ordered as keys are. */
interface Run {
  readonly prefix: Uint8Array;
  /** What follows the prefix, and was not taken yet. */
  readonly ahead: string[];
  at: number;
  /** Where the piece that follows begins. */
  after: string | undefined;
  ended: boolean;
}

/**
 * What follows any of these prefixes in the keys of a store, each once, in the order of keys.
 *
 * @param after only what follows it
 * @param limit most of them; about as many entries are read, and two of each prefix at least
 */
export async function mergedScan(
  store: Pick<Store, 'scan'>,
  prefixes: readonly Uint8Array[],
  after: Uint8Array | undefined,
  limit: number,
): Promise<Uint8Array[]> {
  const from = after === undefined ? undefined : keyText(after);
  const runs = prefixes.map((prefix): Run => ({ prefix, ahead: [], at: 0, after: from, ended: false }));
  let piece = Math.min(limit, Math.ceil(limit / Math.max(1, prefixes.length)) + 1);
  await Promise.all(runs.map((run) => readOn(store, run, piece)));
  const found: Uint8Array[] = [];
  while (found.length < limit) {
    const first = leastOf(runs);
    if (first === undefined) break;
    found.push(Buffer.from(first, 'latin1'));
    const empty: Run[] = [];
    for (const run of runs) {
      if (run.ahead[run.at] !== first) continue;
      run.at++;
      if (run.at === run.ahead.length && !run.ended) empty.push(run);
    }
    if (empty.length === 0 || found.length === limit) continue;
    piece = Math.min(limit - found.length, piece * 2);
    await Promise.all(empty.map((run) => readOn(store, run, piece)));
  }
  return found;
}

async function readOn(store: Pick<Store, 'scan'>, run: Run, limit: number): Promise<void> {
  const after = run.after === undefined ? {} : { after: Buffer.concat([run.prefix, Buffer.from(run.after, 'latin1')]) };
  const entries = await store.scan({ prefix: run.prefix, limit, ...after });
  run.ahead.splice(0, run.ahead.length, ...entries.map(({ key }) => keyText(key.subarray(run.prefix.length))));
  run.at = 0;
  run.after = run.ahead.at(-1) ?? run.after;
  run.ended = entries.length < limit;
}

function leastOf(runs: readonly Run[]): string | undefined {
  let least: string | undefined;
  for (const { ahead, at } of runs) {
    const next = ahead[at];
    if (next !== undefined && (least === undefined || next < least)) least = next;
  }
  return least;
}
