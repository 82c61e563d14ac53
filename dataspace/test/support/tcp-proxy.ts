import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Which way bytes travel: `request` from whoever connected, `answer` back to them. */
export type Direction = 'request' | 'answer';

/**
 * A TCP proxy in front of one port. It cannot read what it carries (TLS runs end to end); it can hold either direction,
 * slow the answers and cut everything, which is all a network, or an attacker on it, can do.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #links = new Set<Link>();
  readonly #held = new Set<Direction>();
  #target: { host: string; port: number } | undefined;
  #answerBytesPerTick = Number.POSITIVE_INFINITY;
  #waiting: (() => void)[] = [];
  /** Bytes that arrived for each direction since the last `hold` or `release`, forwarded or not. */
  readonly seen: Record<Direction, number> = { request: 0, answer: 0 };

  static async listen(target?: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    proxy.#target = target;
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where connections go from now on: a restarted service may have another port. */
  aim(target: { host: string; port: number }): void {
    this.#target = target;
  }

  /** Keeps what travels that way, on connections there are and on later ones, until `release`. */
  hold(direction: Direction): void {
    this.#held.add(direction);
    this.seen[direction] = 0;
    for (const link of this.#links) link.pause(direction);
  }

  release(): void {
    this.#held.clear();
    for (const link of this.#links) link.resume();
  }

  /** Resolves once something was held that way. */
  async caught(direction: Direction): Promise<void> {
    while (this.seen[direction] === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Answers trickle: this many bytes each 10 ms on every connection. */
  slow(bytesPerTick: number): void {
    this.#answerBytesPerTick = bytesPerTick;
  }

  /** Ends every connection at once; new ones are accepted. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
  }

  #accept(client: Socket): void {
    if (!this.#target) {
      client.destroy();
      return;
    }
    const link = new Link(client, connect(this.#target), {
      seen: (direction, bytes) => {
        this.seen[direction] += bytes;
        for (const wake of this.#waiting.splice(0)) wake();
      },
      rate: () => this.#answerBytesPerTick,
      closed: () => this.#links.delete(link),
    });
    this.#links.add(link);
    for (const direction of this.#held) link.pause(direction);
  }
}

interface LinkEvents {
  seen(direction: Direction, bytes: number): void;
  rate(): number;
  closed(): void;
}

const tickMs = 10;

/** One proxied connection. Held bytes stay in a queue whose source is paused, so that it holds little. */
class Link {
  readonly #queues: Record<Direction, Buffer[]> = { request: [], answer: [] };
  readonly #paused = new Set<Direction>();
  readonly #timer: NodeJS.Timeout;
  readonly #ends: Record<Direction, { from: Socket; to: Socket }>;

  readonly #events: LinkEvents;
  #tick = 0;
  #spent = 0;

  constructor(client: Socket, server: Socket, events: LinkEvents) {
    this.#events = events;
    this.#ends = { request: { from: client, to: server }, answer: { from: server, to: client } };
    for (const direction of ['request', 'answer'] as const) {
      const { from } = this.#ends[direction];
      from.on('data', (bytes: Buffer) => {
        this.#events.seen(direction, bytes.length);
        this.#queues[direction].push(bytes);
        this.#flush(direction);
      });
      from.on('error', () => this.destroy());
      from.on('close', () => this.destroy());
    }
    this.#timer = setInterval(() => this.#flush('answer'), tickMs);
  }

  pause(direction: Direction): void {
    this.#paused.add(direction);
  }

  resume(): void {
    this.#paused.clear();
    for (const direction of ['request', 'answer'] as const) this.#flush(direction);
  }

  destroy(): void {
    clearInterval(this.#timer);
    for (const { from } of Object.values(this.#ends)) from.destroy();
    this.#events.closed();
  }

  #flush(direction: Direction): void {
    const queue = this.#queues[direction];
    const { from, to } = this.#ends[direction];
    let budget = direction === 'answer' ? this.#events.rate() : Number.POSITIVE_INFINITY;
    if (Number.isFinite(budget)) budget = this.#tickBudget(budget);
    while (queue.length > 0 && !this.#paused.has(direction) && budget > 0) {
      const head = queue.shift() as Buffer;
      const part = head.length > budget ? head.subarray(0, budget) : head;
      if (part.length < head.length) queue.unshift(head.subarray(part.length));
      budget -= part.length;
      this.#spent += part.length;
      to.write(part);
    }
    if (queue.length > 0) from.pause();
    else from.resume();
  }

  /** What is left of this tick's budget, however often it is asked for. */
  #tickBudget(rate: number): number {
    const tick = Math.floor(performance.now() / tickMs);
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#spent = 0;
    }
    return rate - this.#spent;
  }
}
