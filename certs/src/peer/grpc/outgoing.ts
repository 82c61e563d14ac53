import type { Writable } from 'node:stream';

const room = Promise.resolve();

/**
 * Sends with back-pressure: costs no promise while the stream has room, waits for it otherwise, but no longer than
 * `stallMs` without any progress of the reader.
 */
export function sender<T>(
  stream: Writable,
  options: { signal: AbortSignal; stallMs: number; stalled: () => Error },
): (message: T) => Promise<void> {
  const { signal } = options;
  let waiting: Promise<void> | undefined;
  const drained = () =>
    new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown) => {
        clearTimeout(timer);
        stream.removeListener('drain', settled);
        signal.removeEventListener('abort', aborted);
        waiting = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      const settled = () => settle();
      const aborted = () => settle(signal.reason);
      const timer = setTimeout(() => settle(options.stalled()), options.stallMs);
      stream.once('drain', settled);
      signal.addEventListener('abort', aborted);
    });
  return (message) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (stream.write(message)) return room;
    waiting ??= drained();
    return waiting;
  };
}
