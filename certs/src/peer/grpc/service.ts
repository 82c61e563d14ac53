import type { Metadata } from '@grpc/grpc-js';
import { TrustError } from '../errors.js';
import type { Peer, Role } from '../peer.js';
import type { AnyMethod, GrpcMethod } from './method.js';

/** Who may call a method. What a caller may see there is the handler's matter. */
export interface Rule {
  readonly roles: readonly Role[];
}

/** What every handler is given. */
export interface PeerCall {
  /** Proven by the channel's certificate, and in one of the method's roles. */
  readonly peer: Peer;
  readonly metadata: Metadata;
  /** Aborted when the caller cancels, the connection breaks, or the deadline passes. */
  readonly signal: AbortSignal;
}

export interface UnaryCall<Request> extends PeerCall {
  readonly request: Request;
}

export interface ClientStreamCall<Request> extends PeerCall {
  readonly requests: AsyncIterable<Request>;
}

export interface BidiCall<Request, ResponseFields> extends ClientStreamCall<Request> {
  /** Resolves when there is room for the next one. Rejects with GrpcFailure CANCELLED when the caller has gone. */
  send(response: ResponseFields): Promise<void>;
}

/** A handler, tagged with the kind of call it serves, which must be the method's. */
export type Handler<Request, ResponseFields> =
  | { readonly unary: (call: UnaryCall<Request>) => Promise<ResponseFields> }
  | { readonly clientStream: (call: ClientStreamCall<Request>) => Promise<ResponseFields> }
  | { readonly bidi: (call: BidiCall<Request, ResponseFields>) => Promise<void> };

type HandlerOf<M> =
  M extends GrpcMethod<infer Request, infer _RequestFields, infer _Response, infer ResponseFields>
    ? Handler<Request, ResponseFields>
    : never;

/** A handler whose message types have been checked already. */
export type CheckedHandler =
  | { readonly unary: (call: never) => Promise<unknown> }
  | { readonly clientStream: (call: never) => Promise<unknown> }
  | { readonly bidi: (call: never) => Promise<void> };

export interface ServedMethod {
  readonly method: AnyMethod;
  readonly rule: Rule;
  readonly handler: CheckedHandler;
}

/** A service ready to be served: every method has a rule and a handler of its kind. Made by {@link peerService}. */
export interface PeerServiceDefinition {
  readonly methods: readonly ServedMethod[];
}

/**
 * Binds a service table to rules and handlers. A method without a rule does not compile, and does not start either.
 *
 * @example
 * peerService(Exchange, {
 *   rules: { pull: { roles: ['participant'] }, renew: { roles: ['participant'] } },
 *   handlers: {
 *     pull: { bidi: async ({ peer, requests, send }) => { … } },
 *     renew: { unary: async ({ peer, request }) => ({ token, expires }) },
 *   },
 * });
 * @throws TrustError SERVICE_INCOMPLETE
 */
export function peerService<T extends { readonly [M in keyof T]: AnyMethod }>(
  table: T,
  served: {
    readonly rules: { readonly [M in keyof T]: Rule };
    readonly handlers: { readonly [M in keyof T]: HandlerOf<T[M]> };
  },
): PeerServiceDefinition {
  const rules: Readonly<Record<string, Rule | undefined>> = served.rules;
  const handlers: Readonly<Record<string, CheckedHandler | undefined>> = served.handlers;
  const methods = Object.entries<AnyMethod>(table).map(([name, method]) => {
    const rule = rules[name];
    const handler = handlers[name];
    if (!rule || rule.roles.length === 0 || !handler) {
      throw new TrustError('SERVICE_INCOMPLETE', `${method.path} needs a rule that names roles, and a handler`);
    }
    const kind = method.requestStream ? (method.responseStream ? 'bidi' : 'clientStream') : 'unary';
    if (!(kind in handler) || (!method.requestStream && method.responseStream)) {
      throw new TrustError('SERVICE_INCOMPLETE', `${method.path} needs a handler of kind ${kind}`);
    }
    return { method, rule, handler };
  });
  return { methods };
}
