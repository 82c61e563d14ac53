import { envelopeDigest, readEnvelope } from '@causeway/evidence';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SpaceDouble, type Started } from '../exchange/testing/space-double.js';
import type { SignedEnvelope } from '../model.js';

let space: SpaceDouble;
beforeEach(async () => {
  space = await SpaceDouble.start();
});
afterEach(async () => {
  await space[Symbol.asyncDispose]();
});

const never = new AbortController().signal;

/** What the provider must have receipts of before it sends a byte. */
async function evidenceOf({ provider }: Started): Promise<SignedEnvelope[]> {
  const agreement = (await space.provider.records.agreements.get(provider.agreement))?.value;
  if (!agreement?.theirs || !provider.start) throw new Error('expected an agreement of both and a start');
  return [agreement.own, agreement.theirs, provider.start];
}

test('every queued envelope gets its receipt, those of each signer in their order', async () => {
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  const logged = await space.provider.evidence.wait(envelopes, 10_000, never);
  expect(logged.map(({ digest }) => digest)).toEqual(envelopes.map(({ envelope }) => envelopeDigest(envelope)));
  const [agreed, , started] = logged.map(({ index }) => Number(index));
  expect(agreed).toBeLessThan(started ?? 0);
  expect(await space.provider.evidence.status()).toMatchObject({ depth: 0, refused: [], size: expect.any(String) });
});

test('agreements do not wait for each other', async () => {
  const begun = await Promise.all(Array.from({ length: 20 }, () => space.begin(Buffer.from('x'))));
  for (const each of begun) {
    expect(await space.provider.evidence.wait(await evidenceOf(each), 10_000, never)).toHaveLength(3);
  }
});

test('the envelopes of one signer do not wait for those of the other', async () => {
  const later = { code: 'BUSY', message: 'later', retryable: true };
  let held = true;
  const consumer = space.consumer.identity.id;
  space.log.refuse = (envelope) => (held && readEnvelope(envelope).envelope.signer === consumer ? later : undefined);
  const [own, theirs, start] = await evidenceOf(await space.begin(Buffer.from('x')));
  if (!own || !theirs || !start) throw new Error('expected three envelopes');
  expect(await space.provider.evidence.wait([own, start], 10_000, never)).toHaveLength(2);
  expect(await space.provider.evidence.receipts([theirs])).toEqual([]);
  held = false;
  expect(await space.provider.evidence.wait([theirs], 10_000, never)).toHaveLength(1);
});

test('a refusal that may pass is tried again', async () => {
  let refusals = 3;
  space.log.refuse = () => {
    refusals -= 1;
    return refusals >= 0 ? { code: 'BUSY', message: 'later', retryable: true } : undefined;
  };
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  expect(await space.provider.evidence.wait(envelopes, 10_000, never)).toHaveLength(3);
});

test('a refusal for good is shown, and whoever waits is told', async () => {
  const refusal = { code: 'ENVELOPE_MALFORMED', message: 'no such thing', retryable: false };
  const envelopes = await evidenceOf(
    await (async () => {
      space.log.refuse = () => refusal;
      return space.begin(Buffer.from('x'));
    })(),
  );
  await expect(space.provider.evidence.wait(envelopes, 10_000, never)).rejects.toMatchObject({
    code: 'EVIDENCE_INVALID',
    data: { code: 'ENVELOPE_MALFORMED' },
  });
  await space.provider.evidence.idle();
  const { refused, depth } = await space.provider.evidence.status();
  expect(depth).toBe(0);
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ code: 'ENVELOPE_MALFORMED', message: 'no such thing' });
});

test('while the clearing house is away envelopes wait, also across a restart, and are logged once', async () => {
  await space.log.down();
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  await expect(space.provider.evidence.wait(envelopes, 200, never)).rejects.toMatchObject({ code: 'EVIDENCE_PENDING' });
  expect(await space.provider.evidence.status()).toMatchObject({ depth: 3, trouble: expect.any(String) });
  await space.provider.restart();
  await space.log.up();
  expect(await space.provider.evidence.wait(envelopes, 20_000, never)).toHaveLength(3);
  await space.consumer.evidence.idle();
  expect(space.log.signed.leaves).toHaveLength(3);
  expect(await space.provider.evidence.status()).not.toHaveProperty('trouble');
});

test('a wait that is called off ends', async () => {
  await space.log.down();
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  const off = new AbortController();
  const waiting = space.provider.evidence.wait(envelopes, 60_000, off.signal);
  off.abort(new Error('called off'));
  await expect(waiting).rejects.toThrow('called off');
});

test('a receipt of another leaf, or signed by nobody, does not count', async () => {
  let lies = 6;
  space.log.serveReceipt = (receipt) => {
    lies -= 1;
    if (lies < 0) return receipt;
    return lies % 2 === 0 ? receipt.replace(/^index \d+$/m, 'index 7') : `${receipt.slice(0, -12)}AAAAAAAAAAA\n`;
  };
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  expect(await space.provider.evidence.wait(envelopes, 20_000, never)).toHaveLength(3);
  expect(lies).toBeLessThan(0);
});

test("a peer's receipts are taken when they hold, and refused when they do not", async () => {
  const envelopes = await evidenceOf(await space.begin(Buffer.from('x')));
  const logged = await space.provider.evidence.wait(envelopes, 10_000, never);
  const [first, , start] = logged;
  if (!first || !start) throw new Error('expected receipts');
  const swapped = { ...start, receipt: first.receipt };
  await expect(space.consumer.evidence.admit([swapped])).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
  expect(await space.consumer.evidence.receipts([start])).toEqual([]);
  expect(await space.consumer.evidence.admit(logged)).toHaveLength(3);
  expect(await space.consumer.evidence.receipts(envelopes)).toHaveLength(3);
  // What has been proven once is neither proven nor saved again, whatever comes in its place.
  const { records } = space.consumer;
  const before = await records.receipts.get(start.digest);
  expect(await space.consumer.evidence.admit([swapped])).toEqual([start]);
  expect(await records.receipts.get(start.digest)).toEqual(before);
});
