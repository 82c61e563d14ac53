import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Identity } from '@causeway/certs/peer';
import { vi } from 'vitest';

/** Listens at somebody else's address with a certificate of its own, speaks whatever is asked for, and counts what it is told. */
export class Impostor implements AsyncDisposable {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  /** Connections that came, and bytes that were sent within TLS. */
  connections = 0;
  bytes = 0;

  private constructor(identity: Pick<Identity, 'tls' | 'roots'>, version: 'TLSv1.2' | 'TLSv1.3') {
    this.#server = createServer({
      ...identity.tls,
      ca: [...identity.roots],
      minVersion: version,
      maxVersion: version,
      requestCert: true,
      rejectUnauthorized: false,
      // h2 for gRPC, http/1.1 for the rest.
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    // Counted from the first byte of TCP on: a handshake under way is a visit that has not ended.
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        this.bytes += bytes.length;
      });
    });
  }

  static async listen(
    identity: Pick<Identity, 'tls' | 'roots'>,
    version: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
  ): Promise<Impostor> {
    const impostor = new Impostor(identity, version);
    impostor.#server.listen(0, '127.0.0.1');
    await once(impostor.#server, 'listening');
    return impostor;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Resolves when somebody came and every connection has ended again: what they were going to send, they have sent. */
  async visited(): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.connections === 0 || this.#sockets.size > 0) throw new TypeError('nobody has come and gone');
      },
      { timeout: 30_000, interval: 20 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
