import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from '@causeway/platform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenData } from '../ports.js';
import { dataPath } from './http-provider.js';
import { CuttingProxy } from './testing/cutting-proxy.js';
import { SpaceDouble, type Started } from './testing/space-double.js';

const http = { format: 'HttpData-PULL' } as const;
const sha = (bytes: Uint8Array) => `sha-256:${createHash('sha256').update(bytes).digest('hex')}`;

async function received(space: SpaceDouble, { consumer, target }: Started) {
  const ended = await space.consumer.control.outcome(consumer.pid);
  return {
    ended,
    bytes: existsSync(target) ? await readFile(target) : undefined,
    ...(await space.consumer.transfer(consumer.pid)),
  };
}

describe('from a connector of this space', () => {
  let space: SpaceDouble;
  beforeAll(async () => {
    space = await SpaceDouble.start();
  });
  afterAll(async () => {
    await space[Symbol.asyncDispose]();
  });

  /** The consumer's record as it is after the start message. */
  async function begin(bytes: Uint8Array, root = space.provider.dataRoot): Promise<Started> {
    const begun = await space.begin(bytes, http);
    const endpoint = `${root}${dataPath(begun.provider.pid)}`;
    await space.consumer.control.update(begun.consumer.pid, async (transfer) => ({
      transfer: { ...transfer, endpoint },
    }));
    return begun;
  }

  test('the bytes are stored, their digest is recorded, and the provider alone has signed', async () => {
    const bytes = randomBytes(3_000_000);
    const begun = await begin(bytes);
    space.consumer.plane.pull(begun.consumer);
    const { ended, bytes: got, sink, end, remote } = await received(space, begun);
    expect(ended).toMatchObject({ completed: true });
    expect(got?.equals(bytes)).toBe(true);
    expect(sink).toMatchObject({ stage: 'placed', bytes: 3_000_000, digest: sha(bytes) });
    expect([end, remote]).toEqual([undefined, { etag: `"${sha(bytes)}"`, size: 3_000_000 }]);
    await space.provider.plane.idle();
    const provider = await space.provider.transfer(begun.provider.pid);
    expect(provider.end).toBeDefined();
    expect(provider.end?.consumer).toBeUndefined();
  });

  test('a cut connection goes on where it was, by Range', async () => {
    const bytes = randomBytes(9_000_000);
    await using proxy = await CuttingProxy.start(space.provider.dataRoot, [2_000_000, 3_000_000]);
    const begun = await begin(bytes, `https://${proxy.address}`);
    space.consumer.plane.pull(begun.consumer);
    const { ended, bytes: got } = await received(space, begun);
    expect(ended).toMatchObject({ completed: true });
    expect(got?.equals(bytes)).toBe(true);
    expect(proxy.connections).toBeGreaterThanOrEqual(3);
    await space.provider.plane.idle();
    expect((await space.provider.transfer(begun.provider.pid)).end).toBeDefined();
  });

  test('a restart of the consumer hashes what it has and goes on', async () => {
    const bytes = randomBytes(9_000_000);
    await using proxy = await CuttingProxy.start(space.provider.dataRoot, [4_000_000, 0, 0, 0, 0, 0, 0, 0]);
    const begun = await begin(bytes, `https://${proxy.address}`);
    space.consumer.plane.pull(begun.consumer);
    while (proxy.connections < 2) await new Promise(setImmediate);
    await space.consumer.restart();
    proxy.cuts.length = 0;
    space.consumer.plane.pull(await space.consumer.transfer(begun.consumer.pid));
    const { ended, bytes: got, sink } = await received(space, begun);
    expect(ended).toMatchObject({ completed: true });
    expect([got?.equals(bytes), sink?.digest]).toEqual([true, sha(bytes)]);
  });

  test('no token is sent to anybody but the provider', async () => {
    const begun = await begin(randomBytes(10), space.consumer.dataRoot);
    space.consumer.plane.pull(begun.consumer, 'secret');
    await expect.poll(() => space.consumer.plane.progress(begun.consumer.pid)).toBe(0);
    await space.consumer.plane.idle();
    expect((await space.consumer.transfer(begun.consumer.pid)).state).toBe('STARTED');
    space.consumer.plane.stop(begun.consumer.pid, { code: 'OPERATOR', en: '', zh: '' }, 'TERMINATED');
  });
});

describe('from somebody else', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  const bytes = randomBytes(500_000);
  let space: SpaceDouble;
  let answers: Answer[];
  let asked: IncomingMessage['headers'][];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  });
  let port: number;

  beforeAll(async () => {
    port = await listen(server, '127.0.0.1', 0);
    space = await SpaceDouble.start({ consumer: { openData: plain } });
  });
  afterAll(async () => {
    await space[Symbol.asyncDispose]();
    await closeServer(server);
  });
  beforeEach(() => {
    asked = [];
  });
  afterEach(async () => {
    await space.consumer.plane.idle();
  });

  async function pull(...given: Answer[]) {
    answers = given;
    const begun = await space.begin(bytes, http);
    const endpoint = `http://127.0.0.1:${port}/public`;
    await space.consumer.control.update(begun.consumer.pid, async (transfer) => ({
      transfer: { ...transfer, endpoint },
    }));
    space.consumer.plane.pull(begun.consumer, 'token');
    return received(space, begun);
  }

  const whole: Answer = (_request, response) => response.end(bytes);
  const sized: Answer = (_request, response) =>
    response.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' }).end(bytes);
  const ranged: Answer = (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]);
    const headers = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`, etag: '"v1"' };
    response.writeHead(206, headers).end(bytes.subarray(from));
  };
  const cut =
    (headers: Record<string, string>): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length, ...headers });
      response.write(bytes.subarray(0, 200_000), () => response.destroy());
    };
  const refuse =
    (status: number): Answer =>
    (_request, response) =>
      response.writeHead(status).end('{}');
  const good = { ended: { completed: true }, sink: { stage: 'placed', digest: sha(bytes) } };

  test.each<[string, Answer[]]>([
    ['without a length', [whole]],
    ['with a length', [sized]],
    ['after a moment of trouble', [refuse(503), refuse(429), refuse(409), whole]],
    ['cut, and begun again where there is no validator', [cut({}), whole]],
    ['cut, and gone on with where there is one', [cut({ etag: '"v1"' }), ranged]],
    ['cut, and of another version the second time', [cut({ etag: '"v0"' }), sized]],
    ['cut, and gone on with at a part that was not asked for', [cut({ etag: '"v1"' }), wrongPart(ranged), sized]],
  ])('whole: %s', async (_how, given) => {
    expect(await pull(...given)).toMatchObject(good);
  });

  test('with the token as it stands, where no scheme is understood', async () => {
    const strict: Answer = (request, response) =>
      request.headers.authorization === 'token' ? whole(request, response) : response.writeHead(403).end();
    expect(await pull(strict)).toMatchObject(good);
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer token', 'token']);
  });

  test.each<[string, Answer[], string]>([
    ['nothing for this token', [refuse(403)], 'PEER_REFUSED'],
    ['nothing there', [refuse(404)], 'PEER_REFUSED'],
    ['more than was announced', [tooMuch], 'MESSAGE_INVALID'],
    ['a part of nothing', [(_request, response) => response.writeHead(206).end(bytes)], 'MESSAGE_INVALID'],
    ['other bytes than it says', [lying], 'DIGEST_MISMATCH'],
  ])('given up: %s', async (_how, given, code) => {
    const { ended, bytes: got, sink } = await pull(...given);
    expect(ended).toMatchObject({ terminated: { code } });
    expect(got).toBeUndefined();
    await space.consumer.plane.idle();
    expect(existsSync(sink?.partial ?? '')).toBe(false);
  });

  function tooMuch(_request: IncomingMessage, response: ServerResponse): void {
    const headers = { 'content-range': `bytes 0-9/10`, etag: '"v1"' };
    response.writeHead(206, headers).end(bytes);
  }

  function lying(_request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'repr-digest': `sha-256=:${createHash('sha256').digest('base64')}:` }).end(bytes);
  }

  function wrongPart(answer: Answer): Answer {
    return (request, response) => {
      request.headers.range = 'bytes=5-';
      answer(request, response);
    };
  }
});

const plain: OpenData = async ({ url, method, headers, signal }) => {
  const { status, headers: given, body } = await fetch(url, { method, headers, signal });
  return { status, headers: Object.fromEntries(given), body: body ?? new Blob([]).stream() };
};
