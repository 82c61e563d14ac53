import type { Socket } from 'node:net';
import { Broker, Exchange } from '@causeway/proto';
import { expect } from 'vitest';
import type { Endpoint } from '../probed-space.js';
import { shown } from '../probes.js';
import type { Target } from './target.js';
import { callHeaders, flags, frame, frames, holdsFrame, opening, type Reaction, utter, type Wire } from './wire.js';

/** The longest that a service may wait for somebody slow, with some room for a busy machine. */
const patience = 25_000;
const dripMs = 250;

interface Slow {
  readonly name: string;
  readonly reaction: Promise<Reaction>;
}

/** Writes the rest piece by piece for as long as anybody listens. */
function drip(first: string, again: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(again), dripMs);
    socket.once('close', () => clearInterval(timer));
  };
}

const silence = () => undefined;
const hello = Buffer.from('1603010200010001fc0303', 'hex');

/**
 * Opens what stays open: connections that say nothing, too little or too slowly. They wait while other tests run.
 */
export function beginSlowly({ probed, member }: Target): Slow[] {
  const credentials = shown(member);
  const slow: Slow[] = [];
  const open = (what: string, { role, name }: Endpoint, wire: Wire, speak: (socket: Socket) => void) =>
    slow.push({ name: `${what} at ${role} ${name}`, reaction: utter({ ...wire, patience }, speak) });

  for (const endpoint of probed.endpoints) {
    const { port, protocol, role, name } = endpoint;
    open('silence', endpoint, { port }, silence);
    if (protocol !== 'http') open('half a handshake', endpoint, { port }, (socket) => socket.write(hello));
    if (protocol === 'grpc') continue;
    const wire = protocol === 'https' ? { port, credentials } : { port };
    if (protocol === 'https') open('silence within TLS', endpoint, wire, silence);
    open('a header line at a time', endpoint, wire, drip('GET / HTTP/1.1\r\nHost: x\r\n', 'X: y\r\n'));
    open('a letter at a time', endpoint, wire, drip('G', 'E'));
    if (role === 'authority' && name === 'enrolment') {
      const head =
        'POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n';
      open('a body that trickles', endpoint, wire, drip(head, ' '));
    }
  }
  const call = (method: { path: string }) => (socket: Socket) =>
    socket.write(Buffer.concat([opening(), frame(frames.headers, flags.endHeaders, 1, callHeaders(method.path))]));
  // The service ends the call, and keeps the connection.
  const said = (bytes: Buffer) =>
    holdsFrame(bytes, (type, flag) => type === frames.headers && (flag & flags.endStream) !== 0);
  const wire = { credentials, protocols: ['h2'], said };
  const broker = probed.endpoint(probed.space.broker.home, 'broker');
  open('a registration without a message', broker, { ...wire, port: broker.port }, call(Broker.register));
  const exchange = probed.endpoint(probed.space.connector('oem').home, 'exchange');
  open('a pull without a message', exchange, { ...wire, port: exchange.port }, call(Exchange.pull));
  return slow;
}

/** Every one of them has been ended by the service, within its deadlines. */
export async function expectEnded(slow: readonly Slow[]): Promise<void> {
  const kept: string[] = [];
  for (const { name, reaction } of slow) {
    const { ended, answer, ms } = await reaction;
    if (!ended) kept.push(`${name}: ${ms} ms`);
    expect(answer, name).not.toMatch(/^HTTP\/1.1 [235]/);
  }
  expect(kept).toEqual([]);
}
