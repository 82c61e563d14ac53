import type * as http from 'node:http';
import type * as https from 'node:https';
import type { Socket } from 'node:net';
import { codeOf, messageOf, PlatformError } from '../errors.js';

type HttpServer = http.Server | https.Server;

/**
 * Options of every HTTP server here: the time for all headers of a request to arrive, and how often Node looks for connections
 * whose time is over (its default of 30 s would more than double every deadline).
 */
export const httpDeadlines = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 } as const;

// Node knows the connections that speak HTTP; one that is still in its TLS handshake, or silent, is known only here.
const sockets = new WeakMap<HttpServer, Set<Socket>>();

/**
 * Listens and answers the port (the free one found for 0). Throws `PlatformError` PORT_IN_USE when another process has
 * it, LISTEN_FAILED for every other reason. End it with `closeServer`.
 */
export async function listen(server: HttpServer, host: string, port: number): Promise<number> {
  const open = new Set<Socket>();
  sockets.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((cause: unknown) => {
    throw codeOf(cause) === 'EADDRINUSE' ? portInUse(host, port, cause) : listenFailed(host, port, cause);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * Stops accepting, closes idle connections at once and lets requests under way finish, for `graceMs` (5,000 unless told)
 * at most: then it destroys what is left.
 */
export async function closeServer(server: HttpServer, graceMs = 5_000): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const destroy = setTimeout(() => {
    for (const socket of sockets.get(server) ?? []) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(destroy);
}

function portInUse(host: string, port: number, cause: unknown): PlatformError {
  const message = `Port ${port} on ${host} is in use by another process; stop it or configure another port.`;
  return new PlatformError('PORT_IN_USE', message, { cause, data: { host, port } });
}

function listenFailed(host: string, port: number, cause: unknown): PlatformError {
  const message = `Cannot listen on ${host}, port ${port}: ${messageOf(cause)}.`;
  return new PlatformError('LISTEN_FAILED', message, { cause, data: { host, port } });
}
