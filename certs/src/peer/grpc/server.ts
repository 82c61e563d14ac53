import type { SecureServerOptions } from 'node:http2';
import { type Clock, grpcOptions, type Logger, PlatformError, type RunningServer } from '@causeway/platform';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
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
 * @throws PlatformError PORT_IN_USE | LISTEN_FAILED, TrustError SERVICE_INCOMPLETE
 */
export async function servePeerGrpc(options: ServePeerGrpcOptions): Promise<RunningServer> {
  requireTls13();
  // What grpc-js would print on standard error is thrown or logged here.
  setLogVerbosity(logVerbosity.NONE);
  const limits = { ...defaultGrpcLimits, ...options.limits };
  const served = new Map<string, ServedMethod>();
  for (const method of options.services.flatMap((service) => service.methods)) served.set(method.method.path, method);

  const server = new Server({
    ...grpcOptions,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_concurrent_streams': limits.concurrentStreams,
    interceptors: [admission(served, { clock: options.clock, limits, log: options.log })],
  });
  const running = new Set<Promise<unknown>>();
  for (const entry of served.values()) {
    const handler = grpcHandler(entry, { clock: options.clock, limits, log: options.log, running });
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
    routes: [...served.keys()].map((path) => ({ method: 'POST', path })),
    close: () => close(server, running),
  };
}

function bind(server: Server, options: ServePeerGrpcOptions): Promise<number> {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${options.port}`, new PeerServerCredentials(options.identity), (error, port) => {
      if (!error) return resolve(port);
      const { host: on, port: wanted } = options;
      reject(
        error.message.includes('EADDRINUSE')
          ? new PlatformError(
              'PORT_IN_USE',
              `Port ${wanted} on ${on} is in use by another process; stop it or configure another port.`,
              { cause: error },
            )
          : new PlatformError('LISTEN_FAILED', `Cannot listen on ${on}, port ${wanted}: ${error.message}.`, {
              cause: error,
            }),
      );
    });
  });
}

/** Calls in progress get a moment to end; then they are cut, and their handlers get as long again to notice. */
async function close(server: Server, running: ReadonlySet<Promise<unknown>>, graceMs = 2_000): Promise<void> {
  await within(graceMs, new Promise<void>((resolve) => server.tryShutdown(() => resolve())));
  server.forceShutdown();
  await within(graceMs, Promise.allSettled(running));
}

async function within(ms: number, done: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const late = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([done, late]);
  ended.abort();
}
