import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Credentials } from '../probes.js';

/** What came of bytes that were put on a wire. */
export interface Reaction {
  /** Of the first 4 KiB that came back, as Latin-1. */
  readonly answer: string;
  /** Whether the server ended it; else it was given up after the patience. */
  readonly ended: boolean;
  readonly ms: number;
}

export interface Wire {
  readonly port: number;
  /** Absent: bare TCP. */
  readonly credentials?: Credentials;
  readonly protocols?: string[];
  /** How long the server has to end it, in milliseconds. */
  readonly patience?: number;
  /** Whether the server has said that it ends it; by default, it has to. */
  readonly said?: (answer: Buffer) => boolean;
}

const most = 4_096;

/** Connects, lets `speak` write, and waits for the server to end it. Failing to write is an end, too. */
export function utter(wire: Wire, speak: (socket: Socket) => void): Promise<Reaction> {
  const { port, credentials, protocols, patience = 5_000, said = () => false } = wire;
  const began = performance.now();
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = credentials
      ? connectTls({
          ...{ host: '127.0.0.1', port, key: credentials.key, cert: credentials.cert },
          ...{ rejectUnauthorized: false, minVersion: 'TLSv1.3', ALPNProtocols: protocols ?? [] },
        })
      : connectTcp({ host: '127.0.0.1', port });
    const done = (ended: boolean) => {
      clearTimeout(late);
      resolve({ answer, ended, ms: Math.round(performance.now() - began) });
      socket.destroy();
    };
    const late = setTimeout(() => done(false), patience);
    socket.on('data', (bytes: Buffer) => {
      if (answer.length < most) answer += bytes.toString('latin1').slice(0, most);
      if (said(bytes)) done(true);
    });
    socket.on('error', () => done(true));
    socket.on('close', () => done(true));
    socket.once(credentials ? 'secureConnect' : 'connect', () => speak(socket));
  });
}

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** One HTTP/2 frame (RFC 9113, section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const frames = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
};
/** Whether such a frame is among these bytes, which begin with a frame. */
export function holdsFrame(bytes: Buffer, wanted: (type: number, flags: number) => boolean): boolean {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (wanted(bytes.readUInt8(at + 3), bytes.readUInt8(at + 4))) return true;
  }
  return false;
}

export const flags = { ack: 1, endStream: 1, endHeaders: 4 };

/** The beginning of every HTTP/2 connection. */
export function opening(): Buffer {
  return Buffer.concat([Buffer.from(preface), frame(frames.settings, 0, 0)]);
}

/** Header fields as literals without indexing (RFC 7541, section 6.2.2); each part below 127 bytes. */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const text = (part: string) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]);
  return Buffer.concat(
    Object.entries(fields).map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  );
}

/** The header fields of a gRPC call. */
export function callHeaders(path: string): Buffer {
  return headerBlock({
    ':method': 'POST',
    ':scheme': 'https',
    ':path': path,
    ':authority': 'localhost',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
}
