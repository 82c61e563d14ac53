import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';

/** Why an attempt was broken off. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs `attempt` until it answers, its deadline passes or `stop` is aborted, whichever comes first; then its signal is
 * aborted and an `Interrupted` thrown, whether or not the attempt listens.
 */
export async function withDeadline<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  options: { readonly clock: Clock; readonly deadlineMs: number; readonly stop: AbortSignal },
): Promise<T> {
  const { clock, deadlineMs, stop } = options;
  stop.throwIfAborted();
  const over = new AbortController();
  const timer = new AbortController();
  const onStop = () => over.abort(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  clock.sleep(deadlineMs, timer.signal).then(
    () => over.abort(new Interrupted(`no answer within ${deadlineMs} ms`)),
    (reason: unknown) => reason === finished || over.abort(new Interrupted(`the clock failed: ${messageOf(reason)}`)),
  );
  const interrupted = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(over.signal.reason), { once: true });
  });
  try {
    return await Promise.race([attempt(over.signal), interrupted]);
  } finally {
    stop.removeEventListener('abort', onStop);
    timer.abort(finished);
  }
}

const finished = new Interrupted('finished in time');
