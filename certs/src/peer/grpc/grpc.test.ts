import { connect as connectHttp2 } from 'node:http2';
import { type ConnectionOptions, connect } from 'node:tls';
import { GrpcFailure, silentLogger, systemClock } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestTrust, testTrust } from '../../testing/index.js';
import type { Identity } from '../identity.js';
import type { Expected } from '../peer.js';
import { PeerChannel, type PeerChannelOptions } from './channel.js';
import type { GrpcMethod } from './method.js';
import { RpcError } from './rpc-error.js';
import { type ServePeerGrpcOptions, servePeerGrpc } from './server.js';
import { peerService } from './service.js';

interface Note {
  readonly text: string;
  readonly bytes?: number;
}

const encode = (note: Note) => Buffer.from(JSON.stringify(note));
const decode = (bytes: Buffer): Note => JSON.parse(bytes.toString('utf8'));
const method = (name: string, requestStream: boolean, responseStream: boolean): GrpcMethod<Note, Note, Note, Note> => ({
  path: `/causeway.test.v1.Notes/${name}`,
  requestStream,
  responseStream,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
});
const Notes = {
  say: method('Say', false, false),
  gather: method('Gather', true, false),
  talk: method('Talk', true, true),
};

const provider = { id: 'urn:causeway:provider', role: 'participant' } as const;
const consumer = { id: 'urn:causeway:consumer', role: 'participant' } as const;

let trust: TestTrust;
let server: Identity;
let client: Identity;
const open: (() => unknown)[] = [];

beforeAll(async () => {
  trust = await testTrust();
  server = await trust.identity(provider.id, provider.role);
  client = await trust.identity(consumer.id, consumer.role);
});

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(options: Partial<ServePeerGrpcOptions> = {}) {
  const state = { cancelled: 0, sent: 0, stalled: 0, ended: 0 };
  const service = peerService(Notes, {
    rules: {
      say: { roles: ['participant'] },
      gather: { roles: ['participant', 'broker'] },
      talk: { roles: ['participant'] },
    },
    handlers: {
      say: {
        unary: async ({ peer, request, signal }) => {
          if (request.text === 'refuse') throw new GrpcFailure(status.NOT_FOUND, 'NO_NOTE', 'there is no such note');
          if (request.text === 'break') throw new Error('the password is hunter2');
          if (request.text === 'hang') {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            state.cancelled += 1;
          }
          return { text: `${peer.id} ${peer.role} ${request.text}` };
        },
      },
      gather: {
        clientStream: async ({ requests }) => {
          const texts: string[] = [];
          for await (const { text } of requests) texts.push(text);
          return { text: texts.join(',') };
        },
      },
      talk: {
        bidi: async ({ requests, send, signal }) => {
          signal.addEventListener('abort', () => {
            state.cancelled += 1;
          });
          try {
            await talk(requests, send);
          } catch (error) {
            if (error instanceof GrpcFailure && error.code === 'STALLED') state.stalled += 1;
            throw error;
          } finally {
            state.ended += 1;
          }
        },
      },
    },
  });
  const talk = async (requests: AsyncIterable<Note>, send: (note: Note) => Promise<void>) => {
    for await (const { text, bytes } of requests) {
      if (text === 'refuse') throw new GrpcFailure(status.FAILED_PRECONDITION, 'NOT_NOW', 'not now');
      if (bytes === undefined) await send({ text });
      else {
        for (let left = bytes; left > 0; left -= 1) {
          await send({ text: 'x'.repeat(65_536) });
          state.sent += 1;
        }
      }
    }
  };
  const running = await servePeerGrpc({
    identity: server,
    clock: systemClock,
    host: '127.0.0.1',
    port: 0,
    services: [service],
    log: silentLogger,
    ...options,
  });
  open.push(() => running.close());
  return { port: running.port, state, running };
}

function channel(port: number, options: Partial<PeerChannelOptions> = {}) {
  const made = new PeerChannel({ identity: client, address: `127.0.0.1:${port}`, expect: provider, ...options });
  open.push(() => made.close());
  return made;
}

const say = (made: PeerChannel, text = 'hello') => made.unary(Notes.say, { text }, { deadlineMs: 5_000 });

describe('calls between verified peers', () => {
  it('gives the handler the identity of the certificate', async () => {
    const { port } = await serve();
    expect(await say(channel(port))).toEqual({ text: 'urn:causeway:consumer participant hello' });
  });

  it('streams both ways, in order, and ends well', async () => {
    const { port } = await serve();
    const talk = channel(port).bidi(Notes.talk);
    await talk.send({ text: 'one' });
    await talk.send({ text: 'two' });
    talk.end();
    expect((await collect(talk.responses)).map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('gathers a stream of requests into one answer', async () => {
    const { port } = await serve();
    expect(await channel(port).clientStream(Notes.gather, [{ text: 'a' }, { text: 'b' }])).toEqual({ text: 'a,b' });
  });

  it('tells a refusal by its code, and nothing of an unexpected failure', async () => {
    const { port } = await serve();
    const made = channel(port);
    await expect(say(made, 'refuse')).rejects.toMatchObject({ status: status.NOT_FOUND, code: 'NO_NOTE' });
    const failure: unknown = await say(made, 'break').catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: status.INTERNAL, code: 'INTERNAL' });
    expect(String(failure)).not.toContain('hunter2');
    const talk = made.bidi(Notes.talk);
    await talk.send({ text: 'refuse' });
    await expect(collect(talk.responses)).rejects.toMatchObject({ code: 'NOT_NOW' });
    await expect(talk.send({ text: 'more' })).rejects.toBeInstanceOf(RpcError);
  });

  it('bounds a call on the server, whatever deadline the caller set, also when its request never comes', async () => {
    const { port, state } = await serve({ limits: { unaryMs: 200 } });
    await expect(say(channel(port), 'hang')).rejects.toMatchObject({
      status: status.DEADLINE_EXCEEDED,
      code: 'DEADLINE',
    });
    expect(state.cancelled).toBe(1);
    const silent = await silentCall(port);
    expect(silent).toBe(String(status.DEADLINE_EXCEEDED));
  });

  it('refuses oversized and garbage messages and lives', async () => {
    const { port } = await serve();
    const made = channel(port);
    const oversized = { text: 'x'.repeat(1_048_577) };
    await expect(say(made, oversized.text)).rejects.toMatchObject({ status: status.RESOURCE_EXHAUSTED });
    const garbage = { ...Notes.say, requestSerialize: () => Buffer.from([0xff, 0, 0x7b]) };
    await expect(made.unary(garbage, { text: '' })).rejects.toMatchObject({ status: status.INTERNAL });
    expect(await say(made)).toBeDefined();
  });

  it('waits for a slow reader instead of filling memory, and hears of its cancellation', async () => {
    const { port, state } = await serve();
    const talk = channel(port, { messageBytes: 1_048_576 }).bidi(Notes.talk);
    await talk.send({ text: 'many', bytes: 10_000 });
    const reader = talk.responses[Symbol.asyncIterator]();
    await reader.next();
    await until(async () => {
      const before = state.sent;
      await turns(200);
      return state.sent === before;
    });
    // 16 MiB of window, and a few messages on either side.
    expect(state.sent).toBeLessThan(1_000);
    talk.cancel();
    await until(async () => state.cancelled === 1);
  });
});

describe('a call that breaks', () => {
  it('ends a stream of requests with the answer or the source’s own error', async () => {
    const { port } = await serve();
    const made = channel(port);
    async function* broken() {
      yield { text: 'a' };
      throw new RangeError('the source broke');
    }
    await expect(made.clientStream(Notes.gather, broken())).rejects.toBeInstanceOf(RangeError);
    const refusing = made.clientStream(Notes.gather, [{ text: 'x'.repeat(1_048_577) }, { text: 'b' }]);
    await expect(refusing).rejects.toMatchObject({ status: status.RESOURCE_EXHAUSTED });
    expect(await made.clientStream(Notes.gather, [])).toEqual({ text: '' });
  });

  it('is cancelled by the caller’s signal', async () => {
    const { port, state } = await serve();
    const stop = new AbortController();
    const said = channel(port).unary(Notes.say, { text: 'hang' }, { signal: stop.signal });
    const talk = channel(port).bidi(Notes.talk, { signal: stop.signal });
    await talk.send({ text: 'one' });
    await talk.responses[Symbol.asyncIterator]().next();
    stop.abort();
    await expect(said).rejects.toMatchObject({ status: status.CANCELLED });
    await expect(collect(talk.responses)).rejects.toMatchObject({ status: status.CANCELLED });
    await until(async () => state.cancelled >= 1);
  });

  it('gives up a reader that takes nothing', async () => {
    const { port, state } = await serve({ limits: { stallMs: 200 } });
    const talk = channel(port).bidi(Notes.talk);
    await talk.send({ text: 'many', bytes: 10_000 });
    await until(async () => state.stalled === 1);
    await expect(collect(talk.responses)).rejects.toMatchObject({ code: 'STALLED' });
  });

  it('is cut when the server closes, which waits for its handler', async () => {
    const { port, state, running } = await serve();
    const talk = channel(port).bidi(Notes.talk);
    await talk.send({ text: 'one' });
    await talk.responses[Symbol.asyncIterator]().next();
    await running.close();
    expect(state.ended).toBe(1);
    await expect(collect(talk.responses)).rejects.toBeInstanceOf(RpcError);
    await expect(say(channel(port))).rejects.toMatchObject({ status: status.UNAVAILABLE });
  });

  it('says when its port is taken', async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });
});

describe('who may not call', () => {
  it('nobody without a certificate, of another space, or expired', async () => {
    const { port } = await serve();
    const stranger = await testTrust();
    const foreign = await trust.identity(consumer.id, consumer.role, { ca: stranger });
    const expired = await trust.identity(consumer.id, consumer.role, { notAfter: Date.now() - 60_000 });
    expect(await handshake(port, { ca: trust.ca.cert })).toBe('refused');
    for (const identity of [foreign, expired]) {
      await expect(say(channel(port, { identity }))).rejects.toMatchObject({ status: status.UNAVAILABLE });
    }
  });

  it('nobody in a role without a rule', async () => {
    const { port } = await serve();
    const broker = await trust.identity('urn:causeway:broker', 'broker');
    const made = channel(port, { identity: broker });
    await expect(say(made)).rejects.toMatchObject({ status: status.PERMISSION_DENIED, code: 'ROLE_REFUSED' });
    expect(await made.clientStream(Notes.gather, [{ text: 'a' }])).toEqual({ text: 'a' });
  });

  it('nobody over TLS 1.2, and nobody on a resumed session', async () => {
    const { port } = await serve();
    const mine = { ca: trust.ca.cert, key: client.tls.key, cert: client.tls.cert };
    expect(await handshake(port, { ...mine, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe('refused');
    expect(await handshake(port, mine)).toBe('accepted');
    const sessions: Buffer[] = [];
    await handshake(port, mine, (session) => sessions.push(session));
    expect(sessions).not.toEqual([]);
    for (const session of sessions) expect(await handshake(port, { ...mine, session })).not.toBe('resumed');
  });

  it('nobody whose certificate has ended since the handshake', async () => {
    const clock = new ManualClock(Date.now());
    const { port } = await serve({ clock });
    const ending = await trust.identity(consumer.id, consumer.role, { notAfter: Date.now() + 3_600_000 });
    const made = channel(port, { identity: ending });
    const talk = made.bidi(Notes.talk);
    await talk.send({ text: 'one' });
    const reader = talk.responses[Symbol.asyncIterator]();
    await reader.next();
    await clock.advance(3_600_001);
    await expect(say(made)).rejects.toMatchObject({ status: status.UNAUTHENTICATED, code: 'PEER_EXPIRED' });
    await talk.send({ text: 'two' });
    await expect(reader.next()).rejects.toMatchObject({ code: 'PEER_EXPIRED' });
  });
});

describe('a server that is somebody else', () => {
  it.each<[string, Expected]>([
    ['another participant', { id: 'urn:causeway:other', role: 'participant' }],
    ['a participant posing as the broker', { id: provider.id, role: 'broker' }],
  ])('%s is refused before the first byte', async (_name, expected) => {
    const { port, state } = await serve();
    await expect(say(channel(port, { expect: expected }))).rejects.toMatchObject({ code: 'PEER_UNEXPECTED' });
    const talk = channel(port, { expect: expected }).bidi(Notes.talk);
    await expect(collect(talk.responses)).rejects.toMatchObject({ code: 'PEER_UNEXPECTED' });
    expect(state.sent).toBe(0);
  });

  it('of another space is refused', async () => {
    const stranger = await testTrust();
    const { port } = await serve({ identity: await stranger.identity(provider.id, provider.role) });
    await expect(say(channel(port))).rejects.toMatchObject({ status: status.UNAVAILABLE });
  });

  it('whose certificate has ended since the handshake is refused on the same channel', async () => {
    const clock = new ManualClock(Date.now());
    const ending = await trust.identity(provider.id, provider.role, { notAfter: Date.now() + 3_600_000 });
    const { port } = await serve({ identity: ending });
    const made = channel(port, { clock });
    expect(await say(made)).toBeDefined();
    await clock.advance(3_600_001);
    await expect(say(made)).rejects.toMatchObject({ code: 'PEER_EXPIRED' });
  });
});

async function collect<T>(responses: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const response of responses) all.push(response);
  return all;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await turns(1);
}

/** How the server's handshake ends: TLS 1.3 refuses a client certificate only after the client believes it is done. */
function handshake(port: number, options: ConnectionOptions, onSession?: (session: Buffer) => void) {
  return new Promise<'accepted' | 'refused' | 'resumed'>((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ALPNProtocols: ['h2'],
      checkServerIdentity: () => undefined,
      ...options,
    });
    if (onSession) socket.on('session', onSession);
    const end = (outcome: 'accepted' | 'refused' | 'resumed') => {
      resolve(outcome);
      socket.destroy();
    };
    // The server's SETTINGS frame shows that it took the connection.
    socket.once('data', () => end(socket.isSessionReused() ? 'resumed' : 'accepted'));
    socket.once('error', () => end('refused'));
    socket.once('close', () => end('refused'));
  });
}

/** Opens a unary call and never sends its request; resolves to the gRPC status that ends it. */
function silentCall(port: number): Promise<string> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    ca: trust.ca.cert,
    key: client.tls.key,
    cert: client.tls.cert,
    checkServerIdentity: () => undefined,
  });
  const stream = session.request({
    ':method': 'POST',
    ':path': Notes.say.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  return new Promise((resolve, reject) => {
    stream.on('response', (headers) => {
      resolve(String(headers['grpc-status']));
      session.destroy();
    });
    stream.on('error', reject);
  });
}
