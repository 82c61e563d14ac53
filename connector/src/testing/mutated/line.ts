import { connect, type Socket } from 'node:net';

/** What came back: an answer, the end of the connection without one, or nothing in time. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: ReadonlyMap<string, string>;
      readonly body: Buffer;
      readonly more: number;
    }
  | { readonly kind: 'hung up' }
  | { readonly kind: 'silence' };

/** A connection that sends bytes as they are, and reads answers of HTTP/1.1. Kept open from one request to the next. */
export class Line {
  readonly #port: number;
  readonly #deadlineMs: number;
  #socket: Socket | undefined;
  #heard: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #closed = true;

  constructor(port: number, deadlineMs: number) {
    this.#port = port;
    this.#deadlineMs = deadlineMs;
  }

  async ask(
    bytes: Buffer,
    options: { readonly head: boolean; readonly last: boolean; readonly deadlineMs?: number },
  ): Promise<Reply> {
    // A connection that the server has ended in the meantime takes nothing any more.
    if (this.#socket === undefined || this.#closed) await this.#open();
    const socket = this.#socket;
    if (options.last) socket?.end(bytes);
    else socket?.write(bytes);
    const deadline = Date.now() + (options.deadlineMs ?? this.#deadlineMs);
    for (;;) {
      const read = parse(this.#heard, options.head, this.#closed);
      if (read !== undefined) {
        const more = this.#heard.length - read.length;
        this.#heard = Buffer.alloc(0);
        if (options.last || more > 0 || read.headers.get('connection') === 'close') this.close();
        return { kind: 'answer', status: read.status, headers: read.headers, body: read.body, more };
      }
      const left = deadline - Date.now();
      if (this.#closed || left <= 0) {
        const kind = this.#closed ? 'hung up' : 'silence';
        this.close();
        return { kind };
      }
      await this.#woken(left);
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#closed = true;
    this.#heard = Buffer.alloc(0);
  }

  #woken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #open(): Promise<void> {
    this.close();
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true });
    this.#socket = socket;
    this.#closed = false;
    const ended = (): void => {
      if (this.#socket !== socket) return;
      this.#closed = true;
      this.#wake();
    };
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (this.#socket !== socket) return;
      this.#heard = this.#heard.length === 0 ? chunk : Buffer.concat([this.#heard, chunk]);
      this.#wake();
    });
    socket.on('end', ended);
    socket.on('close', ended);
    // A reset: `close` follows.
    socket.on('error', ended);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve());
    });
  }
}

interface Read {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Bytes of the whole answer, with what came before it. */
  readonly length: number;
}

/** The first answer in these bytes that is not a preliminary one; undefined while it is not whole. */
function parse(bytes: Buffer, head: boolean, closed: boolean): Read | undefined {
  for (let from = 0; ; ) {
    const end = bytes.indexOf('\r\n\r\n', from);
    if (end < 0) return undefined;
    const [first = '', ...lines] = bytes.toString('latin1', from, end).split('\r\n');
    const status = Number(first.split(' ')[1]);
    from = end + 4;
    if (status < 200) continue;
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const bodiless = head || status === 204 || status === 304;
    if (bodiless) return { status, headers, body: Buffer.alloc(0), length: from };
    if (headers.get('transfer-encoding') === 'chunked') {
      const read = unchunk(bytes, from);
      return read && { status, headers, ...read };
    }
    const told = headers.get('content-length');
    if (told === undefined && !closed) {
      return headers.get('connection') === 'close'
        ? undefined
        : { status, headers, body: Buffer.alloc(0), length: from };
    }
    const length = told === undefined ? bytes.length - from : Number(told);
    if (bytes.length < from + length) return undefined;
    return { status, headers, body: bytes.subarray(from, from + length), length: from + length };
  }
}

function unchunk(bytes: Buffer, start: number): { body: Buffer; length: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), length: next };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
