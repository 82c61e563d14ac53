import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Requests } from './tls-records.js';

/** Which way bytes travel: `request` from whoever connected, `answer` back to them. */
export type Direction = 'request' | 'answer';

const directions: readonly Direction[] = ['request', 'answer'];

/**
 * A TCP proxy in front of one port. It cannot read what it carries (TLS runs end to end); it can hold either direction,
 * slow the answers and cut everything, which is all a network, or an attacker on it, can do.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #links = new Set<Link>();
  readonly #held = new Set<Direction>();
  readonly #waiting = new Set<() => void>();
  readonly #control: LinkControl;
  #target: { host: string; port: number } | undefined;
  #trap: number | undefined;
  #answerBytesPerTick = Number.POSITIVE_INFINITY;
  #answerBytesLeft = Number.POSITIVE_INFINITY;
  /** Bytes that arrived for each direction, forwarded or not. */
  readonly seen: Record<Direction, number> = { request: 0, answer: 0 };

  constructor() {
    this.#control = {
      arrived: (direction, bytes) => {
        this.seen[direction] += bytes;
        for (const wake of this.#waiting) wake();
      },
      trapped: (bytes) => this.#trap !== undefined && bytes >= this.#trap,
      rate: () => this.#answerBytesPerTick,
      left: () => this.#answerBytesLeft,
      spend: (bytes) => {
        this.#answerBytesLeft -= bytes;
      },
      closed: (link) => this.#links.delete(link),
    };
  }

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
    for (const link of this.#links) link.pause(direction);
  }

  /**
   * Keeps the next request on each connection, and whatever follows it, until `release`. Handshakes pass; so do records of
   * fewer than `atLeast` bytes, such as those by which HTTP/2 keeps its books.
   */
  trap(atLeast = 1): void {
    this.#trap = atLeast;
  }

  /** Lets so many more bytes of answers pass, on all connections together, and keeps what follows until `release`. */
  holdAfter(bytes: number): void {
    this.#answerBytesLeft = bytes;
  }

  /** Lets everything held that way go on, or everything held. */
  release(...released: Direction[]): void {
    const going = released.length > 0 ? released : directions;
    for (const direction of going) this.#held.delete(direction);
    if (going.includes('request')) this.#trap = undefined;
    if (going.includes('answer')) this.#answerBytesLeft = Number.POSITIVE_INFINITY;
    for (const link of this.#links) for (const direction of going) link.resume(direction);
  }

  /** Whether something is held that way now. */
  holds(direction: Direction): boolean {
    return [...this.#links].some((link) => link.holds(direction));
  }

  /** Resolves once something is held that way. */
  async caught(direction: Direction): Promise<void> {
    while (!this.holds(direction)) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** Answers trickle: this many bytes each 10 ms on every connection. */
  slow(bytesPerTick: number): void {
    this.#answerBytesPerTick = bytesPerTick;
  }

  /** Ends every connection at once, with what was held of it; new ones are accepted. */
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
    const link = new Link(client, connect(this.#target), this.#control);
    this.#links.add(link);
    for (const direction of this.#held) link.pause(direction);
  }
}

interface LinkControl {
  /** Bytes arrived and were forwarded or held. */
  arrived(direction: Direction, bytes: number): void;
  /** Whether a request of so many bytes is to be held. */
  trapped(bytes: number): boolean;
  /** Bytes of answers each tick on each connection. */
  rate(): number;
  /** Bytes of answers that may still pass. */
  left(): number;
  spend(bytes: number): void;
  closed(link: Link): void;
}

const tickMs = 10;
/** While a direction is held its source is still read, so that its end is noticed; but no more than this. */
const mostHeld = 262_144;

/** One proxied connection. What waits stays in a queue whose source is paused, so that it holds little. */
class Link {
  readonly #queues: Record<Direction, Buffer[]> = { request: [], answer: [] };
  readonly #paused = new Set<Direction>();
  readonly #timer: NodeJS.Timeout;
  readonly #ends: Record<Direction, { from: Socket; to: Socket }>;
  readonly #requests = new Requests();
  readonly #control: LinkControl;
  #tick = 0;
  #spent = 0;

  constructor(client: Socket, server: Socket, control: LinkControl) {
    this.#control = control;
    this.#ends = { request: { from: client, to: server }, answer: { from: server, to: client } };
    for (const direction of directions) {
      const { from } = this.#ends[direction];
      from.on('data', (bytes: Buffer) => {
        if (direction === 'request') this.#requested(bytes);
        else this.#queues.answer.push(bytes);
        this.#flush(direction);
        this.#control.arrived(direction, bytes.length);
      });
      from.on('error', () => this.destroy());
      from.on('close', () => this.destroy());
    }
    this.#timer = setInterval(() => this.#flush('answer'), tickMs);
  }

  pause(direction: Direction): void {
    this.#paused.add(direction);
  }

  resume(direction: Direction): void {
    this.#paused.delete(direction);
    this.#flush(direction);
  }

  holds(direction: Direction): boolean {
    const stopped = this.#paused.has(direction) || (direction === 'answer' && this.#control.left() <= 0);
    return stopped && this.#queues[direction].length > 0;
  }

  destroy(): void {
    clearInterval(this.#timer);
    for (const { from } of Object.values(this.#ends)) from.destroy();
    this.#control.closed(this);
  }

  #requested(bytes: Buffer): void {
    for (const { record, application } of this.#requests.read(bytes)) {
      if (application && this.#control.trapped(record.length)) {
        // What came before it goes on.
        this.#flush('request');
        this.pause('request');
      }
      this.#queues.request.push(record);
    }
  }

  #flush(direction: Direction): void {
    const queue = this.#queues[direction];
    const { from, to } = this.#ends[direction];
    const limited = direction === 'answer';
    while (queue.length > 0 && !this.#paused.has(direction)) {
      const budget = limited ? Math.min(this.#tickBudget(), this.#control.left()) : Number.POSITIVE_INFINITY;
      if (budget <= 0) break;
      const head = queue.shift() as Buffer;
      const part = head.length > budget ? head.subarray(0, budget) : head;
      if (part.length < head.length) queue.unshift(head.subarray(part.length));
      if (limited) {
        this.#spent += part.length;
        this.#control.spend(part.length);
      }
      to.write(part);
    }
    const held = this.holds(direction) ? mostHeld : 0;
    if (queue.reduce((sum, { length }) => sum + length, 0) > held) from.pause();
    else from.resume();
  }

  /** What is left of this tick's budget, however often it is asked for. */
  #tickBudget(): number {
    const tick = Math.floor(performance.now() / tickMs);
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#spent = 0;
    }
    return this.#control.rate() - this.#spent;
  }
}
