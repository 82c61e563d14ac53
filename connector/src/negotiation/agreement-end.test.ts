import { parseStatement, readEnvelope } from '@causeway/evidence';
import { ManualClock } from '@causeway/platform/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extension } from '../dsp/vocabulary.js';
import type { Agreement, JsonObject } from '../model.js';
import { Pair } from '../testing/pair.js';
import type { Party } from '../testing/party.js';

const clock = new ManualClock();
const why = { code: 'OPERATOR', en: 'the project is over', zh: '项目结束' };
let pair: Pair;
let digest: Agreement['digest'];

beforeEach(async () => {
  pair = await Pair.join(clock);
  digest = await pair.agree('d', [{ terms: { assignees: [pair.consumer.id] } }]);
});

afterEach(() => pair[Symbol.asyncDispose]());

const agreementOf = async (party: Party) => (await party.records.agreements.get(digest))?.value;
const types = async (party: Party) =>
  (await party.evidence.envelopes(digest)).map(({ envelope }) => readEnvelope(envelope).envelope.type);
const request = (name: string) =>
  pair.consumer.plane.transfers.request({ request: name, agreement: digest, to: `/tmp/never-${name}` });

describe.each(['provider', 'consumer'] as const)('an agreement that its %s ends', (side) => {
  const other = side === 'provider' ? 'consumer' : 'provider';

  test('is ended on both sides by one signed statement, and both have queued it for the log', async () => {
    await pair[side].plane.negotiations.endAgreement(digest, why);
    await pair.settle();
    const ended = (await agreementOf(pair[side]))?.ended;
    expect(ended).toMatchObject({ by: pair[side].id, reason: why });
    expect(await agreementOf(pair[other])).toMatchObject({
      ended: { by: pair[side].id, id: ended?.id, statement: ended?.statement, reason: { en: why.en } },
    });
    expect(parseStatement(ended?.statement ?? '').statement).toMatchObject({ signer: pair[side].id, reason: why.en });
    for (const party of [pair.provider, pair.consumer]) expect((await types(party)).at(-1)).toBe('agreement-end');
    expect(await pair.consumer.negotiation('d')).toMatchObject({ state: 'FINALIZED', unacknowledged: 0 });
  });

  test('stops what runs under it, on both sides, and says why', async () => {
    const running = await pair.transfer('t', digest);
    await pair[side].plane.negotiations.endAgreement(digest, why);
    await pair.settle();
    const held = await pair.held(running);
    const told = { code: 'AGREEMENT_ENDED', en: `${pair[side].id} ended the agreement: ${why.en}` };
    for (const transfer of [held.provider, held.consumer]) {
      expect(transfer).toMatchObject({ state: 'TERMINATED', reason: told });
    }
    const stopped = { pid: running.theirs, reason: expect.objectContaining(told), to: 'TERMINATED' };
    expect(pair.provider.dataPlane.stopped).toEqual([stopped]);
    const { statement } = parseStatement(held.provider.stop?.statement ?? '');
    expect(statement).toMatchObject({ type: 'transfer-stop', start: held.provider.start?.id, code: told.code });
    expect(await types(pair.provider)).toContain('transfer-stop');
    expect(await types(pair.consumer)).toContain('agreement-end');
  });

  test('refuses new transfers here and there with its reason, also before the other side has heard', async () => {
    pair.network.fault = ({ body }) => (body?.['@type'] === 'ContractNegotiationTerminationMessage' ? 'lose' : 'none');
    await pair[side].plane.negotiations.endAgreement(digest, why);
    if (side === 'provider') {
      const { record } = await request('unheard');
      for (let round = 0; round < 3; round++) await pair.consumer.plane.queue.idle();
      const refused = (await pair.consumer.records.transfers.get(record.pid))?.value;
      expect(refused).toMatchObject({ state: 'TERMINATED', reason: { code: 'AGREEMENT_ENDED' } });
      expect(refused?.reason?.en).toContain(why.en);
      expect((await pair.provider.all()).transfers).toEqual([]);
    }
    pair.network.fault = () => 'none';
    await pair.settle();
    await expect(request('heard')).rejects.toMatchObject({ code: 'AGREEMENT_ENDED' });
  });

  test('is ended once, however often it is asked and whatever is repeated', async () => {
    pair.network.fault = () => 'double';
    await pair[side].plane.negotiations.endAgreement(digest, why);
    const again = await pair[side].plane.negotiations.endAgreement(digest, { ...why, en: 'another reason' });
    expect(again.ended?.reason).toEqual(why);
    await pair.settle();
    await pair[other].plane.negotiations.endAgreement(digest, why);
    await pair.settle();
    expect(await agreementOf(pair[other])).toMatchObject({ ended: { by: pair[side].id } });
    expect((await types(pair.provider)).filter((type) => type === 'agreement-end')).toHaveLength(1);
  });

  test('after a crash just behind the commit, stops what ran as soon as it is back', async () => {
    const running = await pair.transfer('t', digest);
    pair.network.fault = () => 'lose';
    const party = pair[side];
    const ending = party.plane.negotiations.endAgreement(digest, why);
    await ending;
    party.vanish();
    await party.restart();
    pair.network.fault = () => 'none';
    await pair.settle();
    const { provider, consumer } = await pair.held(running);
    expect([provider.state, consumer.state]).toEqual(['TERMINATED', 'TERMINATED']);
    expect((await agreementOf(pair[other]))?.ended?.by).toBe(party.id);
  });
});

test('both may end it at once, and each keeps the word of the other', async () => {
  pair.network.fault = () => 'lose';
  await pair.provider.plane.negotiations.endAgreement(digest, why);
  await pair.consumer.plane.negotiations.endAgreement(digest, why);
  pair.network.fault = () => 'none';
  await pair.settle();
  const { id: p } = pair.provider;
  const { id: c } = pair.consumer;
  expect(await agreementOf(pair.provider)).toMatchObject({ ended: { by: p }, endedToo: { by: c } });
  expect(await agreementOf(pair.consumer)).toMatchObject({ ended: { by: c }, endedToo: { by: p } });
});

test.each<[string, (end: JsonObject) => JsonObject]>([
  ['a broken signature', (end) => ({ ...end, envelope: 'x.y.z' })],
  ['other words than were signed', (end) => ({ ...end, statement: String(end['statement']).replace('over', 'done') })],
  ['a statement that is none', (end) => ({ ...end, statement: '{}' })],
])('an end with %s ends nothing', async (_name, change) => {
  pair.network.tamper = (body) => {
    const end = body[extension.agreementEnd];
    return end === undefined ? body : { ...body, [extension.agreementEnd]: change(end as JsonObject) };
  };
  await pair.provider.plane.negotiations.endAgreement(digest, why);
  await pair.settle();
  expect((await agreementOf(pair.consumer))?.ended).toBeUndefined();
});

test('only an agreement in force can be ended', async () => {
  const none = `sha-256:${'0'.repeat(64)}`;
  await expect(pair.consumer.plane.negotiations.endAgreement(none, why)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
