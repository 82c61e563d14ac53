import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type Clock, grpcOptions, systemClock } from '@causeway/platform';
import { ChannelCredentials, Client, type ClientDuplexStream, Metadata, status } from '@grpc/grpc-js';
import { TrustError } from '../errors.js';
import type { Identity } from '../identity.js';
import { demandPeer, type Expected, type Peer, unexpired } from '../peer.js';
import { contextOptions, identityCheck, requireTls13 } from '../tls.js';
import { inbox } from './inbox.js';
import type { GrpcMethod } from './method.js';
import { sender } from './outgoing.js';
import { RpcError } from './rpc-error.js';

export interface PeerChannelOptions {
  readonly identity: Identity;
  /** `host:port`. */
  readonly address: string;
  readonly expect: Expected;
  readonly clock?: Clock;
  /** Largest message read, in bytes. Default 1 MiB. */
  readonly messageBytes?: number;
}

export interface CallOptions {
  readonly metadata?: Metadata | Readonly<Record<string, string>>;
  /** Milliseconds. Default 15,000 for calls with one answer; streams have none unless told. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** One bidirectional call, seen from the client. */
export interface Conversation<RequestFields, Response> {
  /** Resolves when there is room for the next one. */
  send(request: RequestFields): Promise<void>;
  /** Ends when the server ends the call well; throws TrustError or RpcError otherwise. */
  readonly responses: AsyncIterable<Response>;
  /** Says that nothing more will be sent. */
  end(): void;
  cancel(): void;
}

const stallMs = 60_000;

/**
 * A gRPC connection to one named peer. The server's certificate is compared with `expect` in the handshake; when somebody
 * else is there, every call rejects with TrustError PEER_UNEXPECTED and no byte of it has been sent.
 */
export class PeerChannel {
  readonly #options: PeerChannelOptions;
  readonly #clock: Clock;
  #client: Client;
  #peer: Peer | undefined;
  #refusal: unknown;

  constructor(options: PeerChannelOptions) {
    requireTls13();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#client = this.#connect();
  }

  /** @throws TrustError PEER_UNEXPECTED | PEER_MALFORMED | PEER_EXPIRED, RpcError */
  unary<Request, RequestFields, Response, ResponseFields>(
    method: GrpcMethod<Request, RequestFields, Response, ResponseFields>,
    request: RequestFields,
    options: CallOptions = {},
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const call = this.#current().makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadataOf(options.metadata),
        { deadline: deadline(options.deadlineMs ?? 15_000) },
        (error, response) => {
          options.signal?.removeEventListener('abort', cancel);
          if (error) reject(this.#failure(error));
          else if (response === undefined) reject(new RpcError(status.INTERNAL, 'expected a response; none came'));
          else resolve(response);
        },
      );
      const cancel = () => call.cancel();
      onAbort(options.signal, cancel);
    });
  }

  /** Sends all requests, then takes the one answer. An early answer ends the sending. */
  async clientStream<Request, RequestFields, Response, ResponseFields>(
    method: GrpcMethod<Request, RequestFields, Response, ResponseFields>,
    requests: AsyncIterable<RequestFields> | Iterable<RequestFields>,
    options: CallOptions = {},
  ): Promise<Response> {
    const ended = new AbortController();
    let answer: (outcome: { response: Response } | { error: unknown }) => void = () => {};
    const answered = new Promise<{ response: Response } | { error: unknown }>((resolve) => {
      answer = resolve;
    });
    const call = this.#current().makeClientStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      metadataOf(options.metadata),
      { deadline: deadline(options.deadlineMs ?? 15_000) },
      (error, response) => {
        const missing = new RpcError(status.INTERNAL, 'expected a response; none came');
        answer(error ? { error: this.#failure(error) } : response === undefined ? { error: missing } : { response });
        ended.abort(error ?? missing);
      },
    );
    const cancel = () => call.cancel();
    onAbort(options.signal, cancel);
    const send = sender<RequestFields>(call, { signal: ended.signal, stallMs, stalled });
    try {
      for await (const request of requests) {
        if (ended.signal.aborted) break;
        await send(request);
      }
      call.end();
    } catch (error) {
      // The answer tells better than the broken sending why the call ended; but a failing source ends the call.
      if (!ended.signal.aborted) {
        call.cancel();
        throw error;
      }
    } finally {
      options.signal?.removeEventListener('abort', cancel);
    }
    const outcome = await answered;
    if ('error' in outcome) throw outcome.error;
    return outcome.response;
  }

  bidi<Request, RequestFields, Response, ResponseFields>(
    method: GrpcMethod<Request, RequestFields, Response, ResponseFields>,
    options: CallOptions = {},
  ): Conversation<RequestFields, Response> {
    const call: ClientDuplexStream<RequestFields, Response> = this.#current().makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      metadataOf(options.metadata),
      options.deadlineMs === undefined ? {} : { deadline: deadline(options.deadlineMs) },
    );
    const ended = new AbortController();
    let failure: Error | undefined;
    call.on('error', (error) => {
      failure = this.#failure(error);
      ended.abort(failure);
    });
    const cancel = () => call.cancel();
    onAbort(options.signal, cancel);
    call.on('status', () => {
      options.signal?.removeEventListener('abort', cancel);
      ended.abort(failure ?? new RpcError(status.CANCELLED, 'the server has ended the call'));
    });
    return {
      send: sender<RequestFields>(call, { signal: ended.signal, stallMs, stalled }),
      responses: inbox<Response>(
        call,
        () => failure,
        () => this.#peer && unexpired(this.#peer, this.#clock.now()),
      ),
      end: () => call.end(),
      cancel,
    };
  }

  close(): void {
    this.#client.close();
  }

  #connect(): Client {
    const { identity, address, expect } = this.#options;
    const check = identityCheck(
      (peer) => demandPeer(peer, expect),
      this.#clock,
      (peer) => {
        this.#peer = peer;
        this.#refusal = undefined;
      },
      (error) => {
        this.#refusal = error;
      },
    );
    const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
    return new Client(
      address,
      ChannelCredentials.createFromSecureContext(createSecureContext(contextOptions(identity)), {
        checkServerIdentity: check,
      }),
      {
        ...grpcOptions,
        'grpc.max_receive_message_length': this.#options.messageBytes ?? 1_048_576,
        // A shared pool would hand out a connection that was checked for another expectation.
        'grpc.use_local_subchannel_pool': 1,
        'grpc.enable_http_proxy': 0,
        // TLS knows no server name that is an address, and nobody judges the name anyway: identityCheck does.
        ...(isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'peer.invalid' }),
      },
    );
  }

  /** A connection outlives the certificate it was made with: then a new one is made, which OpenSSL judges again. */
  #current(): Client {
    if (this.#peer && this.#clock.now() >= this.#peer.notAfter) {
      this.#client.close();
      this.#peer = undefined;
      this.#client = this.#connect();
    }
    return this.#client;
  }

  #failure(error: unknown): Error {
    const failure = RpcError.from(error);
    if (failure.status !== status.UNAVAILABLE || !(this.#refusal instanceof TrustError)) return failure;
    return this.#refusal;
  }
}

const stalled = () => new RpcError(status.DEADLINE_EXCEEDED, 'the server has stopped reading');

function deadline(ms: number): Date {
  return new Date(Date.now() + ms);
}

function metadataOf(given: CallOptions['metadata']): Metadata {
  if (given instanceof Metadata) return given;
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(given ?? {})) metadata.set(name, value);
  return metadata;
}

function onAbort(signal: AbortSignal | undefined, cancel: () => void): void {
  if (signal?.aborted) cancel();
  else signal?.addEventListener('abort', cancel, { once: true });
}
