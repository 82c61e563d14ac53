import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extension } from '../dsp/vocabulary.js';
import { endText, startIn } from '../exchange/end-of-transfer.js';
import type { Agreement, JsonObject, Transfer } from '../model.js';
import { Pair } from '../testing/pair.js';

const term = extension.unboundTokens;
const allows = { policy: { '@type': 'Offer', permission: [{ action: 'use' }], [term]: true } };
const silent = { policy: { '@type': 'Offer', permission: [{ action: 'use' }] } };

let clock: ManualClock;
let pair: Pair;
beforeEach(async () => {
  clock = new ManualClock();
  pair = await Pair.join(clock);
});
afterEach(() => pair[Symbol.asyncDispose]());

/** Asks as the consumer, on a channel with a certificate or without. */
async function ask(digest: Agreement['digest'], format: string, fingerprint?: string): Promise<Transfer> {
  const { provider, consumer } = pair;
  const agreement = (await provider.records.agreements.get(digest))?.value;
  const consumerPid = `urn:uuid:${crypto.randomUUID()}`;
  const caller = { id: consumer.id, ...(fingerprint === undefined ? {} : { fingerprint }) };
  const message = { consumerPid, agreementId: agreement?.id ?? '', format, callbackAddress: consumer.dspBase };
  const { body } = await provider.plane.transfers.open(caller, message);
  await pair.settle();
  const stored = await provider.records.transfers.get(String(body?.['providerPid']));
  if (!stored) throw new Error('expected a transfer');
  return stored.value;
}

/** What happens to the offer in a request on its way. */
function onTheWay(change: (offer: JsonObject) => JsonObject): void {
  pair.network.tamper = (body) => {
    const offer = body['@type'] === 'ContractRequestMessage' ? body['offer'] : undefined;
    return offer === undefined ? body : { ...body, offer: change(offer as JsonObject) };
  };
}

describe('a consumer without a certificate', () => {
  test('gets no unbound token under an offer that says nothing, and one with a certificate gets a bound one', async () => {
    const digest = await pair.agree('d', [silent]);
    await expect(ask(digest, 'HttpData-PULL')).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    const bound = await ask(digest, 'HttpData-PULL', 'print');
    expect([bound.state, bound.unbound, bound.fingerprint]).toEqual(['STARTED', undefined, 'print']);
    expect(startIn(bound).statement).not.toContain('unbound');
  });

  test('gets one under an offer that allows it, and the start record says so', async () => {
    const digest = await pair.agree('d', [allows]);
    const unbound = await ask(digest, 'HttpData-PULL');
    expect([unbound.state, unbound.unbound]).toEqual(['STARTED', true]);
    expect(JSON.parse(startIn(unbound).statement)).toMatchObject({ token: 'unbound' });
    // Over gRPC there is no such thing.
    expect((await ask(digest, 'GrpcData-PULL')).unbound).toBeUndefined();
  });

  test('has it in the agreement though its connector drops the term on the way', async () => {
    onTheWay(({ [term]: _dropped, ...offer }) => offer);
    const digest = await pair.agree('d', [allows]);
    const { value } = (await pair.provider.records.agreements.get(digest)) ?? {};
    expect(value?.policy[term]).toBe(true);
  });

  test('cannot add the term to an offer that has none', async () => {
    onTheWay((offer) => ({ ...offer, [term]: true }));
    await expect(pair.agree('d', [silent])).rejects.toThrow('bound to no certificate');
  });

  test('cannot ask for a format that is none', async () => {
    const digest = await pair.agree('d', [silent]);
    await expect(ask(digest, 'HttpData-PUSH')).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  });
});

describe('a transfer over HTTPS that was sent whole', () => {
  async function sent(signed: boolean): Promise<() => Promise<string>> {
    const { provider } = pair;
    const digest = await pair.agree('d', [silent]);
    const stored = await provider.records.agreements.get(digest);
    if (!stored) throw new Error('expected an agreement');
    const { theirs: _none, ...oneSided } = stored.value;
    if (!signed) await provider.store.commit({ writes: [provider.records.agreements.put([digest], oneSided)] });
    const { pid } = await ask(digest, 'HttpData-PULL', 'print');
    await provider.plane.control.update(pid, async (transfer, agreement) => {
      const ending = { agreement: digest, transfer: pid, start: startIn(transfer).id, bytes: 10, digest };
      const random = { bytes: (length: number) => new Uint8Array(length), uuid: () => pid };
      return { transfer: { ...transfer, end: { ...endText(ending, { clock, random }), provider: agreement.own } } };
    });
    await pair.settle();
    return async () => (await provider.records.transfers.get(pid))?.value.state ?? '';
  }

  test('is completed by the provider after a while, with a consumer that signs nothing', async () => {
    const state = await sent(false);
    await clock.advance(59_000);
    await pair.settle();
    expect(await state()).toBe('STARTED');
    await clock.advance(2_000);
    await pair.settle();
    expect((await pair.provider.all()).transfers.map(({ state: now, intent }) => intent?.state ?? now)).toEqual([
      'COMPLETED',
    ]);
  });

  test('is left to a consumer that signs', async () => {
    const state = await sent(true);
    await clock.advance(3_600_000);
    await pair.settle();
    expect(await state()).toBe('STARTED');
  });
});
