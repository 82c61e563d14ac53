import { type Clock, GrpcFailure, type Logger } from '@causeway/platform';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  status,
} from '@grpc/grpc-js';
import { unexpired } from '../peer.js';
import { admittedPeer } from './admission.js';
import { statusOf } from './failures.js';
import { inbox } from './inbox.js';
import type { GrpcLimits } from './limits.js';
import { sender } from './outgoing.js';
import type { BidiCall, ClientStreamCall, PeerCall, ServedMethod, UnaryCall } from './service.js';

export interface HandlerOptions {
  readonly clock: Clock;
  readonly limits: GrpcLimits;
  readonly log: Logger;
  /** The handlers at work, for whoever shuts down. */
  readonly running: Set<Promise<unknown>>;
}

/** What all kinds of call share. */
interface AnyCall {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** A served method as grpc-js takes it. */
export type GrpcHandler =
  | { readonly type: 'unary'; readonly call: handleUnaryCall<unknown, unknown> }
  | { readonly type: 'clientStream'; readonly call: handleClientStreamingCall<unknown, unknown> }
  | { readonly type: 'bidi'; readonly call: handleBidiStreamingCall<unknown, unknown> };

export function grpcHandler({ method, handler }: ServedMethod, options: HandlerOptions): GrpcHandler {
  const { path } = method;
  const { clock, limits, log } = options;
  const failed = (error: unknown) => statusOf(error, path, log);
  // Async, so that a handler that throws before its first await fails like any other.
  const run = async <T>(serve: () => Promise<T>): Promise<T> => {
    const running = serve();
    options.running.add(running);
    try {
      return await running;
    } finally {
      options.running.delete(running);
    }
  };

  if ('unary' in handler) {
    const serve = handler.unary as (call: UnaryCall<unknown>) => Promise<unknown>;
    return {
      type: 'unary',
      call: (call, reply) => {
        run(() => serve({ ...context(call), request: call.request })).then(
          (response) => reply(null, response),
          (error) => reply(failed(error)),
        );
      },
    };
  }

  if ('clientStream' in handler) {
    const serve = handler.clientStream as (call: ClientStreamCall<unknown>) => Promise<unknown>;
    return {
      type: 'clientStream',
      call: (call, reply) => {
        run(() => serve({ ...context(call), requests: requests(call, clock) })).then(
          (response) => reply(null, response),
          (error) => reply(failed(error)),
        );
      },
    };
  }

  const serve = handler.bidi as (call: BidiCall<unknown, unknown>) => Promise<void>;
  return {
    type: 'bidi',
    call: (call) => {
      const shared = context(call);
      const send = sender<unknown>(call, { signal: shared.signal, stallMs: limits.stallMs, stalled });
      run(() => serve({ ...shared, requests: requests(call, clock), send })).then(
        () => call.end(),
        (error) => {
          const outcome = failed(error);
          // grpc-js sends as status what is emitted here; a call that was cancelled has nobody left to tell.
          if (!call.cancelled) call.emit('error', outcome);
        },
      );
    },
  };
}

function context(call: AnyCall): PeerCall {
  const abort = new AbortController();
  const cancel = () => abort.abort(cancelled());
  if (call.cancelled) cancel();
  else call.once('cancelled', cancel);
  return { peer: admittedPeer(call.metadata), metadata: call.metadata, signal: abort.signal };
}

function requests(call: ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>, clock: Clock) {
  const peer = admittedPeer(call.metadata);
  return inbox<unknown>(
    call,
    () => (call.cancelled ? cancelled() : undefined),
    () => unexpired(peer, clock.now()),
  );
}

const cancelled = () => new GrpcFailure(status.CANCELLED, 'CANCELLED', 'the caller has ended the call');
const stalled = () => new GrpcFailure(status.DEADLINE_EXCEEDED, 'STALLED', 'the caller has stopped reading');
