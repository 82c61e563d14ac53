import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectTcp, createServer as createTcp } from 'node:net';
import { type ConnectionOptions, connect, createServer } from 'node:tls';
import { type RunningServer, silentLogger, systemClock } from '@causeway/platform';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestTrust, testTrust } from '../../testing/index.js';
import { PeerChannel } from '../grpc/channel.js';
import type { Identity } from '../identity.js';
import type { Expected } from '../peer.js';
import { contextOptions } from '../tls.js';
import { isOpen } from './open-list.js';
import { type PeerRequestOptions, peerRequest } from './request.js';
import { peerIfAny, peerOf, type ServePeerHttpsOptions, servePeerHttps } from './server.js';

const provider = { id: 'urn:causeway:provider', role: 'participant' } as const;
const consumer = { id: 'urn:causeway:consumer', role: 'participant' } as const;
const open = [{ method: 'GET', path: '/version' }];

let trust: TestTrust;
let server: Identity;
let client: Identity;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  trust = await testTrust();
  server = await trust.identity(provider.id, provider.role);
  client = await trust.identity(consumer.id, consumer.role);
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function app(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/version') response.end(`version for ${peerIfAny(request)?.id ?? 'anybody'}`);
  else if (request.url === '/large') response.end('x'.repeat(100_000));
  else if (request.url === '/silent') response.write('x');
  else response.end(`hello ${peerOf(request).id}`);
}

async function serve(options: Partial<ServePeerHttpsOptions> = {}): Promise<RunningServer> {
  const running = await servePeerHttps({
    identity: server,
    clock: systemClock,
    host: '127.0.0.1',
    port: 0,
    app,
    open,
    log: silentLogger,
    ...options,
  });
  closing.push(() => running.close());
  return running;
}

const ask = (port: number, options: Partial<PeerRequestOptions> = {}) =>
  peerRequest({
    identity: client,
    url: `https://127.0.0.1:${port}/hello`,
    expect: provider,
    method: 'GET',
    timeoutMs: 5_000,
    maxBytes: 10_000,
    ...options,
  });

describe('requests between verified peers', () => {
  it('gives the handler the identity of the certificate, again and again on one connection', async () => {
    const { port } = await serve();
    const answers = [await ask(port), await ask(port), await ask(port, { method: 'POST', body: '通' })];
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, 'hello urn:causeway:consumer']),
    );
  });

  it('bounds the answer and the time', async () => {
    const { port } = await serve();
    const url = (path: string) => `https://127.0.0.1:${port}${path}`;
    await expect(ask(port, { url: url('/large') })).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    await expect(ask(port, { url: url('/silent'), timeoutMs: 200 })).rejects.toMatchObject({ code: 'PEER_TIMEOUT' });
    await expect(ask(1)).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
    await expect(ask(port, { url: `http://127.0.0.1:${port}/` })).rejects.toBeInstanceOf(TypeError);
  });
});

describe('who is refused by a port with something open on it', () => {
  it('is whoever has no certificate, another space’s, an expired one, or TLS 1.2; the open route answers', async () => {
    const { port } = await serve();
    const stranger = await testTrust();
    const foreign = await trust.identity(consumer.id, consumer.role, { ca: stranger });
    const expired = await trust.identity(consumer.id, consumer.role, { notAfter: Date.now() - 60_000 });
    const ca = trust.ca.cert;
    expect(await raw(port, { ca }, get('/version'))).toMatch(/^HTTP\/1.1 200 OK[\s\S]*version for anybody$/);
    expect(await raw(port, { ca }, get('/hello'))).toMatch(/^HTTP\/1.1 401 [\s\S]*PEER_MISSING/);
    expect(await raw(port, contextOptions(client), get('/hello'))).toMatch(/^HTTP\/1.1 200 OK/);
    for (const identity of [foreign, expired]) {
      const mine = contextOptions(identity);
      expect(await raw(port, mine, get('/hello'))).toMatch(/^HTTP\/1.1 401 [\s\S]*PEER_UNTRUSTED/);
    }
    const old = { ca, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    expect(await raw(port, old, get('/version'))).toBe('');
  });

  it('is whoever resumes a session', async () => {
    const { port } = await serve();
    const sessions: Buffer[] = [];
    await raw(port, contextOptions(client), get('/hello'), (session) => sessions.push(session));
    expect(sessions).not.toEqual([]);
    for (const session of sessions) {
      const answer = await raw(port, { ca: trust.ca.cert, session }, get('/hello'));
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
    }
  });

  it('is whoever’s certificate has ended since the handshake', async () => {
    const clock = new ManualClock(Date.now());
    const { port } = await serve({ clock });
    const ending = await trust.identity(consumer.id, consumer.role, { notAfter: Date.now() + 3_600_000 });
    expect(await ask(port, { identity: ending })).toMatchObject({ status: 200 });
    await clock.advance(3_600_001);
    expect(await ask(port, { identity: ending })).toMatchObject({
      status: 401,
      body: expect.stringContaining('PEER_EXPIRED'),
    });
  });

  it('is refused in the handshake when nothing is open', async () => {
    const { port } = await serve({ open: [] });
    expect(await raw(port, { ca: trust.ca.cert }, get('/version'))).toBe('');
  });

  it('does not take the service down with garbage', async () => {
    const { port } = await serve();
    expect(await raw(port, contextOptions(client), '\0\0garbage\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(port, contextOptions(client), `GET / HTTP/1.1\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      / 431 /,
    );
    await plaintext(port, 'GET / HTTP/1.1\r\n\r\n');
    expect(await ask(port)).toMatchObject({ status: 200 });
  });
});

describe('connections', () => {
  const hold = (port: number, hello: string) => {
    const socket = connect({ host: '127.0.0.1', port, ca: trust.ca.cert, checkServerIdentity: () => undefined });
    closing.push(() => socket.destroy());
    const told = new Promise<string>((resolve) => {
      socket.once('data', (part: Buffer) => resolve(part.toString('utf8')));
      socket.once('error', () => resolve(''));
      socket.once('close', () => resolve(''));
    });
    socket.on('secureConnect', () => socket.write(hello));
    return { socket, told };
  };
  const keep = 'GET /version HTTP/1.1\r\nhost: x\r\n\r\n';

  it('of strangers never take the room of a peer, whether they ask or are silent', async () => {
    const { port } = await serve({ connections: 20 });
    const held = [];
    for (let count = 0; count < 25; count++) {
      const stranger = hold(port, keep);
      expect(await stranger.told).toMatch(/^HTTP\/1.1 200 OK/);
      held.push(stranger.socket);
      await silentTcp(port);
    }
    expect(await ask(port)).toMatchObject({ status: 200 });
    expect(await ask(port, { identity: await trust.identity('urn:causeway:late', 'participant') })).toMatchObject({
      status: 200,
    });
    await Promise.all(held.map((socket) => socket.destroyed || new Promise((done) => socket.once('close', done))));
    // The kept connection of a peer has outlived them all.
    expect(await ask(port)).toMatchObject({ status: 200 });
  });

  it('of one peer displace its own oldest, not those of another', async () => {
    const { port } = await serve({ connections: 20 });
    expect(await ask(port)).toMatchObject({ status: 200 });
    const greedy = contextOptions(await trust.identity('urn:causeway:greedy', 'participant'));
    const ended: Promise<unknown>[] = [];
    for (let count = 0; count < 22; count++) {
      const socket = connect({ host: '127.0.0.1', port, checkServerIdentity: () => undefined, ...greedy });
      socket.on('error', () => socket.destroy());
      closing.push(() => socket.destroy());
      socket.resume();
      ended.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.write(keep);
      await new Promise((resolve) => socket.once('data', resolve));
    }
    await Promise.all(ended.slice(0, 20));
    expect(await ask(port)).toMatchObject({ status: 200 });
  });

  it('of a stranger serve a bounded number of requests', async () => {
    const { port } = await serve();
    const answer = await raw(port, { ca: trust.ca.cert }, keep.repeat(40));
    expect(answer.match(/HTTP\/1.1 200 OK/g)).toHaveLength(32);
    expect(answer.match(/connection: close/gi)).toHaveLength(1);
  });
});

it.each([
  ['GET', '/version', true],
  ['GET', '/version?x=1', true],
  ['POST', '/version', false],
  ['GET', '/version/', false],
  ['GET', '//version', false],
  ['GET', '/VERSION', false],
  ['GET', 'https://x/version', false],
  ['GET', '/tile/0/x001/234', true],
  ['GET', '/tile/0/067.p/5', true],
  ['GET', '/tile/../secret', false],
  ['GET', '/tile/%2e%2e/secret', false],
  ['GET', '/tile', false],
  ['GET', '/tiles', false],
  ['GET', '', false],
])('%s %s is open: %s', (method, target, expected) => {
  expect(isOpen([...open, { method: 'GET', path: '/tile/*' }], method, target)).toBe(expected);
});

describe('a server that is somebody else', () => {
  it.each<[string, Expected]>([
    ['another participant', { id: 'urn:causeway:other', role: 'participant' }],
    ['a participant posing as the authority', { id: provider.id, role: 'authority' }],
  ])('%s is told not one byte, on HTTPS and on gRPC', async (_name, expected) => {
    const { port, received, connections } = await listener(server);
    const url = `https://127.0.0.1:${port}/secret`;
    const asked = ask(port, { url, expect: expected, method: 'POST', body: 'secret'.repeat(1_000) });
    await expect(asked).rejects.toMatchObject({ code: 'PEER_UNEXPECTED' });
    const channel = new PeerChannel({ identity: client, address: `127.0.0.1:${port}`, expect: expected });
    closing.push(() => channel.close());
    const bytes = (text: string) => Buffer.from(text);
    const method = {
      path: '/causeway.test.v1.Notes/Say',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: String,
      responseSerialize: bytes,
      responseDeserialize: String,
    };
    await expect(channel.unary(method, 'secret')).rejects.toMatchObject({ code: 'PEER_UNEXPECTED' });
    expect(connections()).toBeGreaterThanOrEqual(2);
    expect(received()).toBe(0);
    // The control: it hears what is said to itself.
    const heard = ask(port, { url, method: 'POST', body: 'secret', timeoutMs: 500 });
    await expect(heard).rejects.toMatchObject({ code: 'PEER_TIMEOUT' });
    expect(received()).toBeGreaterThan(0);
  });

  it('of another space, or with an expired certificate, is told nothing either', async () => {
    const stranger = await testTrust();
    const expired = await trust.identity(provider.id, provider.role, { notAfter: Date.now() - 60_000 });
    for (const identity of [await stranger.identity(provider.id, provider.role), expired]) {
      const { port, received } = await listener(identity);
      await expect(ask(port)).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
      expect(received()).toBe(0);
    }
  });

  it('does not get a connection that was made for another expectation', async () => {
    const { port } = await serve();
    await ask(port);
    const other = { id: 'urn:causeway:other', role: 'participant' } as const;
    await expect(ask(port, { expect: other })).rejects.toMatchObject({ code: 'PEER_UNEXPECTED' });
  });

  it('is refused on a kept connection once its certificate has ended', async () => {
    const clock = new ManualClock(Date.now());
    const ending = await trust.identity(provider.id, provider.role, { notAfter: Date.now() + 3_600_000 });
    const { port } = await serve({ identity: ending });
    await ask(port, { clock });
    await clock.advance(3_600_001);
    await expect(ask(port, { clock })).rejects.toMatchObject({ code: 'PEER_EXPIRED' });
  });

  it('that never finishes the handshake is given up', async () => {
    const { port } = await silent();
    await expect(ask(port, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'PEER_TIMEOUT' });
  });
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;

/** Everything the server answers to these bytes; empty when it refuses in the handshake. */
function raw(
  port: number,
  options: ConnectionOptions,
  text: string,
  onSession?: (session: Buffer) => void,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, checkServerIdentity: () => undefined, ...options }, () =>
      socket.write(text),
    );
    if (onSession) socket.on('session', onSession);
    let answer = '';
    socket.on('data', (part: Buffer) => {
      answer += part.toString('utf8');
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}

/** A connection that never begins its handshake, until the server or the test ends it. */
function silentTcp(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => resolve());
    socket.on('error', () => socket.destroy());
    closing.push(() => socket.destroy());
  });
}

function plaintext(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** A TLS server that counts what it is told inside the channel. */
async function listener(identity: Identity) {
  let bytes = 0;
  let connections = 0;
  const tls = createServer(
    { ...contextOptions(identity), requestCert: true, ALPNProtocols: ['h2', 'http/1.1'] },
    (socket) => {
      socket.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      socket.on('error', () => socket.destroy());
    },
  );
  tls.on('connection', (socket) => {
    connections += 1;
    closing.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  closing.push(() => tls.close());
  const address = tls.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, received: () => bytes, connections: () => connections };
}

/** Accepts connections and says nothing. */
async function silent() {
  const tcp = createTcp((socket) => {
    socket.on('error', () => socket.destroy());
    closing.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  closing.push(() => tcp.close());
  const address = tcp.address();
  return { port: typeof address === 'object' && address ? address.port : 0 };
}
