import type { Readable } from 'node:stream';

/**
 * The messages of a gRPC stream, in order, then its failure if it failed. Node's own iterator would miss an error
 * emitted while nobody iterates, and destroys a duplex whose reader stops early.
 * @param check runs before each message and may throw, for instance because the peer's certificate has ended
 */
export function inbox<T>(stream: Readable, failure: () => Error | undefined, check: () => void): AsyncIterable<T> {
  let wake = () => {};
  let ended = false;
  const woken = () => wake();
  const end = () => {
    ended = true;
    wake();
  };
  stream.on('readable', woken).on('error', woken).on('cancelled', woken).on('close', end).on('end', end);
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const message: T | null = stream.read();
        if (message !== null) {
          check();
          yield message;
          continue;
        }
        const failed = failure();
        if (failed) throw failed;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
