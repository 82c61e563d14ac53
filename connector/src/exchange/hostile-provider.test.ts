import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type BidiCall, peerService, servePeerGrpc } from '@causeway/certs/peer';
import { digestOf, type EndStatement } from '@causeway/evidence';
import { GrpcFailure, type RunningServer, silentLogger, systemClock, systemRandom } from '@causeway/platform';
import { type causeway, Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { signNext } from '../logging/sign-next.js';
import type { SignedEnvelope } from '../model.js';
import type { LoggedReceipt } from '../ports.js';
import { endText } from './end-of-transfer.js';
import { SpaceDouble, type Started } from './testing/space-double.js';

type Call = BidiCall<causeway.exchange.v1.PullRequest, causeway.exchange.v1.PullResponse.$Properties>;
type Opened = causeway.exchange.v1.Opened.$Properties;

let space: SpaceDouble;
let hostile: RunningServer;
/** What the provider with a valid certificate does on its stream. */
let script: (call: Call) => Promise<void>;

beforeAll(async () => {
  space = await SpaceDouble.start();
  const service = peerService(Exchange, {
    rules: {
      pull: { roles: ['participant'] },
      attest: { roles: ['participant'] },
      renew: { roles: ['participant'] },
      reportDuty: { roles: ['participant'] },
    },
    handlers: {
      pull: { bidi: (call) => script(call) },
      attest: { unary: async () => ({}) },
      renew: { unary: async () => ({ token: 'a.b.c', expires: 0 }) },
      reportDuty: { unary: async () => ({}) },
    },
  });
  hostile = await servePeerGrpc({
    ...{ identity: space.provider.identity, clock: systemClock, host: '127.0.0.1', port: 0, log: silentLogger },
    services: [service],
  });
});
afterEach(() => {
  space.consumer.control.ended.length = 0;
});
afterAll(async () => {
  await hostile.close();
  await space[Symbol.asyncDispose]();
});

const bytes = randomBytes(600_000);

async function begin(): Promise<{ begun: Started; opened: Opened; logged: LoggedReceipt[] }> {
  const begun = await space.begin(bytes, { address: `127.0.0.1:${hostile.port}` });
  const { start, agreement: digest } = begun.provider;
  const agreement = (await space.provider.records.agreements.get(digest))?.value;
  if (!start || !agreement?.theirs) throw new Error('expected evidence');
  const envelopes = [start, agreement.own, agreement.theirs];
  const logged = await space.provider.evidence.wait(envelopes, 10_000, new AbortController().signal);
  const opened = {
    version: digestOf(bytes),
    size: bytes.length,
    startStatement: Buffer.from(start.statement),
    startEnvelope: start.envelope,
    logged: logged.map(({ envelope, keyStatement, receipt }) => ({ envelope, keyStatement, receipt })),
  };
  return { begun, opened, logged };
}

async function closing(begun: Started, change: Partial<{ bytes: number; transfer: string }> = {}) {
  const agreement = (await space.provider.records.agreements.get(begun.provider.agreement))?.value;
  if (!agreement || !begun.provider.start) throw new Error('expected evidence');
  const ending = { transfer: begun.provider.pid, start: begun.provider.start.id, bytes: bytes.length, ...change };
  const text = endText(
    { ...ending, agreement: agreement.digest, digest: digestOf(bytes) },
    { clock: systemClock, random: systemRandom },
  );
  const { own } = await signNext(space.provider.identity, agreement, 'transfer-end', text.id);
  return { closing: { statement: Buffer.from(text.statement), ...own } };
}

async function pullOnce({ consumer }: Started): Promise<unknown> {
  space.consumer.plane.pull(consumer);
  return space.consumer.control.outcome(consumer.pid);
}

async function sendAll({ send }: Call, from: Uint8Array = bytes): Promise<void> {
  for (let at = 0; at < from.length; at += 200_000) await send({ chunk: from.subarray(at, at + 200_000) });
}

function expectEnd(code: string) {
  return expect.objectContaining({ terminated: expect.objectContaining({ code }) });
}

test('the double itself passes when it behaves', async () => {
  const { begun, opened } = await begin();
  script = async (call) => {
    await call.send({ opened });
    await sendAll(call);
    await call.send(await closing(begun));
    for await (const { receipt } of call.requests) if (receipt) break;
    await call.send({ closed: {} });
  };
  expect(await pullOnce(begun)).toMatchObject({ completed: true });
});

test('a byte more than was announced is not written', async () => {
  const { begun, opened } = await begin();
  script = async (call) => {
    await call.send({ opened });
    await sendAll(call);
    await call.send({ chunk: Buffer.alloc(1) });
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('MESSAGE_INVALID'));
});

test.each([262_145, 2_000_000])('a chunk of %i bytes is refused', async (length) => {
  const { begun, opened } = await begin();
  script = async (call) => {
    await call.send({ opened });
    await call.send({ chunk: Buffer.alloc(length) });
    for await (const _ of call.requests);
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('MESSAGE_INVALID'));
  await space.consumer.plane.idle();
});

test('bytes before the stream is opened are refused', async () => {
  const { begun } = await begin();
  script = async (call) => {
    await call.send({ chunk: Buffer.alloc(10) });
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('MESSAGE_INVALID'));
  expect(existsSync(begun.target)).toBe(false);
});

test('an end before the last byte is refused', async () => {
  const { begun, opened } = await begin();
  script = async (call) => {
    await call.send({ opened });
    await call.send(await closing(begun));
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('MESSAGE_INVALID'));
});

test('a size or version that the start statement does not say is refused', async () => {
  for (const lie of [{ size: 1 }, { version: digestOf('another') }, { version: 'none' }]) {
    const { begun, opened } = await begin();
    script = async (call) => {
      await call.send({ opened: { ...opened, ...lie } });
    };
    const code = lie.version === 'none' ? 'MESSAGE_INVALID' : 'EVIDENCE_INVALID';
    expect(await pullOnce(begun)).toEqual(expectEnd(code));
  }
});

test('the start of another transfer is refused', async () => {
  const other = await begin();
  const { begun } = await begin();
  script = async (call) => {
    await call.send({ opened: other.opened });
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('EVIDENCE_INVALID'));
});

test('a receipt that is missing, or of another envelope, is refused', async () => {
  for (const missing of [0, 1, 2]) {
    const { begun, opened } = await begin();
    const logged = (opened.logged ?? []).filter((_, index) => index !== missing);
    script = async (call) => {
      await call.send({ opened: { ...opened, logged } });
    };
    expect(await pullOnce(begun)).toEqual(expectEnd('EVIDENCE_INVALID'));
  }
  const { begun, opened } = await begin();
  const [first, ...rest] = opened.logged ?? [];
  script = async (call) => {
    await call.send({ opened: { ...opened, logged: [{ ...first, receipt: rest[0]?.receipt ?? '' }, ...rest] } });
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('EVIDENCE_INVALID'));
});

test('a closing statement of another transfer, or signed by nobody, is refused', async () => {
  const wrong = async (begun: Started, signed: Promise<{ closing: SignedEnvelope }>, opened: Opened) => {
    script = async (call) => {
      await call.send({ opened });
      await sendAll(call);
      await call.send(await signed);
    };
    expect(await pullOnce(begun)).toEqual(expectEnd('EVIDENCE_INVALID'));
  };
  const one = await begin();
  await wrong(one.begun, closing(one.begun, { transfer: 'urn:uuid:another' }), one.opened);
  const two = await begin();
  const { closing: good } = await closing(two.begun);
  await wrong(
    two.begun,
    Promise.resolve({ closing: { ...good, envelope: `${good.envelope.slice(0, -8)}AAAAAAAA` } }),
    two.opened,
  );
});

test('bytes that are not those of the closing statement are disputed', async () => {
  const { begun, opened } = await begin();
  let receipt: causeway.exchange.v1.Receipt.$Properties | null | undefined;
  script = async (call) => {
    await call.send({ opened });
    await sendAll(call, randomBytes(bytes.length));
    await call.send(await closing(begun));
    for await (const message of call.requests) {
      receipt = message.receipt ?? receipt;
      if (receipt) break;
    }
    await call.send({ closed: {} });
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('DIGEST_MISMATCH'));
  const said: EndStatement = JSON.parse(Buffer.from(receipt?.statement ?? []).toString());
  expect(said).toMatchObject({ outcome: 'disputed', signer: space.consumer.identity.id, transfer: begun.provider.pid });
  expect(existsSync(begun.target)).toBe(false);
  expect(existsSync(`${begun.consumer.sink?.partial}.disputed`)).toBe(true);
});

test('a closing statement that changes between two streams is refused', async () => {
  const { begun, opened } = await begin();
  const [first, second] = [await closing(begun), await closing(begun)];
  let streams = 0;
  script = async (call) => {
    streams += 1;
    await call.send({ opened });
    if (streams === 1) await sendAll(call);
    await call.send(streams === 1 ? first : second);
    for await (const { receipt } of call.requests) if (receipt) break;
    throw new GrpcFailure(status.UNAVAILABLE, 'LATER', 'before it is closed');
  };
  expect(await pullOnce(begun)).toEqual(expectEnd('EVIDENCE_INVALID'));
  expect(streams).toBe(2);
});
