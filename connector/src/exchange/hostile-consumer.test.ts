import { randomBytes } from 'node:crypto';
import { PeerChannel } from '@causeway/certs/peer';
import { digestOf, parseStatement, signEnvelope } from '@causeway/evidence';
import { systemClock, systemRandom } from '@causeway/platform';
import { type causeway, Exchange } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signNext } from '../logging/sign-next.js';
import type { Agreement } from '../model.js';
import { endText } from './end-of-transfer.js';
import { SpaceDouble, type Started } from './testing/space-double.js';

type Receipt = causeway.exchange.v1.Receipt.$Properties;

let space: SpaceDouble;
beforeAll(async () => {
  space = await SpaceDouble.start();
});
afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

/** Takes the bytes and answers the closing statement in its own way. */
async function pull(begun: Started, answer: (closing: causeway.exchange.v1.Closing.$Properties) => Promise<Receipt>) {
  const identity = space.consumer.identity;
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const channel = new PeerChannel({ identity, address: space.provider.address, expect: expectProvider });
  const over = new AbortController();
  try {
    const { token } = await channel.unary(Exchange.renew, { transfer: begun.provider.pid });
    const metadata = { authorization: `Bearer ${token}` };
    const stream = channel.bidi(Exchange.pull, { metadata, signal: over.signal });
    await stream.send({ open: { transfer: begun.provider.pid, offset: 0, expectedVersion: '' } });
    for await (const { closing, closed } of stream.responses) {
      if (closing) await stream.send({ receipt: await answer(closing) });
      if (closed) return 'closed';
    }
    return 'ended';
  } finally {
    over.abort();
    channel.close();
  }
}

async function agreementOf(begun: Started): Promise<Agreement> {
  const agreement = (await space.consumer.records.agreements.get(begun.consumer.agreement))?.value;
  if (!agreement) throw new Error('expected an agreement');
  return agreement;
}

function agrees(begun: Started, closing: causeway.exchange.v1.Closing.$Properties, signer = space.consumer.identity) {
  return agreementOf(begun).then(async (agreement) => {
    const { id } = parseStatement(Buffer.from(closing.statement ?? []));
    const { own } = await signNext(signer, agreement, 'transfer-end', id);
    return own;
  });
}

async function disputes(begun: Started, change: { disputedBy?: string; transfer?: string }): Promise<Receipt> {
  const agreement = await agreementOf(begun);
  const { pid, start } = begun.provider;
  const ending = { agreement: agreement.digest, transfer: pid, start: start?.id ?? digestOf(''), bytes: 1 };
  const text = endText(
    { ...ending, digest: digestOf('mine'), disputedBy: space.consumer.identity.id, ...change },
    { clock: systemClock, random: systemRandom },
  );
  const { own } = await signNext(space.consumer.identity, agreement, 'transfer-end', text.id);
  return { ...own, statement: Buffer.from(text.statement) };
}

const refused = { status: status.FAILED_PRECONDITION, code: 'EVIDENCE_INVALID' };

test('a receipt that is none, or over something else, or of somebody else, closes nothing', async () => {
  const begun = await space.begin(randomBytes(10));
  const { signing, id } = space.consumer.identity;
  const other = await space.trust.identity('urn:causeway:other', 'participant');
  const answers: ((closing: causeway.exchange.v1.Closing.$Properties) => Promise<Receipt>)[] = [
    async () => ({ envelope: 'nonsense', keyStatement: 'nonsense' }),
    (closing) => agrees(begun, closing, other),
    async ({ envelope, keyStatement }) => ({ envelope, keyStatement }),
    async () => ({
      envelope: await signEnvelope(
        {
          ...{ version: '1', type: 'transfer-end', statement: digestOf('another'), sequence: '2', signer: id },
          agreement: begun.provider.agreement,
        },
        signing,
      ),
      keyStatement: signing.keyStatement,
    }),
    () => disputes(begun, { disputedBy: other.id }),
    () => disputes(begun, { transfer: 'urn:uuid:another' }),
  ];
  for (const answer of answers) await expect(pull(begun, answer)).rejects.toMatchObject(refused);
  expect((await space.provider.transfer(begun.provider.pid)).end?.consumer).toBeUndefined();
  expect(await pull(begun, (closing) => agrees(begun, closing))).toBe('closed');
});

test('who has signed for the bytes cannot dispute them later, nor take them again', async () => {
  const begun = await space.begin(randomBytes(10));
  expect(await pull(begun, (closing) => agrees(begun, closing))).toBe('closed');
  await expect(pull(begun, () => disputes(begun, {}))).rejects.toMatchObject({ code: 'STATE_INVALID' });
});

test('a dispute of its own is stored and logged beside the closing statement', async () => {
  const begun = await space.begin(randomBytes(10));
  expect(await pull(begun, () => disputes(begun, {}))).toBe('closed');
  const { end } = await space.provider.transfer(begun.provider.pid);
  if (!end?.consumer || !end.disputed) throw new Error('expected a dispute');
  expect(end.disputed.id).not.toBe(end.id);
  await space.provider.evidence.idle();
  expect(await space.provider.evidence.receipts([end.provider, end.consumer])).toHaveLength(2);
});

test('a second message instead of a receipt ends the stream', async () => {
  const begun = await space.begin(randomBytes(10));
  const identity = space.consumer.identity;
  const expectProvider = { id: space.provider.identity.id, role: 'participant' as const };
  const channel = new PeerChannel({ identity, address: space.provider.address, expect: expectProvider });
  const { token } = await channel.unary(Exchange.renew, { transfer: begun.provider.pid });
  const stream = channel.bidi(Exchange.pull, { metadata: { authorization: `Bearer ${token}` } });
  const open = { transfer: begun.provider.pid, offset: 0, expectedVersion: '' };
  await stream.send({ open });
  await stream.send({ open });
  const drain = async () => {
    for await (const _ of stream.responses);
  };
  await expect(drain()).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  channel.close();
});
