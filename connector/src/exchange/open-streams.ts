import { GrpcFailure } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.js';
import type { Reason, TransferState } from '../model.js';
import { stopFailure } from './refusals.js';

/** One stream that may send bytes of a transfer. */
export interface OpenStream extends Disposable {
  /** Aborted, with what its consumer is told, when the transfer is stopped or a newer stream takes over. */
  readonly signal: AbortSignal;
  /** Bytes sent so far, for display. */
  position: number;
}

/** A stream that stalls keeps some 6 MiB of chunks: what consumers can hold is that, times these. */
export interface StreamLimits {
  /** Most at once. */
  readonly streams: number;
  /** Most at once of one consumer. */
  readonly streamsPerPeer: number;
}

export const defaultStreamLimits: StreamLimits = { streams: 64, streamsPerPeer: 16 };

interface Entry {
  readonly peer: string;
  readonly abort: AbortController;
  readonly stream: OpenStream;
  readonly ended: Promise<void>;
}

/** The streams a provider has open: at most one a transfer. */
export class OpenStreams {
  readonly #open = new Map<string, Entry>();
  readonly #limits: StreamLimits;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /**
   * Takes the transfer over from an older stream, once that has ended.
   *
   * @throws ConnectorError QUEUE_FULL, which a consumer takes as passing
   */
  async take(pid: string, peer: string): Promise<OpenStream> {
    for (let older = this.#open.get(pid); older; older = this.#open.get(pid)) {
      older.abort.abort(
        new GrpcFailure(status.ABORTED, 'STREAM_REPLACED', 'a newer stream of this transfer took over'),
      );
      await older.ended;
    }
    this.#demandRoom(peer);
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
    this.#open.set(pid, { peer, abort, stream, ended });
    return stream;
  }

  /** Ends the stream of a transfer at once. Its consumer is told why in the words of the move, and whether it is for good. */
  stop(pid: string, why: Reason, to: TransferState): void {
    this.#open.get(pid)?.abort.abort(stopFailure(why, to));
  }

  /** Ends every stream, when the connector closes. */
  stopAll(): void {
    const failure = new GrpcFailure(status.UNAVAILABLE, 'CLOSING', 'the connector is closing; try again later');
    for (const { abort } of this.#open.values()) abort.abort(failure);
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ ended }) => ended));
  }

  #demandRoom(peer: string): void {
    const { streams, streamsPerPeer } = this.#limits;
    const full = (whose: string, most: number) =>
      new ConnectorError('QUEUE_FULL', `expected at most ${most} streams ${whose} at once; try again later`);
    if (this.#open.size >= streams) throw full('of all consumers', streams);
    const own = [...this.#open.values()].filter((entry) => entry.peer === peer).length;
    if (own >= streamsPerPeer) throw full('of one consumer', streamsPerPeer);
  }

  progress(pid: string): number | undefined {
    return this.#open.get(pid)?.stream.position;
  }
}
