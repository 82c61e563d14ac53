import { GrpcFailure } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import type { Reason } from '../model.js';

/** One stream that may send bytes of a transfer. */
export interface OpenStream extends Disposable {
  /** Aborted, with what its consumer is told, when the transfer is stopped or a newer stream takes over. */
  readonly signal: AbortSignal;
  /** Bytes sent so far, for display. */
  position: number;
}

interface Entry {
  readonly abort: AbortController;
  readonly stream: OpenStream;
  readonly ended: Promise<void>;
}

/** The streams a provider has open: at most one a transfer. */
export class OpenStreams {
  readonly #open = new Map<string, Entry>();

  /** Takes the transfer over from an older stream, once that has ended. */
  async take(pid: string): Promise<OpenStream> {
    for (let older = this.#open.get(pid); older; older = this.#open.get(pid)) {
      older.abort.abort(
        new GrpcFailure(status.ABORTED, 'STREAM_REPLACED', 'a newer stream of this transfer took over'),
      );
      await older.ended;
    }
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const abort = new AbortController();
    const release = () => {
      if (this.#open.get(pid)?.stream === stream) this.#open.delete(pid);
      end();
    };
    const stream: OpenStream = { signal: abort.signal, position: 0, [Symbol.dispose]: release };
    this.#open.set(pid, { abort, stream, ended });
    return stream;
  }

  /** Ends the stream of a transfer at once. */
  stop(pid: string, { code, en }: Reason): void {
    const failure = new GrpcFailure(status.ABORTED, 'TRANSFER_STOPPED', `the transfer was stopped: ${code}: ${en}`);
    this.#open.get(pid)?.abort.abort(failure);
  }

  /** Ends every stream, when the connector closes. */
  stopAll(): void {
    const failure = new GrpcFailure(status.UNAVAILABLE, 'CLOSING', 'the connector is closing; try again later');
    for (const { abort } of this.#open.values()) abort.abort(failure);
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ ended }) => ended));
  }

  progress(pid: string): number | undefined {
    return this.#open.get(pid)?.stream.position;
  }
}
