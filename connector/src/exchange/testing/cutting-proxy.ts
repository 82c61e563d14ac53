import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that cuts its connections after so many bytes from the server, as often as it is told. */
export class CuttingProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** For each connection in turn, the bytes after which it is cut; then none is. */
  readonly cuts: number[];
  connections = 0;
  port = 0;

  private constructor(target: number, cuts: readonly number[]) {
    this.#target = target;
    this.cuts = [...cuts];
    this.#server = createServer((client) => this.#pass(client));
  }

  static async start(address: string, cuts: readonly number[]): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(Number(address.slice(address.lastIndexOf(':') + 1)), cuts);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    const bound = proxy.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('expected a port');
    proxy.port = bound.port;
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Cuts what is open now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket): void {
    this.connections += 1;
    let left = this.cuts.shift() ?? Number.POSITIVE_INFINITY;
    const server = connect(this.#target, '127.0.0.1');
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.pipe(server);
    server.on('data', (bytes) => {
      left -= bytes.length;
      if (left < 0) return end();
      if (!client.write(bytes)) {
        server.pause();
        client.once('drain', () => server.resume());
      }
    });
  }
}
