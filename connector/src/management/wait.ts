import type { Clock, Store } from '@causeway/platform';
import { ConnectorError } from '../errors.js';

const longestMs = 60_000;
const noMore = 0;
/** Given as reason, so that none is made for each wait. */
const awake = new Error('no need to sleep any longer');

/** How long a client wants to wait, in milliseconds. @throws ConnectorError REQUEST_INVALID */
export function waitOf(query: Readonly<Record<string, string>>): number {
  const given = query['wait'];
  if (given === undefined) return noMore;
  const seconds = Number(given);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds * 1_000, longestMs);
  throw new ConnectorError('REQUEST_INVALID', `Expected wait in seconds, got ${given}.`);
}

/**
 * Looks, and while the answer is not settled and there is time, looks again whenever anything under these keys changed.
 * Nothing is polled: the store wakes it.
 */
export async function settledOrLate<T>(
  options: {
    readonly store: Store;
    readonly clock: Clock;
    readonly prefixes: readonly Uint8Array[];
    readonly signal: AbortSignal;
  },
  waitMs: number,
  look: () => Promise<{ readonly value: T; readonly settled: boolean }>,
): Promise<T> {
  const until = options.clock.monotonic() + waitMs;
  for (;;) {
    let wake: () => void = () => undefined;
    // Watching before looking: no change between the two is missed.
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const unwatch = options.prefixes.map((prefix) => options.store.watch(prefix, () => wake()));
    const late = new AbortController();
    const gone = (): void => wake();
    options.signal.addEventListener('abort', gone, { once: true });
    try {
      const { value, settled } = await look();
      const left = until - options.clock.monotonic();
      if (settled || left <= 0 || options.signal.aborted) return value;
      const asleep = options.clock.sleep(left, late.signal).catch(() => undefined);
      await Promise.race([changed, asleep]);
    } finally {
      for (const stop of unwatch) stop();
      late.abort(awake);
      options.signal.removeEventListener('abort', gone);
    }
  }
}
