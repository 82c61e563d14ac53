import { Broker, ClearingHouse, Exchange } from '@causeway/proto';
import { expect, it } from 'vitest';
import { shown } from '../probes.js';
import { expectAlive, ported, type Target } from './target.js';
import { callHeaders, flags, frame, frames, headerBlock, holdsFrame, opening, utter } from './wire.js';

const { endHeaders, endStream } = flags;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const numbered = (index: number) => 2 * index + 1;

/** Frames after the opening; the path is of a method that is served there. */
const attacks: Readonly<Record<string, (path: string) => Buffer[]>> = {
  'ten thousand pings': () => times(10_000, () => frame(frames.ping, 0, 0, Buffer.alloc(8))),
  'ten thousand settings': () => times(10_000, () => frame(frames.settings, 0, 0)),
  'five thousand streams, each reset at once': (path) =>
    times(5_000, (index) =>
      Buffer.concat([
        frame(frames.headers, endHeaders, numbered(index), callHeaders(path)),
        frame(frames.reset, 0, numbered(index), Buffer.from([0, 0, 0, 8])),
      ]),
    ),
  'two thousand streams that stay open': (path) =>
    times(2_000, (index) => frame(frames.headers, endHeaders, numbered(index), callHeaders(path))),
  'two thousand calls at once': (path) =>
    times(2_000, (index) =>
      Buffer.concat([
        frame(frames.headers, endHeaders, numbered(index), callHeaders(path)),
        frame(frames.data, endStream, numbered(index), Buffer.alloc(5)),
      ]),
    ),
  'headers that never end': (path) => [
    frame(frames.headers, 0, 1, callHeaders(path)),
    ...times(2_000, () => frame(frames.continuation, 0, 1, headerBlock({ 'x-more': 'x'.repeat(100) }))),
  ],
  'ten thousand empty frames of data': (path) => [
    frame(frames.headers, endHeaders, 1, callHeaders(path)),
    ...times(10_000, () => frame(frames.data, 0, 1)),
  ],
  'ten thousand priorities': () =>
    times(10_000, (index) => frame(frames.priority, 0, numbered(index), Buffer.from([0, 0, 0, 0, 1]))),
  'a stream that depends on itself': () => [frame(frames.priority, 0, 1, Buffer.from([0, 0, 0, 1, 1]))],
  'data of no stream': () => [frame(frames.data, 0, 0, Buffer.alloc(10))],
  'header fields that cannot be read': () => [frame(frames.headers, endHeaders, 1, Buffer.alloc(100, 0xff))],
  'a window beyond every bound': () =>
    times(3, () => frame(frames.window, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff]))),
  'a frame longer than allowed': () => [frame(frames.data, 0, 1, Buffer.alloc(1_000_000))],
  'settings of no sense': () => [frame(frames.settings, 0, 0, Buffer.from('000500000001000400000000ffff', 'hex'))],
};

const last = Buffer.from('the last');

/** Whether the service has read all of it, or hears nothing more and closes when its own ping is not answered. */
const over = (bytes: Buffer) =>
  bytes.includes(frame(frames.ping, flags.ack, 0, last)) || holdsFrame(bytes, (type) => type === frames.goAway);

/** HTTP/2 below gRPC, by a member: each connection is cut or goes on being served, and nobody else notices. */
export function http2Garbage(of: () => Target): void {
  it.each(Object.entries(attacks))('%s', async (_name, make) => {
    const credentials = shown(of().member);
    const paths: Readonly<Record<string, string>> = {
      broker: Broker.search.path,
      'clearing-house': ClearingHouse.list.path,
      exchange: Exchange.pull.path,
    };
    await Promise.all(
      ported(of(), 'grpc').map(async ({ name, port }) => {
        const attack = Buffer.concat([opening(), ...make(paths[name] ?? '/'), frame(frames.ping, 0, 0, last)]);
        const wire = { port, credentials, protocols: ['h2'], patience: 10_000, said: over };
        expect((await utter(wire, (socket) => socket.write(attack))).ended, name).toBe(true);
      }),
    );
    await expectAlive(of());
  });
}
