import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type Clock,
  closeServer,
  HttpProblem,
  httpDeadlines,
  type Logger,
  listen,
  type RunningServer,
  routesOf,
} from '@causeway/platform';
import { TrustError } from '../errors.js';
import type { Identity } from '../identity.js';
import { type Peer, peerOfSocket } from '../peer.js';
import { requireTls13, serverOptions } from '../tls.js';
import { Connections } from './connections.js';
import { isOpen, type OpenRoute } from './open-list.js';

export interface ServePeerHttpsOptions {
  readonly identity: Pick<Identity, 'tls' | 'roots'>;
  readonly clock: Clock;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly name?: string;
  /** An Express application, or a handler that answers what is open and nothing else. */
  readonly app: RequestListener;
  /** Everything else demands a verified peer. */
  readonly open: readonly OpenRoute[];
  readonly log: Logger;
  /** Longest time for a request to arrive whole, in milliseconds. Default 60,000. */
  readonly requestMs?: number;
  /** Most connections at once; strangers together, and each peer, hold a tenth of them. Default 2,000. */
  readonly connections?: number;
}

/** Requests of a stranger on one connection: enough to read a log's tiles without a handshake for each. */
const anonymousRequests = 32;

const peers = new WeakMap<IncomingMessage, Peer>();

/** The verified peer of a request, on an open route too when it presented a good certificate. */
export function peerIfAny(request: IncomingMessage): Peer | undefined {
  return peers.get(request);
}

/**
 * The verified peer of a request.
 * @throws TrustError PEER_MISSING on an open route without a certificate
 */
export function peerOf(request: IncomingMessage): Peer {
  const peer = peers.get(request);
  if (!peer)
    throw new TrustError('PEER_MISSING', 'expected a client certificate of this data space; none was presented');
  return peer;
}

/**
 * Serves HTTPS over TLS 1.3. A request that is not on the open list reaches `app` only from a verified peer; others are
 * answered 401 (RFC 9457) before a byte of their body is read. With an empty open list the handshake itself refuses.
 * @throws PlatformError PORT_IN_USE | LISTEN_FAILED
 */
export async function servePeerHttps(options: ServePeerHttpsOptions): Promise<RunningServer> {
  requireTls13();
  const requestTimeout = options.requestMs ?? 60_000;
  const server = createServer(
    {
      ...serverOptions(options.identity, { insist: options.open.length === 0 }),
      maxHeaderSize: 32_768,
      ...httpDeadlines,
      headersTimeout: Math.min(httpDeadlines.headersTimeout, requestTimeout),
      requestTimeout,
      keepAliveTimeout: 30_000,
    },
    (request, response) => {
      if (admit(request, response, options)) options.app(request, response);
    },
  );
  server.maxConnections = options.connections ?? 2_000;
  const connections = new Connections(server.maxConnections);
  server.on('connection', (socket: Socket) => connections.opened(socket));
  server.on('secureConnection', (socket) => {
    const peer = provenPeer(socket, options.clock.now());
    if (peer) connections.proven(socket, peer.id);
  });
  server.on('tlsClientError', (error) => options.log.debug({ err: error }, 'a handshake failed'));
  const port = await listen(server, options.host, options.port);
  return {
    name: options.name ?? 'https',
    protocol: 'https',
    host: options.host,
    port,
    routes: 'router' in options.app ? routesOf(options.app) : options.open,
    close: () => closeServer(server),
  };
}

function admit(request: IncomingMessage, response: ServerResponse, options: ServePeerHttpsOptions): boolean {
  try {
    peers.set(request, peerOfSocket(request.socket as TLSSocket, options.clock.now()));
    return true;
  } catch (error) {
    if (isOpen(options.open, request.method, request.url)) {
      boundRequests(request, response);
      return true;
    }
    const known = error instanceof TrustError;
    if (!known) options.log.error({ err: error }, 'a peer could not be told');
    refuse(response, known ? error : new TrustError('PEER_MALFORMED', 'the certificate could not be read'));
    return false;
  }
}

/** Nothing is said about why there is none: a request is told. */
function provenPeer(socket: TLSSocket, now: number): Peer | undefined {
  try {
    return peerOfSocket(socket, now);
  } catch {
    return undefined;
  }
}

const answered = new WeakMap<IncomingMessage['socket'], number>();

/** A stranger's connection ends with its last request: it is nobody's to keep. */
function boundRequests({ socket }: IncomingMessage, response: ServerResponse): void {
  const requests = (answered.get(socket) ?? 0) + 1;
  answered.set(socket, requests);
  if (requests >= anonymousRequests) response.setHeader('connection', 'close');
}

function refuse(response: ServerResponse, error: TrustError): void {
  const body = JSON.stringify(new HttpProblem(401, error.code, error.message));
  // The rest of the request is not wanted, so the connection ends with the answer.
  response.writeHead(401, { 'content-type': 'application/problem+json', connection: 'close' }).end(body);
}
