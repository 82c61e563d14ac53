import type { SecureServerOptions } from 'node:http2';
import { type Clock, grpcOptions, type Logger, type RunningServer } from '@causeway/platform';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { TrustError } from '../errors.js';
import type { Identity } from '../identity.js';
import { contextOptions, requireTls13, serverOptions } from '../tls.js';
import { admission } from './admission.js';
import { grpcHandler } from './handlers.js';
import { defaultGrpcLimits, type GrpcLimits } from './limits.js';
import type { PeerServiceDefinition, ServedMethod } from './service.js';

export interface ServePeerGrpcOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly name?: string;
  readonly services: readonly PeerServiceDefinition[];
  readonly log: Logger;
  readonly limits?: Partial<GrpcLimits>;
}

/** `ServerCredentials.createSsl` has no words for tickets, versions and handshake time, so its base class is used. */
class PeerServerCredentials extends ServerCredentials {
  constructor(identity: Identity) {
    const constructorOptions: SecureServerOptions = serverOptions(identity, { insist: true });
    super(constructorOptions, { ...contextOptions(identity), secureOptions: constructorOptions.secureOptions });
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/**
 * Serves gRPC to verified peers only: TLS 1.3 with a client certificate of the space, and for every method a rule.
 * @throws TrustError PORT_UNAVAILABLE | SERVICE_INCOMPLETE
 */
export async function servePeerGrpc(options: ServePeerGrpcOptions): Promise<RunningServer> {
  requireTls13();
  const limits = { ...defaultGrpcLimits, ...options.limits };
  const served = new Map<string, ServedMethod>();
  for (const method of options.services.flatMap((service) => service.methods)) served.set(method.method.path, method);

  const server = new Server({
    ...grpcOptions,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_concurrent_streams': limits.concurrentStreams,
    interceptors: [admission(served, { clock: options.clock, limits, log: options.log })],
  });
  for (const entry of served.values()) {
    const handler = grpcHandler(entry, { clock: options.clock, limits, log: options.log });
    const { path, requestDeserialize, responseSerialize } = entry.method;
    const serialize = responseSerialize as (message: unknown) => Buffer;
    if (!server.register(path, handler.call, serialize, requestDeserialize, handler.type)) {
      throw new TrustError('SERVICE_INCOMPLETE', `${path} is served twice`);
    }
  }
  const port = await bind(server, options);
  return {
    name: options.name ?? 'grpc',
    protocol: 'grpc',
    host: options.host,
    port,
    close: () => close(server),
  };
}

function bind(server: Server, options: ServePeerGrpcOptions): Promise<number> {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${options.port}`, new PeerServerCredentials(options.identity), (error, port) => {
      if (error)
        reject(new TrustError('PORT_UNAVAILABLE', `${host}:${options.port} cannot be served`, { cause: error }));
      else resolve(port);
    });
  });
}

/** Calls in progress get a moment to end; then they are cut. */
function close(server: Server, graceMs = 2_000): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
